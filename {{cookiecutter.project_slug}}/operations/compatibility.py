"""Would a migration break a release that does not know it?

That is the live release, while the new one starts, and the earlier one after a rollback. What it
uses must stay: its tables and columns, and that it can add rows to them. What happens to tables and
columns that it does not know concerns nobody.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import connection
from django.db.migrations import AddField, Migration, RunSQL, SeparateDatabaseAndState
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field

from operations.messages import BREAKING_CHANGES

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


class Breach(NamedTuple):
    migration: Migration
    operation: Operation
    change: Change

    def __str__(self) -> str:
        text = BREAKING_CHANGES[self.change.kind].format(**self.change._asdict())
        return f"{type(self.operation).__name__}: {text}"


def find_breaches(
    loader: MigrationLoader, known: Iterable[Migration], added: Iterable[Migration]
) -> Iterator[Breach]:
    """Judge the added migrations for a release that knows the others."""
    state = ProjectState(real_apps=loader.unmigrated_apps)
    for migration in known:
        migration.mutate_state(state, preserve=False)
    live = tables_of(state)
    for migration in added:
        for operation in migration.operations:
            for change in changes_of(operation, migration.app_label, state):
                whole_table = change.kind in ("table", "required")
                if change.table in live and (whole_table or change.column in live[change.table]):
                    yield Breach(migration, operation, change)


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
        before = tables_of(state)
        operation.state_forwards(app, state)
        for change in compare(before, tables_of(state)):
            if change.kind != "required" or not has_default_for_once(operation):
                yield change


def has_default_for_once(operation: Operation) -> bool:
    """Return whether an operation has a default that its field does not keep in the models."""
    if not isinstance(operation, AddField):
        return False
    return operation.field.has_default() and not operation.field.unique


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
        return "not_null"
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
