"""`python manage.py startapp reviews`: an app that has all its parts, and is registered."""

import keyword
import re
import sys
from argparse import ArgumentParser
from contextlib import chdir
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from django.core.management.commands import startapp
from django.urls import resolve

from common import errors
from common.messages import STARTAPP, STARTAPP_TEXTS

MARKER = "# `python manage.py startapp` adds new apps above this line."
APP = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
MODEL = re.compile(r"[A-Z][A-Za-z0-9]*")
# Folders that git, the image or Python have another use for, and what names them
RESERVED = {
    "media": ".gitignore",
    "staticfiles": ".gitignore",
    "test": "Python",
    "tests": ".dockerignore",
    "venv": ".gitignore",
}
# Plurals and singulars of the last word: the first that fits. For others there is --model.
SINGULARS = {
    r"people": "person",
    r"children": "child",
    r"(movie|cookie|menu)s": r"\1",
    r"(news|series|species|ss|us|is)": r"\1",
    r"ies": "y",
    r"(ss|sh|ch|x|(?<![ao])us)es": r"\1",
    # Not that of `sns`
    r"([aeiouy].*)s": r"\1",
}


class Command(startapp.Command):
    help = "Creates an app with model, API, admin, factory and tests, registered and routed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The app's name, by custom in the plural: reviews")
        parser.add_argument("--model", help="The model's name; by default Review for reviews")
        parser.add_argument(
            "--no-owner",
            action="store_false",
            dest="owner",
            help="Rows belong to nobody, like categories: the model has no author",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        route = name.replace("_", "-")
        check_app(name, route)
        model = options["model"] or model_of(name)
        check_model(name, model)
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
                owner=options["owner"],
                route=route,
                texts=STARTAPP_TEXTS,
            )
        for file, text in registrations:
            file.write_text(text, encoding="utf-8", newline="\n")
        self.stdout.write(STARTAPP["done"].format(name=name, model=model, route=route))


def model_of(app: str) -> str:
    """Return the model's name for most plurals: BookReview for `book_reviews`; else use --model."""
    *words, last = app.split("_")
    for plural, singular in SINGULARS.items():
        last, found = re.subn(f"{plural}$", singular, last)
        if found:
            break
    return "".join(word.capitalize() for word in (*words, last))


def check_app(name: str, route: str) -> None:
    """Raise CommandError for a name that is taken, or that no app can have."""
    if not APP.fullmatch(name):
        separate = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
        example = re.sub(r"[^a-z0-9]+", "_", separate).strip("_")
        example = example if APP.fullmatch(example) else "reviews"
        raise CommandError(STARTAPP["not_an_app"].format(name=name, example=example))
    labels = {config.label: config.name for config in apps.get_app_configs()}
    if keyword.iskeyword(name):
        where = "Python"
    elif name in labels or name in RESERVED:
        where = labels.get(name) or RESERVED[name]
    elif (settings.BASE_DIR / name).exists():
        where = f"{name}/"
    elif find_spec(name):
        where = f"import {name}"
    elif resolve(f"/api/{route}/").func is not errors.not_found:
        where = f"/api/{route}/"
    else:
        return
    raise CommandError(STARTAPP["taken_app"].format(name=name, where=where))


def check_model(app: str, model: str) -> None:
    """Raise CommandError for a name that is taken in this project, or that no model can have."""
    if not MODEL.fullmatch(model) or keyword.iskeyword(model):
        words = re.findall(r"[A-Za-z][A-Za-z0-9]*", model)
        example = "".join(word[0].upper() + word[1:] for word in words)
        if not example or keyword.iskeyword(example):
            example = model_of(app)
        raise CommandError(STARTAPP["not_a_model"].format(model=model, app=app, example=example))
    if model == get_user_model().__name__:
        raise CommandError(STARTAPP["user_model"].format(model=model, app=app))
    # In the project's own apps alone: a team may have a Group besides Django's.
    taken = [
        each.__module__
        for each in apps.get_models()
        if each.__name__ == model and each.__module__.partition(".")[0] in settings.LOCAL_APPS
    ]
    # Two serializers of one name would be one in the API's schema.
    modules = [f"{own}.serializers" for own in settings.LOCAL_APPS]
    taken += [each for each in modules if hasattr(sys.modules.get(each), f"{model}Serializer")]
    if taken:
        refused = STARTAPP["taken_model"].format(model=model, app=app, where=taken[0])
        raise CommandError(refused)


def registration(file: Path, line: str) -> tuple[Path, str]:
    """Return the file with the text it has once the line stands above its marker."""
    before, marker, after = file.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        where = file.relative_to(settings.BASE_DIR)
        raise CommandError(STARTAPP["no_marker"].format(file=where, marker=MARKER))
    return file, f"{before}{line}\n    {marker}{after}"
