"""`python manage.py seed`: example data for development, from each app's seed.py."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.module_loading import module_has_submodule


class Command(BaseCommand):
    help = "Fills the database with example data; running it again adds nothing twice."

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                # {% if cookiecutter.docs_language == "ko" %}
                "예제 계정의 비밀번호는 공개되어 있으므로 운영 환경에서는 실행할 수 없습니다. "
                "개발 환경(DEBUG = True)에서 실행해 주세요."
                # {% else %}
                "Everyone knows the passwords of the example accounts, so this runs only in "
                "development, where DEBUG is True."
                # {% endif %}
            )
        for config in apps.get_app_configs():
            if module_has_submodule(config.module, "seed"):
                self.stdout.write(import_module(f"{config.name}.seed").seed())
