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
from textwrap import indent

from django.conf import settings
from django.core.checks import CheckMessage, Tags, run_checks
from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string

from common.checks import is_own
from operations.checks import fault, in_one_line
from operations.compatibility import compare_with_earlier
from operations.messages import FAULTS, STEPS, TEXTS
from operations.services import check_database

Check = Callable[[], Iterable[CheckMessage]]


def check_environment() -> Iterator[CheckMessage]:
    """Pass on what Django finds in DEBUG and SECRET_KEY, in the project's language."""
    for message in tagged(Tags.security)():
        if message.id in FAULTS:
            yield fault(message.id, settings=settings.SETTINGS_MODULE)


def check_code() -> Iterator[CheckMessage]:
    """Pass on what would stop `migrate` too, except what check_origins says more clearly."""
    reported = ("4_0.E001", "corsheaders.E013", "corsheaders.E014")
    try:
        for message in run_checks():
            known = message.is_silenced() or message.id in reported
            if message.is_serious() and not known:
                yield fault("code", error=in_one_line(message))
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames[1:] if is_own(frame.filename)]
        place = (own or frames)[-1]
        text = f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"
        yield fault("code", error=in_one_line(text))


def tagged(tag: str) -> Check:
    return partial(run_checks, tags=[tag], include_deployment_checks=True)


CHECKS: dict[str, Check] = {
    "environment": check_environment,
    "hosts": tagged("hosts"),
    "origins": tagged("origins"),
    "code": check_code,
    "migrations": tagged("migrations"),
    **{name: import_string(path) for name, path in settings.PREFLIGHT_SERVICES.items()},
}


def is_wrong(found: list[CheckMessage]) -> bool:
    return any(message.is_serious() for message in found)


class Command(BaseCommand):
    help = "Checks whether this release can run here: environment, database, migrations and more."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rollback", action="store_true")

    def handle(self, *, rollback: bool, **options: object) -> None:
        # A server that hangs is an error soon, as in a request.
        settings.DATABASES["default"]["OPTIONS"].update(settings.DATABASE_OPTIONS_OF_REQUESTS)
        checks = CHECKS
        if rollback:
            compare = partial(compare_with_earlier, sys.stdin.read())
            checks = {"database": partial(check_database, compare)}
        try:
            results = [
                (STEPS.get(name, name), [each for each in check() if not each.is_silenced()])
                for name, check in checks.items()
            ]
        except Exception:
            self.stdout.write(f"[crash] {TEXTS['crashed']}\n{traceback.format_exc()}")
            sys.exit(2)
        # What is wrong last: people read the end of a long log.
        for step, found in sorted(results, key=lambda result: is_wrong(result[1])):
            self.report(step, found)
        if any(is_wrong(found) for _, found in results):
            sys.exit(1)

    def report(self, step: str, found: list[CheckMessage]) -> None:
        if not is_wrong(found):
            self.stdout.write(f"[ok] {step}")
        for message in found:
            if message.is_serious():
                self.stdout.write(f"[{TEXTS['wrong']}] {step}: {message.msg}")
                self.stdout.write(indent(message.hint or "", "    "))
            else:
                self.stdout.write(f"    {message.msg}")
