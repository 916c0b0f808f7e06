"""`python manage.py preflight`: can this release run here? It looks, and changes nothing.

deploy.sh runs it in the new image with the server's environment, before it changes anything.
It exits with 0 if nothing is wrong, 1 if something is, and 2 if preflight itself crashed.
`preflight --rollback` runs in the live image, and reads from stdin what `showmigrations --plan`
prints in the earlier one: can that code use the database as it is now?
"""

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from textwrap import indent
from threading import Thread

from django.conf import settings
from django.core.checks import CRITICAL, ERROR, CheckMessage, Critical, Tags, run_checks
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils.module_loading import import_string

from operations.checks import fault, in_one_line, is_own
from operations.history import compare_with_earlier
from operations.messages import FAULTS, STEPS, WORDS

Check = Callable[[], Iterable[CheckMessage]]

SECONDS_FOR_A_CHECK = 10


def check_environment() -> Iterator[CheckMessage]:
    """Pass on what Django finds in DEBUG and SECRET_KEY, in the project's language."""
    for message in tagged(Tags.security)():
        if message.id in FAULTS:
            yield fault(message.id, settings=settings.SETTINGS_MODULE)


def check_code() -> Iterator[CheckMessage]:
    """Pass on what would stop `migrate` too, except what check_origins says more clearly."""
    reported = ("4_0.E001", "corsheaders.E013", "corsheaders.E014")
    for message in run_checks():
        if message.is_serious() and not message.is_silenced() and message.id not in reported:
            yield fault("code", error=in_one_line(message))


def tagged(tag: str) -> Check:
    return partial(run_checks, tags=[tag], include_deployment_checks=True)


def imported(path: str) -> Check:
    return lambda: import_string(path)()


CHECKS: dict[str, Check] = {
    "environment": check_environment,
    "hosts": tagged("hosts"),
    "origins": tagged("origins"),
    "code": check_code,
    "migrations": tagged("migrations"),
    **{name: imported(path) for name, path in settings.PREFLIGHT_SERVICES.items()},
}


def rollback_checks(listing: str) -> dict[str, Check]:
    check_database = import_string("operations.services.check_database")
    return {"database": partial(check_database, partial(compare_with_earlier, listing))}


def run(check: Check) -> list[CheckMessage]:
    """Return what a check finds; an exception or a timeout counts as a finding."""
    found: list[CheckMessage] = []

    def collect() -> None:
        try:
            found.extend(message for message in check() if not message.is_silenced())
        except Exception as error:
            found.append(unexpected(error))
        finally:
            connections.close_all()

    thread = Thread(target=collect, daemon=True)
    thread.start()
    thread.join(SECONDS_FOR_A_CHECK)
    if thread.is_alive():
        return [*found, fault("endless", seconds=SECONDS_FOR_A_CHECK)]
    return found


def unexpected(error: Exception) -> CheckMessage:
    """Return a finding, or a crash if the code that failed is preflight's own."""
    frames = traceback.extract_tb(error.__traceback__)
    place = [frame for frame in frames if is_own(frame.filename)][-1]
    if place.filename == __file__:
        # Called from here, a check of Django or of a package may have failed.
        place = frames[-1]
    if Path(place.filename).is_relative_to(Path(__file__).parents[2]):
        return Critical(WORDS["crashed"], hint="".join(traceback.format_exception(error)))
    text = f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"
    return fault("code", error=in_one_line(text))


def level_of(found: list[CheckMessage]) -> int:
    return max((message.level for message in found if message.is_serious()), default=0)


class Command(BaseCommand):
    help = "Checks whether this release can run here: environment, database, migrations and more."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rollback", action="store_true")

    def handle(self, **options: object) -> None:
        checks = rollback_checks(sys.stdin.read()) if options["rollback"] else CHECKS
        try:
            found = {name: run(check) for name, check in checks.items()}
            # The worst last: people read the end of a long log.
            for name in sorted(found, key=lambda name: level_of(found[name])):
                self.report(name, found[name])
            level = max(map(level_of, found.values()))
        except Exception:
            self.stdout.write(f"[crash] {WORDS['crashed']}\n{traceback.format_exc()}")
            level = CRITICAL
        if level:
            sys.exit(1 if level == ERROR else 2)

    def report(self, name: str, found: list[CheckMessage]) -> None:
        if not level_of(found):
            self.stdout.write(f"[ok] {STEPS.get(name, name)}")
        for message in found:
            if message.is_serious():
                label = "crash" if message.level == CRITICAL else WORDS["wrong"]
                self.stdout.write(f"[{label}] {STEPS.get(name, name)}: {message.msg}")
                self.stdout.write(indent(message.hint or "", "    "))
            else:
                self.stdout.write(f"    {message.msg}")
