"""Management commands of a project, run with the packages of these tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lab.machine import bare_environment, run

# Several commands in one process, since starting Django takes longer than any of them.
# mysqlclient has to be compiled, which no test may ask for: PyMySQL stands in for it. No command
# here reaches a database server, so that only the import has to succeed.
DRIVER = """
import sys
import pymysql
pymysql.install_as_MySQLdb()
import django
from django.core.management import call_command
django.setup()
for command in sys.argv[1:]:
    call_command(*command.split())
"""


def run_commands(project: Path, env: dict[str, str], *commands: str) -> subprocess.CompletedProcess:
    """Run management commands with these variables and none of this machine's own."""
    driver = (sys.executable, "-c", DRIVER)
    return run(*driver, *commands, cwd=project, env=bare_environment(**env))
