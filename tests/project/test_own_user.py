"""accounts.User, extended by the steps of docs/apps.md: its code and commands, as they stand."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.environments import environment_of
from lab.machine import bare_environment, run
from lab.rendering import TEMPLATE, Choice, choice_with, name_of

INSIDE = TEMPLATE / "tests/project/inside"
JUDGE = """
from operations.compatibility import compare_migrations
print([each.id for each in compare_migrations() if each.is_serious()])
"""
ROWS = """
from accounts.models import User
print(sorted(User.objects.values_list("nickname", flat=True)))
"""
NULLABLE = ("max_length=20, unique=True)", "max_length=20, unique=True, null=True, blank=True)")
MARK = "    breaks_live_release = True\n"

# They differ in every option.
CHOICES = [
    choice_with(docs_language="en"),
    choice_with(
        docs_language="ko",
        database="postgresql",
        authentication="session",
        media_storage="s3",
        use_redis=True,
        example_app=False,
    ),
]

each_choice = pytest.mark.parametrize("choice", CHOICES, ids=name_of)
one_choice = pytest.mark.parametrize("choice", CHOICES[:1], ids=name_of)


class Team:
    """A project, and what its team does by the guide."""

    def __init__(self, project: Path, choice: Choice) -> None:
        self.project, self.python = project, environment_of(choice)
        text = (project / "docs/apps.md").read_text(encoding="utf-8")
        (section,) = (each for each in text.split("\n## ") if "\n # accounts/" in each)
        self.nickname, self.at_the_start, self.with_rows, self.profile = section.split("\n### ")

    def shell(self, commands: str) -> str:
        """Run commands as a terminal with the active environment does; answer 1 and \"\"."""
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        done = run(
            *("bash", "-euc", commands),
            cwd=self.project,
            env=bare_environment(PATH=path),
            input='1\n""\n',
            timeout=600,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def ask(self, code: str) -> str:
        return self.shell(f"python manage.py shell -v 0 -c '{code}'").strip()

    def follow(self, part: str) -> None:
        """Edit and make the files, and run the commands, of a part of the guide."""
        for language, code in re.findall(r"^```(\w+)\n(.*?)^```$", part, re.M | re.S):
            if language == "bash":
                self.shell(code)
            else:
                edit(self.project, code)

    def replace(self, path: str, *pair: str) -> None:
        file = self.project / path
        text = file.read_text(encoding="utf-8")
        assert text.count(pair[0]) == 1, pair
        file.write_text(text.replace(*pair), encoding="utf-8")

    def prove(self, facts: str) -> None:
        """Run the suite with warnings as errors, together with the facts of a folder."""
        shutil.copytree(INSIDE / facts, self.project / f"{facts}_tests")
        self.shell("python -W error -m pytest -q -p no:cacheprovider")
        shutil.rmtree(self.project / f"{facts}_tests")
        self.shell("ruff check && ruff format --check")
        self.shell("python -W error manage.py makemigrations --check")
        self.shell("python manage.py seed")


def edit(project: Path, code: str) -> None:
    """Make the file that the first line names, or change it as a block of `diff` shows."""
    path = re.match(r" ?# (\S+)\n", code)[1]
    if not code.startswith(" #"):
        (project / path).write_text(code, encoding="utf-8")
        return
    text = (project / path).read_text(encoding="utf-8")
    for hunk in code.partition("\n")[2].split(" …\n"):
        lines = [line if line.strip() else f" {line}" for line in hunk.splitlines(keepends=True)]
        before, after = ("".join(x[1:] for x in lines if x[0] in signs) for signs in (" -", " +"))
        assert text.count(before) == 1, f"{path} does not have once:\n{before}"
        text = text.replace(before, after)
    (project / path).write_text(text, encoding="utf-8")


@pytest.fixture
def team(project_copy: Callable, choice: Choice) -> Team:
    return Team(project_copy(choice), choice)


@pytest.fixture
def seeded(team: Team) -> Team:
    """A team whose database has users, from before."""
    team.shell("python manage.py migrate && python manage.py seed")
    return team


def write_migration(team: Team) -> Path:
    """Edit the files, and write the guide's migration, but do not apply it."""
    team.follow(team.nickname)
    team.shell(re.search(r"`(python manage.py makemigrations .*?)`", team.with_rows)[1])
    file = team.project / "accounts/migrations/0002_nickname.py"
    assert file.exists()
    team.follow(team.with_rows.partition("```bash")[0])
    return file


@pytest.mark.slow
@each_choice
def test_a_nickname_from_the_start(seeded: Team) -> None:
    seeded.follow(seeded.nickname)
    seeded.follow(seeded.at_the_start)
    assert seeded.ask(ROWS) == str(["admin", *(f"user{number}" for number in range(1, 6))])
    seeded.prove("nickname")


@pytest.mark.slow
@each_choice
def test_a_nickname_on_a_database_with_rows(seeded: Team) -> None:
    write_migration(seeded)
    seeded.follow(seeded.with_rows)
    assert seeded.ask(ROWS) == str([f"member{number}" for number in range(1, 7)])
    seeded.prove("nickname")


@pytest.mark.slow
@one_choice
def test_the_deployment_accepts_it_where_it_is_marked_only(seeded: Team) -> None:
    migration = write_migration(seeded)
    assert seeded.ask(JUDGE) == "['operations.E007']"
    text = migration.read_text(encoding="utf-8")
    migration.write_text(text.replace("    operations = [", f"{MARK}    operations = ["))
    assert seeded.ask(JUDGE) == "[]"


@pytest.mark.slow
@one_choice
def test_deployed_twice_it_breaks_nothing(seeded: Team) -> None:
    migration = write_migration(seeded)
    fill_and_alter = migration.read_text(encoding="utf-8")
    migration.unlink()
    # First
    required = re.search(r"`( *extra_kwargs = .*?)`", seeded.with_rows)[1]
    fields = 'fields = ["id", "email", "name", "nickname", "password"]\n'
    seeded.replace("accounts/models.py", *NULLABLE)
    seeded.replace("accounts/serializers.py", fields, f"{fields}        {required}\n")
    seeded.shell("python manage.py makemigrations --noinput")
    assert seeded.ask(JUDGE) == "[]"
    seeded.shell("python manage.py migrate")
    seeded.prove("nickname")
    # Then
    seeded.replace("accounts/models.py", *reversed(NULLABLE))
    seeded.replace("accounts/serializers.py", f"        {required}\n", "")
    later = re.sub(r" +migrations\.AddField\(.*?\n +\),\n", "", fill_and_alter, flags=re.S)
    later = later.replace("0001_initial", "0002_user_nickname")
    file = seeded.project / "accounts/migrations/0003_nickname.py"
    file.write_text(later, encoding="utf-8")
    assert seeded.ask(JUDGE) == "['operations.E007']"
    file.write_text(later.replace("    operations = [", f"{MARK}    operations = ["))
    assert seeded.ask(JUDGE) == "[]"
    seeded.shell("python manage.py migrate")
    assert seeded.ask(ROWS) == str([f"member{number}" for number in range(1, 7)])
    seeded.prove("nickname")


@pytest.mark.slow
@each_choice
def test_a_phone_number_and_a_profile_image(seeded: Team) -> None:
    seeded.follow(seeded.profile)
    seeded.shell("python manage.py makemigrations --noinput")
    assert seeded.ask(JUDGE) == "[]"
    seeded.shell("python manage.py migrate")
    seeded.prove("profile")


def test_a_step_that_does_not_fit_the_code_is_found(project_copy: Callable) -> None:
    with pytest.raises(AssertionError, match="does not have once"):
        edit(project_copy(), " # accounts/models.py\n-    name = gone\n+    name = here\n")
