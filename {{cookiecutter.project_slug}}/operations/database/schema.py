"""How migrations change tables that the live release uses meanwhile."""

import copy
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Field, Model, Value

from operations.database.locks import patiently


class LiveTables(BaseDatabaseSchemaEditor):
    """Wait briefly for locks, and keep the default of a new column, as with `db_default`.

    Django removes it at once, since its models set every column that they know. The live release
    does not know the new one, and without a default each row that it adds would be an error.
    """

    def execute(self, sql: Any, params: Any = ()) -> None:
        if self.atomic_migration or self.collect_sql:
            # One failure ends the transaction: the whole migration must be tried again.
            super().execute(sql, params)
        else:
            patiently(self.connection, lambda: super(LiveTables, self).execute(sql, params))

    def add_field(self, model: type[Model], field: Field) -> None:
        super().add_field(model, self.with_default(field, field))

    def alter_field(
        self, model: type[Model], old_field: Field, new_field: Field, strict: bool = False
    ) -> None:
        old_type, new_type = (field.db_type(self.connection) for field in (old_field, new_field))
        mysql = self.connection.vendor == "mysql"
        converted = kind(old_type) != kind(new_type)
        if converted and not mysql:
            # PostgreSQL does not convert every default, such as '' for a number.
            self.drop_default(model, old_field)
        changed = (old_type, old_field.null) != (new_type, new_field.null)
        if mysql and (converted or "%" in str(self.effective_default(new_field))):
            pass  # Django's statement has no place for the default, which is lost.
        elif changed:
            if mysql:
                # The new definition of a column replaces all of the old one.
                old_field = self.with_default(old_field, new_field)
            new_field = self.with_default(new_field, new_field)
        super().alter_field(model, old_field, new_field, strict)

    def with_default(self, field: Field, source: Field) -> Field:
        """Return a field whose default, that of the source, is in the database."""
        known = field.has_db_default() or source.has_db_default()
        if known or source.null or source.primary_key or not source.column:
            return field
        default = self.effective_default(source)
        if default is None:
            return field
        field = copy.copy(field)
        field.db_default = Value(default)
        return field

    def drop_default(self, model: type[Model], field: Field) -> None:
        if not field.column or field.has_db_default() or field.primary_key or field.generated:
            return
        column = self.quote_name(field.column)
        changes = self.sql_alter_column_no_default % {"column": column}
        table = self.quote_name(model._meta.db_table)
        self.execute(self.sql_alter_column % {"table": table, "changes": changes})


def kind(db_type: str | None) -> str:
    """Return `varchar` for `varchar(20)`."""
    return (db_type or "").partition("(")[0]
