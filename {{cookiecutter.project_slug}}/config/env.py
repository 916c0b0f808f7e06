"""The environment that the settings read; `.env.example` explains every name."""

import re

from django.core.exceptions import ImproperlyConfigured
from environs import Env

PLACEHOLDER = "CHANGE_ME"
# What a value has to look like, where not every text will do.
FORMATS = {
    "DATABASE_PORT": r"[1-9]\d{0,4}",
    "WEB_REPLICAS": r"|[1-9]\d*",
    "WEB_CONCURRENCY": r"|\d+",
    "LOG_LEVEL": r"|DEBUG|INFO|WARNING|ERROR|CRITICAL",
}
# {% if cookiecutter.docs_language == "en" %}
UNFILLED = f"These environment variables are empty or still {PLACEHOLDER}: "
MALFORMED = "These environment variables are not what they have to be, such as a number: "
HINT = (
    "Correct them in .env (on the server: the GitHub secret ENV_VARS) and deploy again. "
    ".env.example explains each of them."
)
# {% else %}
UNFILLED = f"환경 변수가 비어 있거나 아직 {PLACEHOLDER}입니다: "
MALFORMED = "환경 변수의 값이 형식에 맞지 않습니다: "
HINT = (
    "서버에서는 .env(GitHub secret ENV_VARS)의 값을 고친 뒤 다시 배포해 주세요. "
    "각 값의 뜻은 .env.example에 있습니다."
)
# {% endif %}

env = Env()


class InvalidEnvironment(ImproperlyConfigured):
    """What manage.py shows without a traceback, since no code is at fault."""


def require(*names: str) -> None:
    """Raise InvalidEnvironment, naming every variable that is empty, a placeholder or malformed."""
    values = {name: env.str(name, "").strip() for name in names}
    unfilled = [name for name, value in values.items() if not value or PLACEHOLDER in value]
    malformed = []
    for name, pattern in FORMATS.items():
        value = env.str(name, None)
        if value is not None and not re.fullmatch(pattern, value):
            malformed.append(name)
    faults = [(UNFILLED, unfilled), (MALFORMED, malformed)]
    message = "".join(f"{text}{', '.join(found)}. " for text, found in faults if found)
    if message:
        raise InvalidEnvironment(message + HINT)
