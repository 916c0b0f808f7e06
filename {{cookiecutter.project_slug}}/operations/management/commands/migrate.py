"""Migrate, and undo what a migration did before it failed: MySQL cannot roll back tables.

Without this a migration that fails half-way could not be run again after it was corrected: its
first columns would be there already.
"""

from collections.abc import Callable
from typing import Any

from django.core.management.commands import migrate
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class Remembered:
    """An operation that remembers, once it is done, how to undo it."""

    def __init__(self, operation: Operation, undo: list[Callable]) -> None:
        self.operation = operation
        self.undo = undo

    def __getattr__(self, name: str) -> object:
        return getattr(self.operation, name)

    def database_forwards(
        self,
        label: str,
        editor: BaseDatabaseSchemaEditor,
        before: ProjectState,
        after: ProjectState,
    ) -> None:
        self.operation.database_forwards(label, editor, before, after)
        # The state goes on changing with the operations that follow.
        after = after.clone()
        self.undo.append(
            lambda editor: self.operation.database_backwards(label, editor, after, before)
        )


class UndoingExecutor(MigrationExecutor):
    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        if migration.atomic and self.connection.features.can_rollback_ddl:
            return super().apply_migration(state, migration, fake, fake_initial)
        undo: list[Callable] = []
        operations: Any = migration.operations
        originals = list(operations)
        operations[:] = [Remembered(operation, undo) for operation in originals]
        try:
            return super().apply_migration(state, migration, fake, fake_initial)
        except Exception:
            self.undo(undo)
            raise
        finally:
            operations[:] = originals

    def undo(self, steps: list[Callable]) -> None:
        """Take the steps back as far as they can be; what failed first is what is to be seen."""
        try:
            with self.connection.schema_editor(atomic=False) as editor:
                for step in reversed(steps):
                    step(editor)
        except Exception as error:
            # {% if cookiecutter.docs_language == "ko" %}
            print(f"\n실패한 마이그레이션이 이미 바꾼 내용을 모두 되돌리지는 못했습니다: {error}")
            # {% else %}
            print(f"\nNot all that the failed migration had done could be undone: {error}")
            # {% endif %}


class Command(migrate.Command):
    def handle(self, *args: object, **options: object) -> None:
        # The stubs leave out what the module imports.
        migrate.MigrationExecutor = UndoingExecutor  # type: ignore[attr-defined]
        super().handle(*args, **options)
