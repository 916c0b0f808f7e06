"""`python manage.py startapp reviews`: an app that has all its parts, and is registered."""

import keyword
import re
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import chdir
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import startapp
from django.urls import resolve

from common import errors
from common.messages import STARTAPP, STARTAPP_TEXTS

MARKER = "# `python manage.py startapp` adds new apps above this line."


class Command(startapp.Command):
    help = "Creates an app with model, API, admin, factory and tests, registered and routed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The app's name, by custom in the plural: reviews")
        parser.add_argument("--model", help="The model's name; by default Review for reviews")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        self.app_or_project, self.a_or_an = "app", "an"
        self.validate_name(name)
        model = options["model"] or model_of(name)
        route = name.replace("_", "-")
        check_names(name, model, route)
        registrations = [
            registration(settings.BASE_DIR / "config/settings/base.py", f'"{name}",'),
            registration(
                settings.BASE_DIR / "config/urls.py", f'path("api/", include("{name}.urls")),'
            ),
        ]
        with chdir(settings.BASE_DIR):
            super().handle(
                name=name,
                directory=None,
                template="common/app_template",
                extensions=["py"],
                files=[],
                exclude=[],
                verbosity=options["verbosity"],
                model_name=model,
                route=route,
                texts=STARTAPP_TEXTS,
            )
        for file, text in registrations:
            file.write_text(text, encoding="utf-8", newline="\n")
        # This process has started without the app.
        command = [sys.executable, "manage.py", "makemigrations", "--verbosity=0", name]
        if subprocess.run(command, cwd=settings.BASE_DIR).returncode:  # noqa: S603
            raise CommandError(STARTAPP["no_migration"].format(name=name))
        self.stdout.write(STARTAPP["done"].format(name=name, model=model, route=route))


def model_of(app: str) -> str:
    """Return the model's name for most plurals: BookReview for `book_reviews`; else use --model."""
    singular = re.sub(r"(?<![su])s$", "", re.sub(r"ies$", "y", app))
    return "".join(word.capitalize() for word in singular.split("_"))


def check_names(name: str, model: str, route: str) -> None:
    """Raise CommandError for a name that is taken or that Python could not use."""
    if keyword.iskeyword(name):
        raise taken(name, "Python", "other_name")
    if not model.isidentifier() or keyword.iskeyword(model) or not model[0].isupper():
        raise CommandError(STARTAPP["not_a_model"].format(model=model))
    labels = {config.label: config.name for config in apps.get_app_configs()}
    models = {each.__name__: each.__module__ for each in apps.get_models()}
    if name in labels:
        raise taken(name, labels[name], "other_name")
    if model in models:
        raise taken(model, models[model], "other_model")
    if resolve(f"/api/{route}/").func is not errors.not_found:
        raise taken(f"/api/{route}/", "config/urls.py", "other_name")


def taken(what: str, where: str, hint: str) -> CommandError:
    return CommandError(STARTAPP["taken"].format(what=what, where=where, hint=STARTAPP[hint]))


def registration(file: Path, line: str) -> tuple[Path, str]:
    """Return the file with the text it has once the line stands above its marker."""
    before, marker, after = file.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        where = file.relative_to(settings.BASE_DIR)
        raise CommandError(STARTAPP["no_marker"].format(file=where, marker=MARKER))
    return file, f"{before}{line}\n    {marker}{after}"
