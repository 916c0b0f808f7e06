"""Production: every value comes from the environment, and it refuses to start without them."""

from config.env import env, require

require(
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_HOST",
    "DATABASE_NAME",
    "DATABASE_USER",
    "DATABASE_PASSWORD",
    # {% if cookiecutter.use_redis %}
    "REDIS_URL",
    # {% endif %}
    # {% if cookiecutter.media_storage == "s3" %}
    "AWS_STORAGE_BUCKET_NAME",
    "AWS_S3_REGION_NAME",
    # {% endif %}
)

from .base import *  # noqa: E402, F403

DEBUG = False

# Without a mail server there are no mails: a log is no place for links that reset passwords.
if not env.str("EMAIL_URL", ""):
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

LOGGING["handlers"]["console"]["formatter"] = "json"  # noqa: F405
# What the API's documentation does not know is printed by `manage.py spectacular`, not in the log.
SPECTACULAR_SETTINGS["DISABLE_ERRORS_AND_WARNINGS"] = True  # noqa: F405

# nginx is the one proxy in front, and overwrites these headers.
REST_FRAMEWORK["NUM_PROXIES"] = 1  # noqa: F405
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# HTTPS is on as soon as there is a domain; without one the site answers HTTP by IP address.
HTTPS = bool(DOMAIN_NAME)  # noqa: F405
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
# An hour, so that a mistake ends soon. Raise it to 31536000 (a year) once HTTPS has proven itself.
SECURE_HSTS_SECONDS = 3600 if HTTPS else 0
# Subdomains and the preload list are promises for the whole domain, not for this host to make.
SILENCED_SYSTEM_CHECKS += ["security.W005", "security.W021"]  # noqa: F405
if not HTTPS:
    # What these ask for cannot work over HTTP: HSTS, the redirect, secure cookies.
    SILENCED_SYSTEM_CHECKS += [  # noqa: F405
        "security.W004",
        "security.W008",
        "security.W012",
        "security.W016",
    ]
# {% if cookiecutter.authentication == "session" %}

# A front end on another site sends its cookies only with SameSite=None, which needs HTTPS.
if HTTPS and CORS_ALLOWED_ORIGINS:  # noqa: F405
    SESSION_COOKIE_SAMESITE = "None"
    CSRF_COOKIE_SAMESITE = "None"
# {% endif %}
