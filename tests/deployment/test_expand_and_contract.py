"""A column gets another name as the guide teaches it, while clients read and write it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.load import Request, under_load
from lab.rendering import choice_with
from lab.sites import Site, live_site
from lab.stacks import needs_engine

pytestmark = [pytest.mark.faults, needs_engine, pytest.mark.xdist_group("expand and contract")]

TEXT = "models.CharField(max_length=50{})"
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
    latest = Note.objects.order_by("-pk").values_list("{read}", flat=True)
    return JsonResponse({{"notes": list(latest[:5])}})
"""
MIGRATION = """
from django.db import migrations, models


def copy(apps, schema_editor):
    notes = apps.get_model("notes", "Note").objects
    notes.filter(headline=None).update(headline=models.F("title"))


class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [{operation}]
"""
TITLE, NULLABLE_TITLE = TEXT.format(""), TEXT.format(", null=True")
HEADLINE = TEXT.format(", null=True")
KEY = "models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')"
# Of each release: its columns, what it writes, what it reads, and its migration
RELEASES = [
    (
        {"title": TITLE},
        "title=text",
        "title",
        f'migrations.CreateModel("Note", [("id", {KEY}), ("title", {TITLE})])',
    ),
    (
        {"title": TITLE, "headline": HEADLINE},
        "title=text, headline=text",
        "title",
        f'migrations.AddField("note", "headline", {HEADLINE})',
    ),
    (
        {"title": TITLE, "headline": HEADLINE},
        "title=text, headline=text",
        "title",
        "migrations.RunPython(copy, migrations.RunPython.noop)",
    ),
    (
        {"title": NULLABLE_TITLE, "headline": HEADLINE},
        "title=text, headline=text",
        "headline",
        f'migrations.AlterField("note", "title", {NULLABLE_TITLE})',
    ),
    (
        {"headline": HEADLINE},
        "headline=text",
        "headline",
        'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("note", '
        '"title")])',
    ),
    (
        {"headline": HEADLINE},
        "headline=text",
        "headline",
        'migrations.RunSQL("ALTER TABLE notes_note DROP COLUMN title")',
    ),
]


@pytest.fixture(scope="module", params=["mysql", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    choice = choice_with(docs_language="en", database=request.param)
    with live_site(choice, tmp_path_factory.mktemp("expand")) as site:
        install_app(site.source)
        yield site


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


def write_release(source: Path, number: int) -> None:
    fields, written, read, operation = RELEASES[number]
    lines = "".join(f"    {name} = {field}\n" for name, field in fields.items())
    (source / "notes/models.py").write_text(MODELS.format(fields=lines))
    (source / "notes/views.py").write_text(VIEWS.format(written=written, read=read))
    dependencies = [("notes", f"{number:04}_step")] if number else []
    text = MIGRATION.format(dependencies=dependencies, operation=operation)
    (source / f"notes/migrations/{number + 1:04}_step.py").write_text(text)


def test_each_step_and_a_rollback_after_it_lose_no_request(site: Site) -> None:
    write_release(site.source, 0)
    site.push_well()
    wanted = [
        Request("GET", "/api/notes/"),
        Request("POST", "/api/notes/", 201, lambda: {"text": uuid.uuid4().hex}),
    ]
    with under_load(site.address, wanted, clients=10, pause=0.2) as load:
        for number in range(1, len(RELEASES)):
            write_release(site.source, number)
            site.push_well()
            for _ in ("back", "forth"):
                code, output = site.deploy_sh("rollback")
                assert code == 0, output
            load.wait_for(50)
    print(f"{len(load.seconds)} requests {load.requests}, {len(load.failures)} lost")
    assert not load.failures, load.failures[:10]
    count = int(site.database.query("SELECT count(*) FROM notes_note", site.database_name))
    assert count == len(load.accepted)
