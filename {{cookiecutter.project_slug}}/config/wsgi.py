"""The WSGI application that gunicorn serves in production."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()

# Not in the settings, which `migrate` has too: a migration may take its time.
settings.DATABASES["default"]["OPTIONS"].update(settings.DATABASE_OPTIONS_OF_REQUESTS)
