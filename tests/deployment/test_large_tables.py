"""Migrations that take long, of a table with a million rows, while clients read and write it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from lab.load import under_load
from lab.notes import ADD, CHANGE, KEY, READ, install_app, write_code, write_migration
from lab.rendering import choice_with
from lab.sites import Site, live_site
from lab.stacks import needs_engine

pytestmark = [pytest.mark.faults, needs_engine, pytest.mark.xdist_group("large tables")]

ROWS = 1_000_000
TITLE = "models.CharField(max_length=50)"
MIGRATION = """
from django.db import migrations, models


def copy_in_batches(apps, schema_editor):
    notes = apps.get_model("notes", "Note").objects
    last = notes.order_by("-pk").values_list("pk", flat=True).first() or 0
    for start in range(0, last + 1, 10_000):
        batch = notes.filter(pk__gt=start, pk__lte=start + 10_000)
        batch.update(headline=models.F("title"))


class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = {{dependencies}}
    operations = [{operations}]
"""
HEADLINE = 'models.CharField(max_length=50, default="none")'
FIRST = f'migrations.CreateModel("Note", [("id", {KEY}), ("title", {TITLE})])'
BY_TITLE = '"note", models.Index(fields=["title"], name="by_title")'
# What the guide calls online, or says how to do in small steps
STEPS = {
    "a column": f'migrations.AddField("note", "headline", {HEADLINE})',
    "an index": f"migrations.AddIndex({BY_TITLE})",
    "a data migration": "migrations.RunPython(copy_in_batches, migrations.RunPython.noop)",
    "three minutes": 'migrations.RunSQL("{sleep}")',
}
DOUBLE = "INSERT INTO notes_note (title) SELECT title FROM notes_note LIMIT {}"
SLEEP = {"mysql": "SELECT SLEEP(180)", "postgresql": "SELECT pg_sleep(180)"}
CONCURRENTLY = "from django.contrib.postgres.operations import AddIndexConcurrently"


@pytest.fixture(scope="module", params=["mysql", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    choice = choice_with(docs_language="en", database=request.param)
    with live_site(choice, tmp_path_factory.mktemp("large")) as site:
        install_app(site.source)
        write_code(site.source, {"title": TITLE}, "title=text", "title")
        write_migration(site.source, 0, MIGRATION.format(atomic=True, operations=FIRST))
        site.push_well()
        fill(site)
        yield site


def fill(site: Site) -> None:
    site.database.query("INSERT INTO notes_note (title) VALUES ('first')", site.database_name)
    rows = 1
    while rows < ROWS:
        number = min(rows, ROWS - rows)
        site.database.query(DOUBLE.format(number), site.database_name)
        rows += number


def write_step(site: Site, number: int, step: str) -> None:
    database = dict(site.choice)["database"]
    text = MIGRATION.format(
        atomic=step not in ("an index", "a data migration"),
        operations=STEPS[step].format(sleep=SLEEP[database]),
    )
    if database == "postgresql":
        text = text.replace("migrations.AddIndex(", "AddIndexConcurrently(")
        text = CONCURRENTLY + text
    write_migration(site.source, number, text)
    write_code(site.source, {"title": TITLE, "headline": HEADLINE}, "title=text", "title")
    if number > 1:
        with (site.source / "notes/models.py").open("a") as models:
            index = 'models.Index(fields=["title"], name="by_title")'
            models.write(f"\n    class Meta:\n        indexes = [{index}]\n")


def test_what_is_online_by_the_guide_loses_no_request(site: Site) -> None:
    with under_load(site.address, [READ, ADD, CHANGE], clients=10, pause=0.2) as load:
        for number, step in enumerate(STEPS, 1):
            write_step(site, number, step)
            started, requests = time.monotonic(), len(load.seconds)
            site.push_well()
            slowest = max(load.seconds[requests:])
            print(f"{step}: {time.monotonic() - started:.0f} s, slowest answer {slowest:.2f} s")
        load.wait_for(50)
    print(f"{len(load.seconds)} requests {load.requests}, {len(load.failures)} lost")
    assert not load.failures, load.failures[:10]
    rows = "SELECT count(*) FROM notes_note"
    added = load.requests["POST"]
    assert int(site.database.query(rows, site.database_name)) == ROWS + added
    # The clients have changed the first one since.
    copied = int(site.database.query(f"{rows} WHERE headline = title", site.database_name))
    assert copied >= ROWS - 1
