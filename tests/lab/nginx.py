"""nginx's configuration of a rendered project, as `manage.py prepare` writes it for a release.

There is no database to migrate, or to delete anything from.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from lab.rendering import Choice, completed_production, render, rendered_root

SCRIPT = """
import sys
from pathlib import Path

import django
from config.settings import prod

# The driver of MySQL is only in the image.
prod.DATABASES["default"] |= {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": ":memory:",
    "OPTIONS": {},
}
# No matter which files
prod.STATIC_ROOT = sys.argv[2]
django.setup()

from django.core.management import call_command
from accounts.management.commands import clearexpired
from operations.management.commands import migrate, prepare

for command in (migrate.Command, clearexpired.Command):
    command.handle = lambda *arguments, **options: None
prepare.NGINX, prepare.SOURCE, prepare.STATIC = map(Path, sys.argv[1:])
call_command("prepare", "blue")
"""


def configure(
    choice: Choice, folder: Path, source: Path | None = None, **values: str
) -> subprocess.CompletedProcess:
    """Write the configuration to the folder, with these values in the environment.

    Another source takes the place of the project's deploy/nginx.
    """
    project = render(choice)
    folder.mkdir(exist_ok=True)
    environment = {"ALLOWED_HOSTS": "203.0.113.10", "DOMAIN_NAME": "", "TRUSTED_PROXIES": ""}
    static = tempfile.mkdtemp(dir=rendered_root())
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, folder, source or project / "deploy/nginx", static],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **completed_production(choice)[1],
            **environment,
            **values,
        },
        capture_output=True,
        text=True,
    )


def configured(choice: Choice, folder: Path, **options: object) -> Path:
    """Return the folder of nginx's configuration, inside the given one."""
    done = configure(choice, folder, **options)
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]
