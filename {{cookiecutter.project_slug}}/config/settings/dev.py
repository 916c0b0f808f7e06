"""Development, with or without Docker: values come from `.env`, the environment wins."""

from pathlib import Path

from config.env import env

env.read_env(str(Path(__file__).resolve().parent.parent.parent / ".env"), recurse=False)

from .base import *  # noqa: E402, F403

DEBUG = True
# Whoever clones the repository can start without a .env file.
SECRET_KEY = SECRET_KEY or "known-to-everyone-and-therefore-only-for-development"  # noqa: F405, S105

# Mails are printed.
if not env.str("EMAIL_URL", ""):
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# A front end on this computer may call the API, whatever port its development server has.
CORS_ALLOWED_ORIGIN_REGEXES = [r"http://(localhost|127\.0\.0\.1):\d+"]
# {% if cookiecutter.authentication == "session" %}
# The same for what changes something; a list, since here Django knows no patterns.
CSRF_TRUSTED_ORIGINS += [  # noqa: F405
    f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in range(3000, 10000)
]
# {% endif %}
