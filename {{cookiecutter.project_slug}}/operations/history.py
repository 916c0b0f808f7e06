"""The migrations that the database has, against those of this code and of the earlier release."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from operator import attrgetter

from django.apps import apps
from django.core.checks import CheckMessage
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.exceptions import (
    BadMigrationError,
    InconsistentMigrationHistory,
    NodeNotFoundError,
)
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from operations.checks import fault, in_one_line, is_own, note
from operations.compatibility import Breach, find_breaches


def compare_migrations() -> Iterator[CheckMessage]:
    """Can this code's migrations be applied, and the live release work on meanwhile?"""
    try:
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
    except (BadMigrationError, NodeNotFoundError):
        return  # operations.E004 reports this.
    except InconsistentMigrationHistory as error:
        yield fault("history", error=in_one_line(error))
        return
    loader = executor.loader
    leaves = loader.graph.leaf_nodes()
    to_apply = [migration for migration, _ in executor.migration_plan(leaves)]
    if to_apply:
        kind = "to_apply" if loader.applied_migrations else "empty"
        yield note(kind, number=len(to_apply), names=", ".join(map(str, to_apply)))
    if loader.applied_migrations:
        if unknown := newer_than_this_code(loader):
            yield fault("operations.E008", names=", ".join(unknown))
        everything = [each for each, _ in executor.migration_plan(leaves, clean_start=True)]
        known = [each for each in everything if each not in to_apply]
        breaches = find_breaches(loader, known, to_apply)
        for migration, changes in by_migration(breaches):
            if not getattr(migration, "breaks_live_release", False):
                # Nobody can correct or mark the migrations of a package.
                own = is_own(apps.get_app_config(migration.app_label).path)
                report = partial(fault, "operations.E007") if own else partial(note, "breaking")
                yield report(migration=migration, changes=changes)


def newer_than_this_code(loader: MigrationLoader) -> list[str]:
    """Return what was applied after all that this code has of an app; older ones were squashed."""
    replaced = {key for each in loader.disk_migrations.values() for key in each.replaces}
    applied = MigrationRecorder(connection).migration_qs.order_by("pk")
    newer: dict[str, list[str]] = {}
    for app, name in applied.values_list("app", "name"):
        if (app, name) in {*loader.disk_migrations, *replaced}:
            newer[app] = []
        elif app in loader.migrated_apps:
            newer.setdefault(app, []).append(f"{app}.{name}")
    return [name for names in newer.values() for name in names]


def compare_with_earlier(listing: str) -> Iterator[CheckMessage]:
    """Can the earlier release, of which this is `showmigrations --plan`, use this database?"""
    names = set(re.findall(r"^\[.\]\s+(\w+)\.(\S+)", listing, re.MULTILINE))
    if not names:
        raise ValueError(f"No migrations in the standard input: {listing!r}")
    executor = MigrationExecutor(connection)
    loader = executor.loader
    everything = executor.migration_plan(loader.graph.leaf_nodes(), clean_start=True)
    known: list[Migration] = []
    added: list[Migration] = []
    for migration, _ in everything:
        key = (migration.app_label, migration.name)
        if key in names or (migration.replaces and names.issuperset(migration.replaces)):
            known.append(migration)
        elif key in loader.applied_migrations:
            added.append(migration)
    for migration, changes in by_migration(find_breaches(loader, known, added)):
        yield fault("operations.E009", migration=migration, changes=changes)


def by_migration(breaches: Iterable[Breach]) -> Iterator[tuple[Migration, str]]:
    for migration, group in groupby(breaches, attrgetter("migration")):
        yield migration, "; ".join(map(str, group))
