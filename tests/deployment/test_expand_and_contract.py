"""A column gets another name as the guide teaches it, while clients read and write it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.load import under_load
from lab.notes import ADD, KEY, READ, install_app, write_code, write_migration
from lab.rendering import choice_with
from lab.sites import Site, live_site
from lab.stacks import needs_engine

pytestmark = [pytest.mark.faults, needs_engine, pytest.mark.xdist_group("expand and contract")]

TEXT = "models.CharField(max_length=50{})"
MIGRATION = """
from django.db import migrations, models


def copy(apps, schema_editor):
    notes = apps.get_model("notes", "Note").objects
    notes.filter(headline=None).update(headline=models.F("title"))


class Migration(migrations.Migration):
    dependencies = {{dependencies}}
    operations = [{operation}]
"""
TITLE, NULLABLE_TITLE = TEXT.format(""), TEXT.format(", null=True")
HEADLINE = TEXT.format(", null=True")
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


def write_release(source: Path, number: int) -> None:
    fields, written, read, operation = RELEASES[number]
    write_code(source, fields, written, read)
    write_migration(source, number, MIGRATION.format(operation=operation))


def test_each_step_and_a_rollback_after_it_lose_no_request(site: Site) -> None:
    write_release(site.source, 0)
    site.push_well()
    with under_load(site.address, [READ, ADD], clients=10, pause=0.2) as load:
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
