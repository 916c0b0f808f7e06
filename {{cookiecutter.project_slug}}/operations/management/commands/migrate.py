"""Migrate, and undo what a migration did before it failed: MySQL cannot roll back tables.

Without this a migration that fails half-way could not be run again after it was corrected: its
first columns would be there already.
"""

from collections.abc import Callable
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

from operations.database.messages import NOT_UNDONE


class Remembered:
    """An operation that remembers, once it is done, how to undo it."""

    def __init__(self, operation: Operation, undo: list[Callable]) -> None:
        self.operation = operation
        self.undo = undo

    def __getattr__(self, name: str) -> object:
        return getattr(self.operation, name)

    def database_forwards(self, label: str, editor: Any, before: Any, after: Any) -> None:
        self.operation.database_forwards(label, editor, before, after)
        # The state goes on changing with the operations that follow.
        after = after.clone()
        self.undo.append(
            lambda editor: self.operation.database_backwards(label, editor, after, before)
        )


class UndoingExecutor(MigrationExecutor):
    def apply_migration(self, state: Any, migration: Any, *args: Any, **options: Any) -> Any:
        if migration.atomic and self.connection.features.can_rollback_ddl:
            return super().apply_migration(state, migration, *args, **options)
        undo: list[Callable] = []
        originals = migration.operations[:]
        migration.operations[:] = [Remembered(operation, undo) for operation in originals]
        try:
            return super().apply_migration(state, migration, *args, **options)
        except Exception:
            self.undo(undo)
            raise
        finally:
            migration.operations[:] = originals

    def undo(self, steps: list[Callable]) -> None:
        """Take the steps back as far as they can be; what failed first is what is to be seen."""
        try:
            with self.connection.schema_editor(atomic=False) as editor:
                for step in reversed(steps):
                    step(editor)
        except Exception as error:
            print("\n" + NOT_UNDONE.format(error=error))


class Command(migrate.Command):
    def handle(self, *args: object, **options: object) -> None:
        # The stubs leave out what the module imports.
        migrate.MigrationExecutor = UndoingExecutor  # type: ignore[attr-defined]
        super().handle(*args, **options)
