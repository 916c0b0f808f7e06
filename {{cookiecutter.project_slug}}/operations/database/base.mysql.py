"""Django's backend for MySQL, but no request waits twice for a server that does not answer.

A server that is stopped refuses at once, yet one that hangs, or whose network is cut, leaves a
connection that was opened before silent.
"""

import time

from django.db import InterfaceError
from django.db.backends.mysql import base

from operations.database.schema import LiveTables

SECONDS = 1


class SchemaEditor(LiveTables, base.DatabaseWrapper.SchemaEditorClass):
    pass


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = SchemaEditor

    def close_if_health_check_failed(self) -> None:
        """Check a kept connection; open no new one if the server has let it wait in vain."""
        started = time.monotonic()
        super().close_if_health_check_failed()
        if self.connection is None and time.monotonic() - started > SECONDS:
            raise InterfaceError("The database server does not answer.")
