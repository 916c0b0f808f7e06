"""The environment that the settings read; `.env.example` explains every name."""

from django.core.exceptions import ImproperlyConfigured
from environs import Env

PLACEHOLDER = "CHANGE_ME"

env = Env()


def require(*names: str) -> None:
    """Raise ImproperlyConfigured, naming every variable that is empty or still a placeholder."""
    unfilled = []
    for name in names:
        value = env.str(name, "").strip()
        if not value or PLACEHOLDER in value:
            unfilled.append(name)
    if unfilled:
        raise ImproperlyConfigured(
            # {% if cookiecutter.docs_language == "ko" %}
            f"환경 변수가 비어 있거나 아직 {PLACEHOLDER}입니다: {', '.join(unfilled)}. "
            "서버에서는 .env(GitHub secret ENV_VARS)에 값을 채운 뒤 다시 배포해 주세요. "
            "각 값의 뜻은 .env.example에 있습니다."
            # {% else %}
            f"These environment variables are empty or still {PLACEHOLDER}: {', '.join(unfilled)}. "
            "Fill them in .env (on the server: the GitHub secret ENV_VARS) and deploy again. "
            ".env.example explains each of them."
            # {% endif %}
        )
