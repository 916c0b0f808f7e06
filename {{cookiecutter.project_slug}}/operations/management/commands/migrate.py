"""Migrate while the site is live: wait briefly for locks, and leave nothing half-applied.

MySQL cannot roll back tables, so what a migration did before it failed is undone. Otherwise it
could not be run again after it was corrected: its first columns would be there already.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

from operations.database.locks import Blocked, limit_waiting, patiently
from operations.messages import WORDS


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
    def apply_migration(self, state: Any, *args: Any, **options: Any) -> Any:
        # A try that fails may have changed its state.
        return patiently(
            self.connection, lambda: self.try_migration(state.clone(), *args, **options)
        )

    def try_migration(self, state: Any, migration: Any, *args: Any, **options: Any) -> Any:
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
            print("\n" + WORDS["not_undone"].format(error=error))


class Command(migrate.Command):
    def handle(self, *args: object, **options: Any) -> None:
        # The stubs leave out what the module imports.
        migrate.MigrationExecutor = UndoingExecutor  # type: ignore[attr-defined]
        connection = connections[options["database"]]
        if settings.DEBUG or connection.vendor == "sqlite":
            super().handle(*args, **options)
            return
        connection_created.connect(limit_waiting)
        connection.close()
        try:
            super().handle(*args, **options)
        except Blocked as error:
            raise CommandError(f"{WORDS['blocked']}\n{error}") from error
        finally:
            connection_created.disconnect(limit_waiting)
            connection.close()
