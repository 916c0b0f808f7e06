"""Tests: fast, alone, and without `.env`; the database is SQLite unless DATABASE_HOST is set."""

from .base import *  # noqa: F403

SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests-only-for-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Into django.core.mail.outbox, at once
SEND_MAIL_IN_BACKGROUND = False
# {% if cookiecutter.use_redis %}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# {% endif %}
