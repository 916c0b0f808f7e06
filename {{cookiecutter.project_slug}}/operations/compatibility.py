"""Can this code and another release use the same database?

The other one is the live release, while the new one starts, and the earlier one after a rollback.
What it uses must stay: its tables and columns, and that it can add rows to them. What happens to
tables and columns that it does not know concerns nobody.
"""

import re
from collections.abc import Iterable, Iterator
from copy import copy
from functools import partial
from typing import NamedTuple

from django.apps import apps
from django.core.checks import CheckMessage
from django.db import DatabaseError, connection
from django.db.migrations import AddField, Migration, RunSQL, SeparateDatabaseAndState
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models import Field

from operations.checks import fault, in_one_line, is_own, note
from operations.messages import TEXTS

# The columns of each table
Tables = dict[str, dict[str, Field]]

# What every value of the first type can become without a loss
WIDER = {
    "smallint": ("integer", "bigint"),
    "integer": ("bigint",),
    "smallint UNSIGNED": ("integer UNSIGNED", "bigint UNSIGNED"),
    "integer UNSIGNED": ("bigint UNSIGNED",),
    "varchar": ("text", "longtext"),
}

# In a migration's own SQL
ALTERED = re.compile(r"\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?[`\"]?(\w+)(.*)", re.I | re.S)
DROPPED_TABLE = re.compile(r"\b(?:DROP|RENAME)\s+TABLE\s+(?:IF\s+EXISTS\s+)?[`\"]?(\w+)", re.I)
DROPPED_COLUMN = re.compile(
    r"\b(?:DROP|RENAME|CHANGE)\s+(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?[`\"]?(\w+)", re.I
)
RENAMED_TABLE = re.compile(r"\bRENAME\s+TO\b", re.I)


class Change(NamedTuple):
    kind: str
    table: str
    column: str = ""
    operation: str = ""

    def __str__(self) -> str:
        return f"{self.operation}: {TEXTS[self.kind].format(**self._asdict())}"


def compare_migrations() -> Iterator[CheckMessage]:
    """Can this code's migrations be applied, and the live release work on meanwhile?"""
    try:
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as error:
        yield fault("history", error=in_one_line(error))
        return
    except DatabaseError:
        raise
    except Exception:
        return  # operations.E004 reports this.
    applied = executor.loader.applied_migrations
    to_apply = [each for each, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if to_apply:
        names = ", ".join(map(str, to_apply))
        yield note("to_apply" if applied else "empty", number=len(to_apply), names=names)
    if not applied:
        return
    if unknown := newer_than_this_code(executor.loader):
        yield fault("operations.E008", names=", ".join(unknown))
    known = [each for each in everything(executor) if each not in to_apply]
    for migration, changes in find_breaches(executor.loader, known, to_apply):
        if not getattr(migration, "breaks_live_release", False):
            # Nobody can correct or mark the migrations of a package.
            own = is_own(apps.get_app_config(migration.app_label).path)
            report = partial(fault, "operations.E007") if own else partial(note, "breaking")
            yield report(migration=migration, changes="; ".join(map(str, changes)))


def compare_with_earlier(listing: str) -> Iterator[CheckMessage]:
    """Can the earlier release, of which this is `showmigrations --plan`, use this database?"""
    names = set(re.findall(r"^\[.\]\s+(\w+)\.(\S+)", listing, re.MULTILINE))
    if not names:
        raise ValueError(f"No migrations in the standard input: {listing!r}")
    executor = MigrationExecutor(connection)
    known: list[Migration] = []
    added: list[Migration] = []
    for migration in everything(executor):
        key = (migration.app_label, migration.name)
        if key in names or (migration.replaces and names.issuperset(migration.replaces)):
            known.append(migration)
        elif key in executor.loader.applied_migrations:
            added.append(migration)
    for migration, changes in find_breaches(executor.loader, known, added):
        yield fault("operations.E009", migration=migration, changes="; ".join(map(str, changes)))


def everything(executor: MigrationExecutor) -> list[Migration]:
    """Return all migrations of this code in the order in which they are applied."""
    leaves = executor.loader.graph.leaf_nodes()
    return [migration for migration, _ in executor.migration_plan(leaves, clean_start=True)]


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


def find_breaches(
    loader: MigrationLoader, known: Iterable[Migration], added: Iterable[Migration]
) -> Iterator[tuple[Migration, list[Change]]]:
    """Judge the added migrations for a release that knows the others."""
    state = ProjectState(real_apps=loader.unmigrated_apps)
    for migration in known:
        migration.mutate_state(state, preserve=False)
    live = tables_of(state)
    for migration in added:
        changes = [
            change._replace(operation=type(operation).__name__)
            for operation in migration.operations
            for change in changes_of(operation, migration.app_label, state)
            if change.table in live
            and (change.kind in ("table", "required") or change.column in live[change.table])
        ]
        if changes:
            yield migration, changes


def tables_of(state: ProjectState) -> Tables:
    return {
        model._meta.db_table: {
            str(field.column): field for field in model._meta.local_concrete_fields
        }
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def changes_of(operation: Operation, app: str, state: ProjectState) -> Iterator[Change]:
    """Yield what an operation does to the database, and apply it to the state."""
    if isinstance(operation, SeparateDatabaseAndState):
        database = state.clone()
        for each in operation.database_operations:
            yield from changes_of(each, app, database)
        operation.state_forwards(app, state)
    elif isinstance(operation, RunSQL):
        yield from changes_in(str(operation.sql))
        operation.state_forwards(app, state)
    else:
        if isinstance(operation, AddField):
            # The database keeps a default, even if it is for once.
            operation = copy(operation)
            operation.preserve_default = True
        before = tables_of(state)
        operation.state_forwards(app, state)
        yield from compare(before, tables_of(state))


def changes_in(sql: str) -> Iterator[Change]:
    for statement in sql.split(";"):
        for table in DROPPED_TABLE.findall(statement):
            yield Change("table", table)
        for table, actions in ALTERED.findall(statement):
            if RENAMED_TABLE.search(actions):
                yield Change("table", table)
            for column in DROPPED_COLUMN.findall(actions):
                yield Change("column", table, column)


def compare(before: Tables, after: Tables) -> Iterator[Change]:
    for table, columns in before.items():
        if table not in after:
            yield Change("table", table)
            continue
        removed = columns.keys() - after[table].keys()
        for column in removed:
            yield Change("column", table, column)
        for column, field in after[table].items():
            # The new name of a column is no new column.
            kind = "" if removed else change_of(columns.get(column), field)
            if kind:
                yield Change(kind, table, column)


def change_of(before: Field | None, after: Field) -> str:
    """Return what hurts in a new or changed column, or nothing."""
    if before is None:
        return "" if may_be_left_out(after) else "required"
    if before.null and not after.null:
        # The live release may not know the column at all, if it is new.
        return "not_null" if may_be_left_out(after) else "required"
    if before.has_db_default() and not after.has_db_default() and not after.null:
        return "required"
    if before.related_model and after.related_model:
        same = before.related_model._meta.db_table == after.related_model._meta.db_table
    else:
        same = holds(before.db_type(connection) or "", after.db_type(connection) or "")
    return "" if same else "type"


def may_be_left_out(field: Field) -> bool:
    """Return whether rows can be added without this column: see also database/schema.py."""
    if field.null or field.has_db_default() or field.generated or field.primary_key:
        return True
    default = connection.schema_editor().effective_default(field)
    return default is not None and not field.unique


def holds(before: str, after: str) -> bool:
    """Return whether a column of the later type takes every value of the earlier one."""
    (kind, *sizes), (later_kind, *later_sizes) = (re.split(r"[(,)]", t) for t in (before, after))
    if kind != later_kind:
        return later_kind in WIDER.get(kind, ())
    pairs = zip(sizes, later_sizes, strict=False)
    return len(sizes) >= len(later_sizes) and all(int(b or 0) <= int(a or 0) for b, a in pairs)
