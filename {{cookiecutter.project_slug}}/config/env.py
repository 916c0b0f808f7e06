"""The environment that the settings read; `.env.example` explains every variable."""

from collections.abc import Callable
from functools import partial

from environs import Env, EnvError, validate

PLACEHOLDER = "CHANGE_ME"
# {% if cookiecutter.docs_language == "en" %}
UNFILLED = f"These environment variables are empty or still {PLACEHOLDER}: "
MALFORMED = "These environment variables have an invalid value: "
HINT = (
    "Fix them in .env (on the server: the GitHub secret ENV_VARS, then deploy again). "
    ".env.example explains each of them."
)
# {% else %}
UNFILLED = f"환경 변수가 비어 있거나 아직 {PLACEHOLDER}입니다: "
MALFORMED = "환경 변수의 값이 형식에 맞지 않습니다: "
HINT = (
    ".env의 값을 고쳐 주세요(서버에서는 GitHub secret ENV_VARS를 고친 뒤 다시 배포). "
    "각 값의 뜻은 .env.example에 있습니다."
)
# {% endif %}

env = Env()


def read_number(name: str) -> None:
    if env.str(name, ""):
        env.int(name, validate=validate.Range(min=1))


# Variables that cannot have every value; empty means the default, but not for a port.
FORMATS: dict[str, Callable[[str], object]] = {
    "DATABASE_PORT": partial(env.int, default=None, validate=validate.Range(1, 65535)),
    # Compose reads these two before Python does: see COMPOSE_KEYS in deploy/deploy.sh.
    "WEB_REPLICAS": read_number,
    "WEB_CONCURRENCY": read_number,
    "LOG_LEVEL": partial(
        env.str,
        default=None,
        validate=validate.OneOf(["", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
    ),
}


def require(*names: str) -> None:
    """Raise EnvError, naming these variables if they are not filled in, and all malformed ones."""
    values = {name: env.str(name, "").strip() for name in names}
    unfilled = [name for name, value in values.items() if not value or PLACEHOLDER in value]
    malformed = []
    for name, read in FORMATS.items():
        try:
            read(name)
        except EnvError:
            malformed.append(name)
    faults = [(UNFILLED, unfilled), (MALFORMED, malformed)]
    message = "".join(f"{text}{', '.join(found)}. " for text, found in faults if found)
    if message:
        raise EnvError(message + HINT)
