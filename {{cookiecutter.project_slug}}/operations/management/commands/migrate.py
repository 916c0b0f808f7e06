"""Migrate while the site is live: wait briefly for locks, and leave nothing half-applied.

MySQL cannot roll back tables, so what a migration did before it failed is undone. Otherwise it
could not be run again after it was corrected: its first columns would be there already.
"""

from collections.abc import Iterator
from copy import copy
from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation

from operations.database.locks import patiently
from operations.messages import TEXTS


class Operations(list[Operation]):
    """The operations of a migration, and those of them that are done."""

    done: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        self.done = []
        for operation in super().__iter__():
            yield operation
            self.done.append(operation)


class UndoingExecutor(MigrationExecutor):
    def apply_migration(self, state: Any, *args: Any, **options: Any) -> Any:
        # A try that fails may have changed its state.
        return patiently(
            self.connection, lambda: self.try_migration(state.clone(), *args, **options)
        )

    def try_migration(self, state: Any, migration: Any, *args: Any, **options: Any) -> Any:
        rolled_back = migration.atomic and self.connection.features.can_rollback_ddl
        # With --fake-initial the tables may have been there before.
        if rolled_back or options.get("fake_initial"):
            return super().apply_migration(state, migration, *args, **options)
        before, migration = state.clone(), copy(migration)
        migration.operations = operations = Operations(migration.operations)
        try:
            return super().apply_migration(state, migration, *args, **options)
        except Exception:
            self.undo(before, migration, operations.done)
            raise

    def undo(self, state: Any, migration: Any, done: list[Operation]) -> None:
        """Take the steps back as far as they can be; what failed first is what is to be seen."""
        try:
            with self.connection.schema_editor(atomic=False) as editor:
                while done:
                    last = done.pop()
                    migration.operations = done
                    before = migration.mutate_state(state)
                    migration.operations = [last]
                    migration.unapply(before, editor)
        except Exception as error:
            print("\n" + TEXTS["not_undone"].format(error=error))


class Command(migrate.Command):
    def handle(self, *args: object, **options: Any) -> None:
        # The stubs leave out what the module imports.
        migrate.MigrationExecutor = UndoingExecutor  # type: ignore[attr-defined]
        connection: Any = connections[options["database"]]
        if settings.DEBUG or connection.vendor == "sqlite":
            super().handle(*args, **options)
            return
        with connection.cursor() as cursor:
            cursor.execute(connection.limit_waiting)
        try:
            super().handle(*args, **options)
        finally:
            # With it ends the limit.
            connection.close()
