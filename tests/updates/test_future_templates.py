"""What the template may do one day: each change reaches a project, and its report names it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lab.rendering import Choice
from lab.updates import (
    ENGLISH,
    ORIGIN,
    RAW,
    Pair,
    add_file,
    change_options,
    commit_all,
    git,
    in_conflict,
    make_pair,
    merge_update,
    replace_in,
    start_repository,
    state,
    update,
    updated,
)

pytestmark = pytest.mark.slow

README = "README.en.md"


def answers_of(project: Path) -> dict:
    return json.loads((project / ORIGIN).read_text(encoding="utf-8"))["context"]["cookiecutter"]


def append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def rename_in_template(template: Path, old: str, new: str) -> None:
    """Use another expression wherever the template's files have one."""
    for file in (template / RAW).rglob("*"):
        if file.is_file() and old.encode() in file.read_bytes():
            file.write_bytes(file.read_bytes().replace(old.encode(), new.encode()))


@pytest.fixture
def named(tmp_path: Path) -> Pair:
    """Return a project whose authors have given their name."""
    choice: Choice = (*ENGLISH, ("author_name", "Team 7"), ("project_name", "Shop"))
    pair = make_pair(tmp_path, choice)
    start_repository(pair.project)
    return pair


# Options


def add_option(template: Path) -> None:
    change_options(template, lambda options: options.update(use_queue=False))
    append(
        template / RAW / README,
        "More.\n# {% if cookiecutter.use_queue %}\nA queue.\n# {% endif %}\n",
    )
    commit_all(template)


def test_a_new_option_has_its_default(pair: Pair) -> None:
    add_option(pair.template)
    done = updated(pair.project)
    assert "- `use_queue` = `false`" in done.out
    assert answers_of(pair.project)["use_queue"] is False


def test_a_new_option_can_be_set_at_once(pair: Pair) -> None:
    add_option(pair.template)
    updated(pair.project, "--set", "use_queue=yes")
    assert (pair.project / "README.md").read_text("utf-8").endswith("A queue.\n")


def test_a_new_default_that_depends_on_an_answer_follows_it(named: Pair) -> None:
    text = "{{ cookiecutter.project_name }} queue"
    change_options(named.template, lambda options: options.update(queue_name=text))
    add_file(named.template)
    done = updated(named.project)
    assert '- `queue_name` = `"Shop queue"`' in done.out
    assert answers_of(named.project)["queue_name"] == "Shop queue"


def test_a_new_option_that_changes_nothing_yet_is_no_news(pair: Pair) -> None:
    change_options(pair.template, lambda options: options.update(use_queue=False))
    commit_all(pair.template)
    before = state(pair.project)
    updated(pair.project)
    assert state(pair.project) == before


def rename_option(template: Path) -> None:
    def rename(options: dict) -> None:
        options["team_name"] = options.pop("author_name")
        options["_renamed_options"] = {"author_name": "team_name"}

    change_options(template, rename)
    rename_in_template(template, "cookiecutter.author_name", "cookiecutter.team_name")
    append(template / RAW / README, "By {{ cookiecutter.team_name }}\n")
    commit_all(template)


def test_a_renamed_option_keeps_its_value(named: Pair) -> None:
    rename_option(named.template)
    done = updated(named.project)
    assert '- `team_name` = `"Team 7"`' in done.out
    assert (named.project / "README.md").read_text("utf-8").endswith("By Team 7\n")


def test_a_renamed_option_is_not_reported_as_dropped(named: Pair) -> None:
    rename_option(named.template)
    assert "no longer has" not in updated(named.project).out


def test_a_dropped_option_is_reported_with_its_value(named: Pair) -> None:
    change_options(named.template, lambda options: options.pop("author_name"))
    rename_in_template(named.template, "cookiecutter.author_name", "'nobody'")
    commit_all(named.template)
    done = updated(named.project)
    assert 'Options that the template no longer has (their values are dropped)\n\n- `author_name` = `"Team 7"`' in done.out  # fmt: skip  # noqa: E501
    assert "author_name" not in answers_of(named.project)


def test_a_dropped_value_of_an_option_is_refused_with_what_to_set(pair: Pair) -> None:
    change_options(pair.template, lambda options: options.update(database=["postgresql"]))
    commit_all(pair.template)
    done = update(pair.project)
    assert done.code == 1
    assert 'database cannot be "mysql". Allowed: postgresql.' in done.err
    updated(pair.project, "--set", "database=postgresql")


# Files


def test_a_removed_file_goes(pair: Pair) -> None:
    (pair.template / RAW / "operations" / "test_smoke.py").unlink()
    commit_all(pair.template)
    updated(pair.project)
    assert not (pair.project / "operations" / "test_smoke.py").exists()


def test_a_removed_file_that_the_team_has_changed_is_a_conflict(pair: Pair) -> None:
    (pair.template / RAW / "operations" / "test_smoke.py").unlink()
    commit_all(pair.template)
    append(pair.project / "operations" / "test_smoke.py", "# Ours\n")
    commit_all(pair.project)
    done = update(pair.project)
    assert "- `operations/test_smoke.py`: the template has removed it" in done.out
    assert in_conflict(pair.project) == {"operations/test_smoke.py"}


def move_folder(template: Path) -> None:
    (template / RAW / "operations" / "database").rename(template / RAW / "operations" / "stores")
    rename_in_template(template, "operations.database", "operations.stores")
    commit_all(template)


def test_a_moved_folder_takes_the_teams_own_file_along(pair: Pair) -> None:
    (pair.project / "operations" / "database" / "ours.py").write_text("OURS = 1\n", "utf-8")
    commit_all(pair.project)
    move_folder(pair.template)
    updated(pair.project)
    assert (pair.project / "operations" / "stores" / "ours.py").read_text("utf-8") == "OURS = 1\n"
    assert not (pair.project / "operations" / "database").exists()


def test_a_moved_file_takes_the_teams_edits_along(pair: Pair) -> None:
    append(pair.project / "operations" / "database" / "locks.py", "# Ours\n")
    commit_all(pair.project)
    move_folder(pair.template)
    updated(pair.project)
    moved = pair.project / "operations" / "stores" / "locks.py"
    assert moved.read_text("utf-8").endswith("# Ours\n")


@pytest.mark.parametrize("mode", [0o755, 0o644])
def test_a_changed_mode_reaches_a_file_that_the_team_has_edited(pair: Pair, mode: int) -> None:
    name = "conftest.py" if mode == 0o755 else "deploy/deploy.sh"
    append(pair.project / name, "# Ours\n")
    commit_all(pair.project)
    file = pair.template / RAW / name
    assert file.stat().st_mode & 0o777 != mode
    file.chmod(mode)
    commit_all(pair.template)
    updated(pair.project)
    assert (pair.project / name).read_text("utf-8").endswith("# Ours\n")
    assert git(pair.project, "ls-files", "--stage", name).startswith(f"100{mode:o} ")


# What has to be done by hand


def test_a_new_variable_is_named(pair: Pair) -> None:
    append(pair.template / RAW / ".env.en.example", "QUEUE_URL=redis://localhost\n")
    commit_all(pair.template)
    done = updated(pair.project)
    assert "New environment variables: `QUEUE_URL`." in done.out
    assert "Added to .env: QUEUE_URL" in done.out


def test_a_variable_with_another_default_is_named(pair: Pair) -> None:
    done = updated(pair.project, "--set=database=postgresql")
    assert "with another default: `DATABASE_PORT` (`3306` → `5432`)," in done.out
    assert "DATABASE_PORT=3306\n" in (pair.project / ".env").read_text("utf-8")


def test_a_variable_that_is_no_longer_used_is_named(pair: Pair) -> None:
    replace_in(pair.template / RAW / ".env.en.example", "LOG_LEVEL=INFO\n", "")
    commit_all(pair.template)
    assert "no longer used: `LOG_LEVEL`." in updated(pair.project).out


def test_changed_requirements_are_to_be_installed(pair: Pair) -> None:
    append(pair.template / RAW / "requirements.txt", "# More\n")
    commit_all(pair.template)
    assert "pip install -r requirements-dev.txt" in updated(pair.project).out


def add_migration(template: Path) -> None:
    (template / RAW / "posts" / "migrations" / "0002_more.py").write_text("# More\n", "utf-8")
    commit_all(template)


def test_a_new_migration_is_to_be_applied(pair: Pair) -> None:
    add_migration(pair.template)
    done = updated(pair.project)
    assert "python manage.py migrate" in done.out
    assert "makemigrations --merge" not in done.out


@pytest.mark.parametrize("name", ["0002_ours.py", "0003_ours.py"])
def test_migrations_of_both_are_to_be_joined(pair: Pair, name: str) -> None:
    (pair.project / "posts" / "migrations" / name).write_text("# Ours\n", "utf-8")
    commit_all(pair.project)
    add_migration(pair.template)
    assert "python manage.py makemigrations --merge posts" in updated(pair.project).out


def test_a_rewritten_migration_is_named(pair: Pair) -> None:
    append(pair.template / RAW / "posts" / "migrations" / "0001_initial.py", "# More\n")
    commit_all(pair.template)
    assert "have changed: `posts/migrations/0001_initial.py`." in updated(pair.project).out


def test_the_changelogs_new_entries_are_shown_and_no_others(pair: Pair) -> None:
    changelog = pair.template / "CHANGELOG.md"
    text = changelog.read_text("utf-8")
    changelog.write_text(text.replace("\n- ", "\n- A queue.\n- ", 1), "utf-8")
    append(pair.template / RAW / README, "A queue.\n")
    commit_all(pair.template)
    news = updated(pair.project).out.split("### What is new in the template\n")[1]
    assert re.findall(r"^- .*", news, re.MULTILINE) == ["- A queue."]


# One after another


def test_changes_of_several_kinds_come_one_after_another(named: Pair) -> None:
    for change in (add_option, rename_option, move_folder, add_migration):
        change(named.template)
        updated(named.project)
        merge_update(named.project)
    assert answers_of(named.project)["team_name"] == "Team 7"
    assert (named.project / "operations" / "stores" / "locks.py").exists()
    assert (named.project / "posts" / "migrations" / "0002_more.py").exists()
