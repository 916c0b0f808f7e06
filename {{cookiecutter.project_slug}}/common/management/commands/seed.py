"""`python manage.py seed`: example data for development, from each app's seed.py."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.module_loading import module_has_submodule

from common.messages import SEED_NEEDS_DEBUG


class Command(BaseCommand):
    help = "Fills the database with example data; running it again adds nothing twice."

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(SEED_NEEDS_DEBUG)
        for config in apps.get_app_configs():
            if module_has_submodule(config.module, "seed"):
                self.stdout.write(import_module(f"{config.name}.seed").seed())
