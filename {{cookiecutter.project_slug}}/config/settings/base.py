"""Settings that hold everywhere; dev.py, prod.py and test.py say what differs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from config.env import env, require

# No variable has to be set, but none may be malformed.
require()

BASE_DIR = Path(__file__).resolve().parent.parent.parent

SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
DOMAIN_NAME = env.str("DOMAIN_NAME", "")
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", [])
RELEASE = env.str("RELEASE", "")

# Applications

LOCAL_APPS = [
    "common",
    "operations",
    "accounts",
    # {% if cookiecutter.example_app %}
    "posts",
    # {% endif %}
    # `python manage.py startapp` adds new apps above this line.
]

INSTALLED_APPS = [
    *LOCAL_APPS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    # {% if cookiecutter.authentication == "jwt" %}
    # For its translations
    "rest_framework_simplejwt",
    # {% endif %}
    "corsheaders",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    # {% if cookiecutter.media_storage == "s3" %}
    "storages",
    # {% endif %}
    # Last, so that it sees the file fields of every app above.
    "django_cleanup",
]

MIDDLEWARE = [
    "common.middleware.RequestMiddleware",
    "common.middleware.AbandonedRequestMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "common.middleware.CharsetMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "operations.health.HealthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# System checks that the team has decided against, such as "common.W004"
SILENCED_SYSTEM_CHECKS: list[str] = []

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database

if env.str("DATABASE_HOST", ""):
    require("DATABASE_NAME", "DATABASE_USER")
    DATABASES: dict[str, Any] = {
        "default": {
            "ENGINE": "operations.database",
            "HOST": env.str("DATABASE_HOST"),
            "NAME": env.str("DATABASE_NAME"),
            "USER": env.str("DATABASE_USER"),
            "PASSWORD": env.str("DATABASE_PASSWORD", ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # {% if cookiecutter.database == "mysql" %}
            "PORT": env.int("DATABASE_PORT", 3306),
            # utf8mb4: Korean and emoji alike. A server that does not answer is an error after some
            # seconds, not a request that hangs.
            "OPTIONS": {"charset": "utf8mb4", "connect_timeout": 3},
            "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_0900_ai_ci"},
            # {% else %}
            "PORT": env.int("DATABASE_PORT", 5432),
            # A server that does not answer is an error after some seconds, not a hanging request.
            "OPTIONS": {"connect_timeout": 3, "tcp_user_timeout": 4000},
            # {% endif %}
        }
    }
    # A request waits a few seconds for an answer, and the server itself ends what takes longer:
    # otherwise it would go on for a client that has left, and such queries would pile up there.
    # {% if cookiecutter.database == "mysql" %}
    DATABASE_OPTIONS_OF_REQUESTS: dict[str, Any] = {
        "read_timeout": 3,
        "write_timeout": 3,
        # Locks of tables and of rows; a SELECT, in ms; a session, or its transaction, left idle
        "init_command": "SET lock_wait_timeout = 2, innodb_lock_wait_timeout = 2,"
        " max_execution_time = 2500, wait_timeout = 65",
    }
    # {% else %}
    DATABASE_OPTIONS_OF_REQUESTS: dict[str, Any] = {
        "options": "-c statement_timeout=4s -c lock_timeout=3s"
        " -c idle_in_transaction_session_timeout=25s"
    }
    # {% endif %}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": BASE_DIR / "db.sqlite3",
            # Writers wait for each other instead of failing with "database is locked".
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        }
    }
    DATABASE_OPTIONS_OF_REQUESTS = {}

# What preflight reaches before a deployment
PREFLIGHT_SERVICES = {"database": "operations.services.check_database"}
# {% if cookiecutter.use_redis %}

# Cache and sessions: without REDIS_URL the cache lives in the process, and is lost with it.

if env.str("REDIS_URL", ""):
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": env.str("REDIS_URL"),
            "OPTIONS": {
                # A Redis that is down costs speed, not the site: see also cached_db below.
                "IGNORE_EXCEPTIONS": True,
                "SOCKET_CONNECT_TIMEOUT": 1,
                "SOCKET_TIMEOUT": 1,
            },
        }
    }
    DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

# Read from the cache, written to the database too: nobody is signed out when Redis restarts.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
PREFLIGHT_SERVICES["Redis"] = "operations.redis.check_redis"
# {% endif %}

# Users and passwords

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.guessing.Backend"]
# Who has not confirmed an e-mail address may not sign in: new users get a mail with a link.
REQUIRE_CONFIRMED_EMAIL = False
# Only addresses of these domains may sign up, such as ["example.ac.kr"]; empty: all may.
SIGN_UP_EMAIL_DOMAINS: list[str] = []
# How long the link in a mail works that resets a password, in seconds
PASSWORD_RESET_TIMEOUT = 3600

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# {% if cookiecutter.authentication == "session" %}

SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
# {% endif %}

# Mail: EMAIL_URL sets EMAIL_BACKEND, EMAIL_HOST and so on; without it dev.py and prod.py decide.

if env.str("EMAIL_URL", ""):
    vars().update(env.dj_email_url("EMAIL_URL"), EMAIL_TIMEOUT=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "") or "noreply@localhost"
SEND_MAIL_IN_BACKGROUND = True
# The front end that the links in mails lead to; empty: pages of this project itself.
FRONTEND_URL = env.str("FRONTEND_URL", "").rstrip("/")
PREFLIGHT_SERVICES["mail"] = "operations.smtp.check_mail"

# Language and time

LANGUAGE_CODE = "{{ 'ko-kr' if cookiecutter.docs_language == 'ko' else 'en-us' }}"
TIME_ZONE = "{{ cookiecutter.time_zone }}"

# Static files and uploads

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_URL = "media/"
MEDIA_ROOT = BASE_DIR / "media"

STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Hashed names, unless DEBUG: browsers may keep a file for ever, yet none sees an old one.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
# {% if cookiecutter.media_storage == "s3" %}

# Without a bucket, as in development, uploads stay on this machine's disk.
if env.str("AWS_STORAGE_BUCKET_NAME", ""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("AWS_STORAGE_BUCKET_NAME"),
            "region_name": env.str("AWS_S3_REGION_NAME", "") or None,
            # Without keys boto3 looks further, for example at the EC2 host's IAM role.
            "access_key": env.str("AWS_ACCESS_KEY_ID", "") or None,
            "secret_key": env.str("AWS_SECRET_ACCESS_KEY", "") or None,
            "endpoint_url": env.str("AWS_S3_ENDPOINT_URL", "") or None,
            # The bucket's name before the region's host: signed addresses work from the first hour
            # of a bucket on, while the host of all regions redirects, which no signature survives.
            "addressing_style": None if env.str("AWS_S3_ENDPOINT_URL", "") else "virtual",
            # Objects are private; the API hands out addresses that are valid for an hour.
            "querystring_auth": True,
            "querystring_expire": 3600,
            "file_overwrite": False,
        },
    }
PREFLIGHT_SERVICES["S3"] = "operations.bucket.check_bucket"
# {% endif %}

# REST framework

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # {% if cookiecutter.authentication == "jwt" %}
        "accounts.tokens.JWTAuthentication",
        # {% else %}
        "common.authentication.SessionAuthentication",
        # {% endif %}
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.negotiation.ContentNegotiation",
    "DEFAULT_PARSER_CLASSES": ["common.parsers.JSONParser", "common.parsers.MultiPartParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "common.filters.SearchFilter",
        "common.filters.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "common.pagination.CursorPagination",
    "PAGE_SIZE": 20,
    "DEFAULT_SCHEMA_CLASS": "common.schema.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"signup": "30/minute", "signin": "30/minute"},
    "EXCEPTION_HANDLER": "common.errors.exception_handler",
    # How many proxies to believe in X-Forwarded-For; none, until prod.py puts nginx in front.
    "NUM_PROXIES": 0,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# {% if cookiecutter.authentication == "jwt" %}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "UPDATE_LAST_LOGIN": True,
    # A new password ends the tokens from before.
    "CHECK_REVOKE_TOKEN": True,
}
# How long a refresh token goes on to work after it was used, for two tabs that use it at once
REFRESH_TOKEN_GRACE = timedelta(seconds=10)
# {% endif %}

# May everyone read the API's documentation, /api/docs/, /api/redoc/ and /api/schema/? It has no
# secrets, and the front end is written with it. False: only staff, who sign in at /admin/.
PUBLIC_API_DOCS = True

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "{{ cookiecutter.project_name | escape_quotes }}",
    "DESCRIPTION": "{{ cookiecutter.description | escape_quotes }}",
    # Of the API, for generated clients; the header X-Release names what is deployed.
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    "SERVERS": [{"url": "/"}],
    # Served by this project itself: the documentation needs no CDN.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # JavaScript: who is signed in stays so when the page is loaded again.
    "SWAGGER_UI_SETTINGS": """{
      persistAuthorization: true,
      # {% if cookiecutter.authentication == "session" %}
      // Signing in changes the token, and the cookie has the new one.
      requestInterceptor: (request) => {
        const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
        if (token && request.method !== "GET") {
          request.headers["X-CSRFToken"] = token[1];
        }
        return request;
      },
      # {% endif %}
    }""",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.schema.complete_schema",
    ],
}

# Other origins that may call the API from a browser

CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", [])
CORS_EXPOSE_HEADERS = ["Retry-After", "X-Request-ID"]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
CSRF_FAILURE_VIEW = "common.errors.csrf_failure"
# {% if cookiecutter.authentication == "session" %}
# They send the session's cookie, and may change what its user may change.
CORS_ALLOW_CREDENTIALS = True
CSRF_TRUSTED_ORIGINS += CORS_ALLOWED_ORIGINS
# {% endif %}

# What the pages of this site may load: only what comes from here. Swagger UI and ReDoc make styles
# as they run, and ReDoc searches in a worker that it makes.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)

# Logs: one line a request, each line with the id of its request

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "common.request_id.RequestIdFilter"},
        "no_request": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: not record.args,
        },
    },
    "formatters": {
        "text": {"format": "{levelname} {name} [{request_id}] {message}", "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "{asctime}{levelname}{name}{message}{request_id}",
            "style": "{",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "text",
        },
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "") or "INFO"},
    "loggers": {
        # Django's own handlers, and a second line for every request, are not wanted. Other
        # messages of runserver stay, such as that a browser tries HTTPS.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {
            "handlers": [],
            "filters": ["no_request"],
            "level": "ERROR",
            "propagate": True,
        },
        "django.request": {"level": "ERROR"},
    },
}
