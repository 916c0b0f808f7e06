"""The WSGI application that gunicorn serves in production."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()

# A request waits a few seconds for an answer of the database; a migration may take its time.
database = settings.DATABASES["default"]
# {% if cookiecutter.database == "mysql" %}
if database["ENGINE"] == "django.db.backends.mysql":
    database["ENGINE"] = "config.mysql"
    database["OPTIONS"].update(read_timeout=3, write_timeout=3)
# {% else %}
if database["ENGINE"] == "django.db.backends.postgresql":
    database["ENGINE"] = "config.postgresql"
    database["OPTIONS"]["options"] = "-c statement_timeout=4s"
# {% endif %}
