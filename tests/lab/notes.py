"""A team's app of its own, with one table that clients read and write all the time."""

from __future__ import annotations

import uuid
from pathlib import Path

from lab.load import Request

MODELS = """
from django.db import models


class Note(models.Model):
{fields}
"""
VIEWS = """
import json

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from notes.models import Note


@csrf_exempt
def notes(request: HttpRequest) -> JsonResponse:
    if request.method == "POST":
        text = json.loads(request.body)["text"]
        Note.objects.create({written})
        return JsonResponse({{}}, status=201)
    if request.method == "PATCH":
        Note.objects.filter(pk=1).update(title=json.loads(request.body)["text"])
    latest = Note.objects.order_by("-pk").values_list("{read}", flat=True)
    return JsonResponse({{"notes": list(latest[:5])}})
"""
KEY = "models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')"


def new_text() -> dict:
    return {"text": uuid.uuid4().hex}


READ = Request("GET", "/api/notes/")
ADD = Request("POST", "/api/notes/", 201, new_text)
CHANGE = Request("PATCH", "/api/notes/", 200, new_text)


def install_app(source: Path) -> None:
    (source / "notes/migrations").mkdir(parents=True)
    for package in ("notes", "notes/migrations"):
        (source / package / "__init__.py").touch()
    with (source / "config/settings/base.py").open("a") as settings:
        settings.write('\nINSTALLED_APPS += ["notes"]\n')
    with (source / "config/urls.py").open("a") as urls:
        urls.write(
            '\nfrom notes.views import notes\n\nurlpatterns.insert(0, path("api/notes/", notes))\n'
        )


def write_code(source: Path, fields: dict[str, str], written: str, read: str) -> None:
    """Give the app these columns, what a new note is made from, and the column that is read."""
    lines = "".join(f"    {name} = {field}\n" for name, field in fields.items())
    (source / "notes/models.py").write_text(MODELS.format(fields=lines))
    (source / "notes/views.py").write_text(VIEWS.format(written=written, read=read))


def write_migration(source: Path, number: int, text: str) -> None:
    """Write a migration with `{dependencies}` in its text; the first is number 0."""
    dependencies = [("notes", f"{number:04}_step")] if number else []
    file = source / f"notes/migrations/{number + 1:04}_step.py"
    file.write_text(text.replace("{dependencies}", repr(dependencies)))
