from typing import Any

from django.contrib.staticfiles.management.commands import runserver
from django.core.management.base import CommandParser

from operations import checks


class Command(runserver.Command):
    """Django's, at localhost: to a browser 127.0.0.1 is another site, which gets no cookies."""

    addr: str
    default_addr = "localhost"
    published_port: int | None = None

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--published-port", type=int, help="The port that Docker publishes the server at"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.published_port = options["published_port"]
        super().handle(*args, **options)

    def check_migrations(self) -> None:
        """Report unapplied migrations as Django does, and changes of models without a migration."""
        super().check_migrations()
        for fault in checks.check_migrations():
            next_step = str(fault.hint).splitlines()[-1]
            self.stdout.write(self.style.NOTICE(f"{fault.msg}. {next_step}"))

    def on_bind(self, server_port: int) -> None:
        if self.addr in ("0", "0.0.0.0"):  # noqa: S104
            # No address to open in a browser
            self.addr = "localhost"
        super().on_bind(self.published_port or server_port)
