"""Updates of projects that teams have changed: nothing of theirs is lost, all else is new."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from lab.rendering import COMBINATIONS, COVERING, OPPOSITES, Choice, at_length, name_of, render
from lab.updates import (
    ENGLISH,
    ORIGIN,
    RAW,
    RENDERED,
    STATES,
    UPDATE,
    Pair,
    add_file,
    as_pairs,
    change_options,
    commit_all,
    differences,
    edit_as_team_would,
    followed,
    git,
    in_conflict,
    lost_edits,
    make_pair,
    merge_update,
    rendered_from,
    replace_in,
    run,
    squash_update,
    start_repository,
    state,
    template_at,
    template_of_now,
    update,
    update_from,
    updated,
)

pytestmark = pytest.mark.slow

# Where the tests change the template, and the team the same place or another
README = "README.en.md"
FIRST_LINE = "# {{ cookiecutter.project_name }}\n"


def change_first_lines(pair: Pair) -> None:
    """Have the template and the team change the same line."""
    replace_in(pair.template / RAW / README, FIRST_LINE, FIRST_LINE.replace("# ", "# The "))
    commit_all(pair.template)
    replace_in(pair.project / "README.md", "# CEOS API\n", "# Our API\n")
    commit_all(pair.project)


# From every state


def samples() -> list:
    """Return states and choices: a few, and all of them at length."""
    few = list(zip(STATES * 2, itertools.cycle(COVERING), strict=False))
    rest = [(s, c) for s in STATES for c in COMBINATIONS if (s, c) not in few]
    return [*few, *(at_length(*both) for both in rest)]


def identify(value: dict[str, str] | Choice) -> str:
    return value["version"] if isinstance(value, dict) else name_of(value)


def make_old_project(version: dict[str, str], choice: Choice, folder: Path) -> Path:
    source = rendered_from(template_at(version["commit"]), choice)
    project = Path(shutil.copytree(source, folder / "project"))
    start_repository(project)
    return project


@pytest.mark.parametrize(("version", "choice"), samples(), ids=identify)
def test_an_update_from_a_state_keeps_the_teams_edits_and_renews_the_rest(
    version: dict[str, str], choice: Choice, tmp_path: Path
) -> None:
    project = make_old_project(version, choice, tmp_path)
    seed = STATES.index(version) * len(COMBINATIONS) + COMBINATIONS.index(choice)
    edits = edit_as_team_would(project, seed)

    done = update_from(project, version, choice)

    conflicts = in_conflict(project)
    assert done.code == (3 if conflicts else 0), done.out + done.err
    touched = followed(project, edits)
    assert conflicts <= touched
    assert differences(project, render(choice), touched) == []
    assert lost_edits(project, edits) == []
    commit_all(project, "Resolve")
    before = state(project)
    again = update(project)
    assert again.code == 0, again.out + again.err
    assert state(project) == before


# Options


def options_from(choice: Choice, target: Choice, folder: Path) -> list[str]:
    """Set every option of a project, and return where it is not as one rendered so."""
    project = Path(shutil.copytree(rendered_from(template_of_now(), choice), folder / "project"))
    start_repository(project)
    # One `--set` for each, so that both of its forms are used
    updated(project, *(f"--set={pair}" for pair in as_pairs(target)))
    return differences(project, render(target))


@pytest.mark.parametrize(
    ("choice", "target"),
    [
        OPPOSITES,
        OPPOSITES[::-1],
        *(at_length(OPPOSITES[0], choice) for choice in COMBINATIONS if choice not in OPPOSITES),
        *(at_length(choice, OPPOSITES[0]) for choice in COMBINATIONS if choice not in OPPOSITES),
    ],
    ids=name_of,
)
def test_other_answers_make_what_rendering_with_them_makes(
    choice: Choice, target: Choice, tmp_path: Path
) -> None:
    assert options_from(choice, target, tmp_path) == []


def test_options_come_and_go_again(pair: Pair) -> None:
    updated(pair.project, "--set", *as_pairs(OPPOSITES[1]))
    merge_update(pair.project)
    updated(pair.project, "--set", *as_pairs(ENGLISH))
    assert differences(pair.project, render(ENGLISH)) == []


def test_an_answer_that_changes_no_committed_file_is_kept(pair: Pair) -> None:
    updated(pair.project, "--set", "domain_name=api.example.com")
    assert '"domain_name": "api.example.com"' in (pair.project / ORIGIN).read_text("utf-8")


def test_setting_the_answer_that_a_project_has_changes_nothing(pair: Pair) -> None:
    before = state(pair.project)
    updated(pair.project, "--set", "use_redis=no", "database=mysql")
    assert state(pair.project) == before


# Looking only


def test_check_finds_no_news(pair: Pair) -> None:
    assert update(pair.project, "--check").code == 0


def test_check_finds_news(pair: Pair) -> None:
    add_file(pair.template)
    assert update(pair.project, "--check").code == 3


def test_check_finds_no_news_in_what_the_project_does_not_have(pair: Pair) -> None:
    (pair.template / "tools" / "new.py").write_text("", encoding="utf-8")
    commit_all(pair.template)
    assert update(pair.project, "--check").code == 0


@pytest.mark.parametrize("option", ["--check", "--dry-run"])
def test_looking_changes_nothing(pair: Pair, option: str) -> None:
    add_file(pair.template)
    (pair.project / "README.md").write_text("Not committed", encoding="utf-8")
    before = state(pair.project)
    update(pair.project, option)
    assert state(pair.project) == before


def test_a_dry_run_shows_conflicts(pair: Pair) -> None:
    change_first_lines(pair)
    done = update(pair.project, "--dry-run")
    assert done.code == 3
    assert "- `README.md`: the template and you have changed the same lines." in done.out


# What is each computer's own


def add_variable(pair: Pair) -> None:
    example = pair.template / RAW / ".env.en.example"
    example.write_text(example.read_text("utf-8") + "NEW_KEY=5\nNEW_SECRET=CHANGE_ME\n", "utf-8")
    commit_all(pair.template)


@pytest.mark.parametrize(
    ("text", "addition"),
    [
        (b"SECRET_KEY=a b\n# mine\n\nX = 1\n", b"NEW_KEY=5\n"),
        (b"SECRET_KEY=mine\r\nX=1", b"\r\nNEW_KEY=5\r\n"),
        (b"NEW_KEY=mine\n", b""),
        at_length(b"SECRET_KEY=mine", b"\nNEW_KEY=5\n"),
        at_length(b"SECRET_KEY=mine\r\nX=1\r\n", b"NEW_KEY=5\r\n"),
        at_length(b"\xef\xbb\xbfX=\xff\n", b"NEW_KEY=5\n"),
        at_length(b"", b"NEW_KEY=5\n"),
    ],
)
def test_env_gets_new_variables_and_is_else_as_it_was(
    pair: Pair, text: bytes, addition: bytes
) -> None:
    (pair.project / ".env").write_bytes(text)
    add_variable(pair)
    updated(pair.project)
    assert (pair.project / ".env").read_bytes() == text + addition


def test_no_env_is_made(pair: Pair) -> None:
    (pair.project / ".env").unlink()
    add_variable(pair)
    updated(pair.project)
    assert not (pair.project / ".env").exists()


def test_data_and_the_file_for_deploying_stay(pair: Pair) -> None:
    own = [pair.project / name for name in (".env.prod", "db.sqlite3", "media/a.png")]
    for file in own:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"mine")
    add_variable(pair)
    updated(pair.project)
    assert [file.read_bytes() for file in own] == [b"mine"] * 3


# Line endings


def test_a_working_tree_of_windows_gets_an_update_without_conflicts(pair: Pair) -> None:
    git(pair.project, "config", "core.autocrlf", "true")
    (pair.project / ".gitattributes").write_text("* text=auto\n", encoding="utf-8")
    commit_all(pair.project)
    git(pair.project, "rm", "--quiet", "--cached", "-r", ".")
    git(pair.project, "reset", "--quiet", "--hard")
    readme = pair.project / "README.md"
    assert b"\r\n" in readme.read_bytes()
    replace_in(pair.template / RAW / README, FIRST_LINE, FIRST_LINE.replace("# ", "# The "))
    commit_all(pair.template)

    updated(pair.project)

    assert readme.read_bytes().startswith(b"# The CEOS API\r\n")
    assert git(pair.project, "status", "--porcelain") == ""


@pytest.fixture
def with_crlf(tmp_path: Path) -> Pair:
    """Return a project whose every file is committed with the line endings of Windows."""
    pair = make_pair(tmp_path, ENGLISH)
    (pair.project / ".gitattributes").write_text("* -text\n", encoding="utf-8")
    git(pair.project, "init", "--quiet", "--initial-branch=main")
    git(pair.project, "add", "--all")
    for name in git(pair.project, "ls-files", "-z").split("\0"):
        file = pair.project / name
        if name:
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    commit_all(pair.project)
    return pair


def test_files_committed_with_crlf_keep_it(with_crlf: Pair) -> None:
    replace_in(with_crlf.template / RAW / README, FIRST_LINE, FIRST_LINE.replace("# ", "# The "))
    commit_all(with_crlf.template)
    readme = with_crlf.project / "README.md"
    wanted = readme.read_bytes().replace(b"# CEOS API", b"# The CEOS API", 1)

    updated(with_crlf.project)

    assert readme.read_bytes() == wanted


def test_with_crlf_only_what_the_template_changed_differs(with_crlf: Pair) -> None:
    add_file(with_crlf.template)
    updated(with_crlf.project)
    names = git(with_crlf.project, "diff", "--name-only", "main", UPDATE).split()
    assert names == [ORIGIN, "new_1.py"]


# A project that is a folder of a repository


@pytest.fixture
def monorepo(tmp_path: Path) -> Pair:
    pair = make_pair(tmp_path, ENGLISH, "whole/backend")
    (tmp_path / "whole" / "frontend").mkdir()
    (tmp_path / "whole" / "frontend" / "new_1.py").write_text("Ours\n", encoding="utf-8")
    start_repository(tmp_path / "whole")
    return pair


@pytest.mark.parametrize("folder", [".", "backend", "backend/accounts/tests", "frontend"])
def test_a_project_in_a_folder_is_updated_from_any_folder(monorepo: Pair, folder: str) -> None:
    add_file(monorepo.template)
    whole = monorepo.project.parent
    updated(whole / folder)
    names = git(whole, "diff", "--name-only", "main", UPDATE).split()
    assert names == [f"backend/{ORIGIN}", "backend/new_1.py"]


def test_conflicts_in_a_folder_are_named_by_their_whole_path(monorepo: Pair) -> None:
    change_first_lines(monorepo)
    done = update(monorepo.project)
    assert done.code == 3
    assert "- `backend/README.md`: " in done.out
    assert in_conflict(monorepo.project.parent) == {"backend/README.md"}


# One update after another


def test_a_merge_is_followed_by_another(pair: Pair) -> None:
    for number in (1, 2):
        add_file(pair.template, number)
        updated(pair.project)
        merge_update(pair.project)
    assert (pair.project / "new_2.py").exists()


def test_an_update_merged_by_squashing_is_followed_by_another(pair: Pair) -> None:
    # The same line each time: it is a conflict where the first merge is not known.
    for old, new in (("# {{", "# The {{"), ("# The {{", "# This {{")):
        readme = pair.template / RAW / README
        replace_in(readme, FIRST_LINE.replace("# {{", old), FIRST_LINE.replace("# {{", new))
        commit_all(pair.template)
        updated(pair.project)
        squash_update(pair.project)
        git(pair.project, "branch", "--quiet", "-D", UPDATE)
    assert (pair.project / "README.md").read_text("utf-8").startswith("# This CEOS API\n")


def test_a_clone_without_the_branch_of_renderings_is_updated_too(pair: Pair, tmp_path) -> None:
    add_file(pair.template)
    updated(pair.project)
    squash_update(pair.project)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--single-branch", "--branch=main", pair.project, clone)
    add_file(pair.template, 2)
    updated(clone)
    assert git(clone, "diff", "--name-only", "main", UPDATE).split() == [ORIGIN, "new_2.py"]


def test_an_update_that_is_not_merged_is_not_overwritten(pair: Pair) -> None:
    add_file(pair.template)
    updated(pair.project)
    git(pair.project, "switch", "--quiet", "main")
    add_file(pair.template, 2)
    before = state(pair.project)
    done = update(pair.project)
    assert done.code == 1
    assert f"git merge {UPDATE}" in done.err
    assert state(pair.project) == before


# Conflicts


def test_a_conflict_is_listed_with_its_reason_and_left_to_the_team(pair: Pair) -> None:
    change_first_lines(pair)
    done = update(pair.project)
    assert done.code == 3
    assert "- `README.md`: the template and you have changed the same lines." in done.out
    assert in_conflict(pair.project) == {"README.md"}
    assert "All conflicts fixed but you are still merging" not in git(pair.project, "status")
    assert "You have unmerged paths" in git(pair.project, "status")


def test_an_update_with_a_conflict_can_be_given_up(pair: Pair) -> None:
    change_first_lines(pair)
    before = state(pair.project)
    done = update(pair.project)
    assert "git merge --abort && git switch -" in done.err
    git(pair.project, "merge", "--abort")
    git(pair.project, "switch", "--quiet", "-")
    after = state(pair.project)
    assert after["status"] == before["status"]
    refs = [line for line in after["refs"].splitlines() if "ceos-template/" not in line]
    assert refs == before["refs"].splitlines()


def test_a_resolved_conflict_does_not_come_again(pair: Pair) -> None:
    change_first_lines(pair)
    update(pair.project)
    (pair.project / "README.md").write_text("# Ours and theirs\n", encoding="utf-8")
    git(pair.project, "add", "--all")
    git(pair.project, "commit", "--quiet", "--no-edit")
    merge_update(pair.project)
    add_file(pair.template)
    updated(pair.project)
    assert (pair.project / "README.md").read_text("utf-8") == "# Ours and theirs\n"


def test_an_option_that_is_dropped_leaves_what_the_team_changed_of_it(pair: Pair) -> None:
    with (pair.project / "posts" / "views.py").open("a", encoding="utf-8") as file:
        file.write("# Ours\n")
    commit_all(pair.project)
    done = update(pair.project, "--set", "example_app=false")
    assert done.code == 3
    assert "- `posts/views.py`: the template has removed it, and you have changed it" in done.out
    assert (pair.project / "posts" / "views.py").read_text("utf-8").endswith("# Ours\n")


def test_both_have_added_a_file_of_one_name(pair: Pair) -> None:
    add_file(pair.template)
    (pair.project / "new_1.py").write_text("OURS = 1\n", encoding="utf-8")
    commit_all(pair.project)
    done = update(pair.project)
    assert done.code == 3
    assert "- `new_1.py`: the template and you have added a file of this name." in done.out


def test_a_file_that_the_team_deleted_stays_deleted(pair: Pair) -> None:
    (pair.project / "README.md").unlink()
    commit_all(pair.project)
    replace_in(pair.template / RAW / README, FIRST_LINE, FIRST_LINE.replace("# ", "# The "))
    commit_all(pair.template)
    done = updated(pair.project)
    assert "Deleted by you, and left so" in done.out
    assert not (pair.project / "README.md").exists()


def test_conflicts_can_be_committed_with_their_marks(pair: Pair) -> None:
    change_first_lines(pair)
    done = update(pair.project, "--commit-conflicts")
    assert done.code == 3
    assert git(pair.project, "status", "--porcelain") == ""
    assert "<<<<<<<" in git(pair.project, "show", f"{UPDATE}:README.md")
    assert git(pair.project, "rev-parse", f"{UPDATE}^2") == git(pair.project, "rev-parse", RENDERED)


def test_after_committing_conflicts_no_merge_is_left_to_be_finished_or_aborted(pair: Pair) -> None:
    change_first_lines(pair)
    done = update(pair.project, "--commit-conflicts")
    assert "git merge --abort" not in done.out


# Versions


def test_the_newest_release_is_what_a_project_is_updated_to(pair: Pair) -> None:
    add_file(pair.template)
    git(pair.template, "tag", "2030.1.9")
    add_file(pair.template, 2)
    git(pair.template, "tag", "2030.1.10")
    add_file(pair.template, 3)
    updated(pair.project)
    assert git(pair.project, "diff", "--name-only", "main", UPDATE).split() == [
        ORIGIN,
        "new_1.py",
        "new_2.py",
    ]


def test_a_report_without_steps_has_no_gap(pair: Pair) -> None:
    add_file(pair.template)
    assert "\n\n\n" not in updated(pair.project).out


def test_a_version_can_be_asked_for(pair: Pair) -> None:
    add_file(pair.template)
    git(pair.template, "tag", "2030.1.9")
    add_file(pair.template, 2)
    git(pair.template, "tag", "2030.1.10")
    updated(pair.project, "--to", "2030.1.9")
    assert not (pair.project / "new_2.py").exists()


def test_a_branch_can_be_asked_for(pair: Pair) -> None:
    git(pair.template, "switch", "--quiet", "--create", "next")
    add_file(pair.template)
    git(pair.template, "switch", "--quiet", "main")
    updated(pair.project, "--to", "next")
    assert (pair.project / "new_1.py").exists()


def test_a_project_newer_than_the_release_stays(pair: Pair) -> None:
    git(pair.template, "tag", "2030.1.9", "HEAD")
    add_file(pair.template)
    updated(pair.project, "--to", "main")
    merge_update(pair.project)
    before = state(pair.project)
    updated(pair.project)
    assert state(pair.project) == before


def test_a_commit_hook_of_the_team_does_not_stop_an_update(pair: Pair) -> None:
    hook = pair.project / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    add_file(pair.template)
    updated(pair.project)


def test_somebody_without_a_name_in_git_can_update(pair: Pair) -> None:
    add_file(pair.template)
    nobody = {"GIT_AUTHOR_NAME": "", "GIT_COMMITTER_NAME": "", "GIT_AUTHOR_EMAIL": ""}
    done = update(pair.project, **nobody, GIT_COMMITTER_EMAIL="")
    assert done.code == 0, done.err


def test_the_clone_that_git_has_made_works_without_its_template(pair: Pair) -> None:
    add_file(pair.template)
    updated(pair.project)
    shutil.rmtree(pair.template)
    git(pair.project, "switch", "--quiet", "main")
    assert run(pair.project, "git", "merge", "--quiet", UPDATE).code == 0
    assert run(pair.project, "git", "fsck", "--strict").code == 0


def test_the_team_keeps_a_default_that_it_has_chosen_by_hand(pair: Pair) -> None:
    updated(pair.project, "--set", "description=Ours")
    merge_update(pair.project)
    change_options(pair.template, lambda options: options.update(description="Theirs"))
    add_file(pair.template)
    updated(pair.project)
    assert '"description": "Ours"' in (pair.project / ORIGIN).read_text("utf-8")
