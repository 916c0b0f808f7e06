"""Updates that cannot be made: a message with the way on, and nothing has changed. Updates that
are killed: nothing is lost, and a second one says how to go on, or succeeds.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.rendering import at_length
from lab.updates import (
    ENGLISH,
    ORIGIN,
    RAW,
    RENDERED,
    UPDATE,
    Done,
    Pair,
    add_file,
    commit_all,
    git,
    make_pair,
    replace_in,
    run,
    start_repository,
    state,
    update,
    updated,
)

pytestmark = pytest.mark.slow


def append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as stream:
        stream.write(text)


def change_origin(project: Path, **values: object) -> None:
    file = project / ORIGIN
    content = json.loads(file.read_text(encoding="utf-8")) | values
    file.write_text(json.dumps(content), encoding="utf-8")


def change_same_line(pair: Pair) -> None:
    heading = "# {{ cookiecutter.project_name }}\n"
    replace_in(pair.template / RAW / "README.en.md", heading, heading.replace("# ", "# The "))
    commit_all(pair.template)
    replace_in(pair.project / "README.md", "# CEOS API\n", "# Our API\n")
    commit_all(pair.project)


# What is wrong with the project


def leave_a_change(pair: Pair) -> None:
    append(pair.project / "README.md", "Ours\n")


def stage_a_file(pair: Pair) -> None:
    append(pair.project / "ours.py", "Ours\n")
    git(pair.project, "add", "ours.py")


def edit_the_origin(pair: Pair) -> None:
    replace_in(pair.project / ORIGIN, '"use_redis": false', '"use_redis": true')


def detach(pair: Pair) -> None:
    git(pair.project, "switch", "--quiet", "--detach")


def leave_a_conflict(pair: Pair) -> None:
    change_same_line(pair)
    assert update(pair.project).code == 3


def leave_a_resolved_merge(pair: Pair) -> None:
    leave_a_conflict(pair)
    git(pair.project, "checkout", "--quiet", "--ours", "README.md")
    git(pair.project, "add", "README.md")


def stop_a_rebase(pair: Pair) -> None:
    git(pair.project, "switch", "--quiet", "--create", "feature")
    append(pair.project / "README.md", "Ours\n")
    commit_all(pair.project)
    git(pair.project, "switch", "--quiet", "main")
    append(pair.project / "README.md", "Theirs\n")
    commit_all(pair.project)
    assert run(pair.project, "git", "rebase", "feature").code == 1
    git(pair.project, "checkout", "--quiet", "--ours", "README.md")
    git(pair.project, "add", "README.md")


def stay_on_the_update(pair: Pair) -> None:
    updated(pair.project)
    add_file(pair.template, 2)


def leave_the_update(pair: Pair) -> None:
    stay_on_the_update(pair)
    git(pair.project, "switch", "--quiet", "main")


def put_a_file_in_the_way(pair: Pair) -> None:
    append(pair.project / "new_1.py", "Ours\n")


def put_an_ignored_file_in_the_way(pair: Pair) -> None:
    append(pair.project / ".gitignore", "new_*.py\n")
    commit_all(pair.project)
    append(pair.project / "new_1.py", "Ours\n")


def put_a_folder_in_the_way(pair: Pair) -> None:
    (pair.project / "new_1.py").mkdir()
    append(pair.project / "new_1.py" / "ours", "Ours\n")


def put_a_file_in_the_way_of_a_conflict(pair: Pair) -> None:
    change_same_line(pair)
    append(pair.project / "new_1.py", "Ours\n")


def put_an_ignored_folder_in_the_way(pair: Pair) -> None:
    append(pair.project / ".gitignore", "new_*.py\n")
    commit_all(pair.project)
    put_a_folder_in_the_way(pair)


def put_an_ignored_file_in_the_way_of_a_conflict(pair: Pair) -> None:
    change_same_line(pair)
    put_an_ignored_file_in_the_way(pair)


def lock_the_index(pair: Pair) -> None:
    """Leave what another git leaves that was killed."""
    append(pair.project / ".git" / "index.lock", "")


def lose_the_template(pair: Pair) -> None:
    shutil.rmtree(pair.template)


def empty_the_template(pair: Pair) -> None:
    shutil.rmtree(pair.template)
    pair.template.mkdir()
    git(pair.template, "init", "--quiet")


def rewrite_the_templates_history(pair: Pair) -> None:
    shutil.rmtree(pair.template / ".git")
    start_repository(pair.template)
    git(pair.template, "commit", "--quiet", "--amend", "--message", "Another")


def break_the_new_version(pair: Pair) -> None:
    append(pair.template / RAW / "README.en.md", "{{ nonsense.of_the_template }}\n")
    commit_all(pair.template)


def damage(text: str) -> Callable[[Pair], None]:
    def spoil(pair: Pair) -> None:
        (pair.project / ORIGIN).write_text(text, encoding="utf-8")
        commit_all(pair.project)

    return spoil


def damage_value(**values: object) -> Callable[[Pair], None]:
    def spoil(pair: Pair) -> None:
        change_origin(pair.project, **values)
        commit_all(pair.project)

    return spoil


def leave_marks_of_a_conflict(pair: Pair) -> None:
    damage("<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> main\n")(pair)


CHECKOUT = f"git checkout HEAD -- {ORIGIN}"
REFUSALS: list[tuple[Callable[[Pair], None], list[str]]] = [
    (leave_a_change, ["README.md", "git stash"]),
    (stage_a_file, ["ours.py", "git stash"]),
    (edit_the_origin, [f"git checkout -- {ORIGIN}", "--set NAME=VALUE"]),
    (detach, ["detached HEAD", "git switch main"]),
    (leave_a_conflict, ["git status", "git merge --abort"]),
    (stop_a_rebase, ["A merge or rebase is not finished", "git status"]),
    (leave_the_update, [f"git merge {UPDATE}", f"git branch -D {UPDATE}"]),
    (put_a_file_in_the_way, ["new_1.py", "Move or commit them"]),
    (put_an_ignored_file_in_the_way, ["new_1.py", "Move or commit them"]),
    (lock_the_index, ["index.lock", "remove the file"]),
    (lose_the_template, ["cannot be fetched", "--template ADDRESS"]),
    (empty_the_template, ["cannot be fetched", "--template ADDRESS"]),
    (rewrite_the_templates_history, ["has no commit", "--from VERSION"]),
    (break_the_new_version, ["cannot render the project", "nonsense"]),
    (damage(""), [CHECKOUT]),
    (damage("[]"), [CHECKOUT]),
    (leave_marks_of_a_conflict, [CHECKOUT]),
    (damage_value(template=None), ['"template": null', CHECKOUT]),
    (damage_value(commit=5), ['"commit": 5', CHECKOUT]),
    (damage_value(commit=None), ["names no commit", "--from VERSION", "Known versions: 2026"]),
    (damage_value(commit="0" * 40), ["has no commit", "--from VERSION"]),
    (damage_value(commit="--help"), ["has no commit", "--from VERSION"]),
    (damage_value(commit=""), ["--from VERSION"]),
    (damage_value(context={}), ['"context"', CHECKOUT]),
    (damage_value(context={"cookiecutter": []}), ['"context"', CHECKOUT]),
    (damage_value(skip="a"), ['"skip": "a"', CHECKOUT]),
    (
        damage_value(context={"cookiecutter": {"docs_language": "en", "database": "oracle"}}),
        ["oracle", "mysql"],
    ),
]
MORE_REFUSALS: list[tuple[Callable[[Pair], None], list[str]]] = [
    (leave_a_resolved_merge, ["git commit", "git merge --abort"]),
    (stay_on_the_update, [UPDATE, "git switch main"]),
    (put_a_folder_in_the_way, ["new_1.py", "Move or commit them"]),
    (put_an_ignored_folder_in_the_way, ["new_1.py", "Move or commit them"]),
    (put_a_file_in_the_way_of_a_conflict, ["new_1.py", "Move or commit them"]),
    (put_an_ignored_file_in_the_way_of_a_conflict, ["new_1.py", "Move or commit them"]),
]


def refused(folder: Path, *arguments: str) -> Done:
    """Update, and return the refusal, after which git knows what it knew before."""
    before = state(folder)
    done = update(folder, *arguments)
    assert done.code == 1, done.out + done.err
    assert "Traceback" not in done.err
    assert state(folder) == before
    return done


@pytest.mark.parametrize(
    ("spoil", "words"), [*REFUSALS, *(at_length(*refusal) for refusal in MORE_REFUSALS)]
)
def test_a_refusal_names_the_way_on_and_changes_nothing(
    pair: Pair, spoil: Callable[[Pair], None], words: list[str]
) -> None:
    add_file(pair.template)
    spoil(pair)
    done = refused(pair.project)
    assert [word for word in words if word not in done.err] == []


def test_a_refusal_leaves_what_is_in_the_way(pair: Pair) -> None:
    add_file(pair.template)
    put_an_ignored_file_in_the_way(pair)
    refused(pair.project)
    assert (pair.project / "new_1.py").read_text("utf-8") == "Ours\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "2001.1.1"], ["no version 2001.1.1"]),
        (["--to=--help"], ["no version --help"]),
        (["--set", "use_rediss=true"], ["no option use_rediss", "use_redis"]),
        (["--set", "database=oracle"], ['cannot be "oracle"', "mysql, postgresql"]),
        (["--set", "use_redis=perhaps"], ['cannot be "perhaps"', "true, false"]),
        (["--set", "use_redis"], ["NAME=VALUE"]),
        (["--set", "time_zone=asia/seol"], ["Did you mean Asia/Seoul"]),
        (["--set", "_extensions=x"], ["no option _extensions"]),
        (["--from", "2001.1.1"], ["no version 2001.1.1"]),
        (["--template", "/nowhere"], ["/nowhere", "cannot be fetched"]),
    ],
)
def test_a_wrong_argument_is_refused(pair: Pair, arguments: list[str], words: list[str]) -> None:
    done = refused(pair.project, *arguments)
    assert [word for word in words if word not in done.err] == []


# What is wrong around the project. Its language is not known there.


def test_a_folder_without_a_repository_is_refused(tmp_path: Path) -> None:
    done = update(tmp_path)
    assert done.code == 1
    assert "git init && git add -A" in done.err


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    done = update(tmp_path)
    assert done.code == 1
    assert "git add -A && git commit" in done.err


def test_a_project_without_an_origin_is_refused(pair: Pair) -> None:
    (pair.project / ORIGIN).unlink()
    commit_all(pair.project)
    done = refused(pair.project, "--template", str(pair.template))
    assert "ceos-template update --from VERSION --set" in done.err


def test_without_an_origin_the_address_is_asked_for(pair: Pair) -> None:
    (pair.project / ORIGIN).unlink()
    commit_all(pair.project)
    assert "--template https://" in refused(pair.project, "--from", "2026.11.25").err


def test_of_several_projects_none_is_chosen(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, ENGLISH, "whole/backend")
    shutil.copytree(pair.project, tmp_path / "whole" / "second")
    start_repository(tmp_path / "whole")
    done = refused(tmp_path / "whole")
    assert "backend, second" in done.err


def test_of_several_projects_that_of_the_folder_is_updated(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, ENGLISH, "whole/backend")
    shutil.copytree(pair.project, tmp_path / "whole" / "second")
    start_repository(tmp_path / "whole")
    add_file(pair.template)
    updated(tmp_path / "whole" / "second")
    names = git(tmp_path / "whole", "diff", "--name-only", "main", UPDATE).split()
    assert names == [f"second/{ORIGIN}", "second/new_1.py"]


def test_without_git_a_message_says_so(pair: Pair, tmp_path: Path) -> None:
    done = update(pair.project, PATH=str(tmp_path))
    assert done.code == 1
    assert "git" in done.err
    assert "Traceback" not in done.err


def test_an_old_git_is_refused(pair: Pair, tmp_path: Path) -> None:
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho git version 2.37.1\n", encoding="utf-8")
    shim.chmod(0o755)
    done = update(pair.project, PATH=f"{shim.parent}:/usr/bin:/bin")
    assert done.code == 1
    assert "2.38" in done.err


def test_a_shallow_clone_is_updated(pair: Pair, tmp_path: Path) -> None:
    append(pair.project / "README.md", "Ours\n")
    commit_all(pair.project)
    clone = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", pair.project.as_uri(), clone)
    add_file(pair.template)
    updated(clone)
    assert git(clone, "diff", "--name-only", "main", UPDATE).split() == [ORIGIN, "new_1.py"]


# Killed at any step. A git that is first on the PATH counts its calls, and kills who called.

SHIM = """\
#!/bin/sh
# The template's own calls of git do not have the variable: it takes them for another repository's.
if [ -n "$GIT_CALLS" ]; then
    echo "$1" >>"$GIT_CALLS"
    number=$(wc -l <"$GIT_CALLS")
    if [ "$number" -eq "$KILL_AT" ]; then
        if [ "$KILL" = after ]; then {git} "$@" >/dev/null 2>&1; fi
        kill -"$SIGNAL" "$PPID"
        exit 1
    fi
fi
exec {git} "$@"
"""


@pytest.fixture(scope="module", params=["clean", "conflict"])
def original(request, tmp_path_factory) -> Pair:
    """Return a template and a project with an update to come; each test works on a copy."""
    pair = make_pair(tmp_path_factory.mktemp(request.param), ENGLISH)
    start_repository(pair.project)
    append(pair.project / "manage.py", "# Ours\n")
    commit_all(pair.project)
    add_file(pair.template)
    if request.param == "conflict":
        change_same_line(pair)
    return pair


def update_killed(
    project: Path, folder: Path, number: int, when: str = "before", signal: str = "KILL"
) -> tuple[Done, list[str]]:
    """Update, and kill that at a call of git; return with the names of the calls until then."""
    real, shim, calls = shutil.which("git"), folder / "bin" / "git", folder / "calls"
    if not shim.exists():
        shim.parent.mkdir(parents=True)
        shim.write_text(SHIM.format(git=real), encoding="utf-8")
        shim.chmod(0o755)
    calls.unlink(missing_ok=True)
    variables = {"GIT_CALLS": str(calls), "KILL_AT": str(number), "KILL": when, "SIGNAL": signal}
    path = f"{shim.parent}:{Path(real).parent}:/usr/bin:/bin"
    # What it leaves in the folder for temporary files is of no interest.
    done = update(project, PATH=path, TMPDIR=str(folder), **variables)
    return done, calls.read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def steps(original: Pair, tmp_path_factory) -> tuple[list[str], str]:
    """Return the calls of an update that nobody kills, and the tree that it comes to."""
    folder = tmp_path_factory.mktemp("steps")
    project = Path(shutil.copytree(original.project, folder / "project"))
    done, calls = update_killed(project, folder, 0)
    assert done.code in (0, 3), done.err
    return calls, tree_with_the_conflicts(project)


def tree_with_the_conflicts(project: Path) -> str:
    git(project, "add", "--all")
    return git(project, "write-tree")


def follow(project: Path, message: str) -> None:
    """Do what a message says."""
    (project / ".git" / "index.lock").unlink(missing_ok=True)
    known = rf"git reset --hard && git switch \S+|git branch -D {UPDATE}|git switch \S+"
    commands = re.findall(rf"(?:{known})", message)
    assert commands, message
    done = run(project, "sh", "-c", commands[-1].rstrip("."))
    assert done.code == 0, done.err


def go_on(project: Path) -> list[str]:
    """Update until that succeeds, and return the messages that said what to do first."""
    messages: list[str] = []
    while (done := update(project)).code == 1:
        messages.append(done.err)
        assert len(messages) < 5, messages
        follow(project, done.err)
    return messages


def faults_when_killed(
    original: Pair, wanted: str, folder: Path, number: int, when: str
) -> list[str]:
    """Kill an update, and return what is wrong then."""
    project = Path(shutil.copytree(original.project, folder / "project"))
    main, before = git(project, "rev-parse", "main"), state(project)["status"]
    done, _ = update_killed(project, folder, number, when)
    assert done.code == -9, done.out + done.err
    faults = []
    same = state(project)["status"] == before
    messages = go_on(project)
    if not same and git(project, "branch", "--show-current") != UPDATE and not messages:
        faults.append("changed, and nothing said how to go on")
    if git(project, "rev-parse", "main") != main:
        faults.append("main has changed")
    if tree_with_the_conflicts(project) != wanted:
        faults.append("another result")
    shutil.rmtree(project)
    return faults


# Of the calls from the first one on that changes more than git's own storage; None is the last.
@pytest.mark.parametrize("offset", [0, 2, 3, 4, 5, None])
def test_an_update_killed_while_it_changes_something_can_be_repeated(
    original: Pair, steps: tuple[list[str], str], tmp_path: Path, offset: int | None
) -> None:
    calls, wanted = steps
    if offset is None:
        number, when = len(calls), "after"
    else:
        number, when = min(calls.index("update-ref") + 1 + offset, len(calls)), "before"
    assert faults_when_killed(original, wanted, tmp_path, number, when) == []


@pytest.mark.parametrize("part", [0.1, 0.6])
def test_an_update_killed_before_it_changes_anything_can_be_repeated(
    original: Pair, steps: tuple[list[str], str], tmp_path: Path, part: float
) -> None:
    calls, wanted = steps
    number = 1 + int(calls.index("update-ref") * part)
    assert faults_when_killed(original, wanted, tmp_path, number, "after") == []


@pytest.mark.faults
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_update_killed_at_any_call_can_be_repeated(
    original: Pair, steps: tuple[list[str], str], tmp_path: Path, when: str
) -> None:
    calls, wanted = steps
    faults = {
        number: faults_when_killed(original, wanted, tmp_path, number, when)
        for number in range(1, len(calls) + 1)
    }
    assert {number: found for number, found in faults.items() if found} == {}


def test_who_stops_an_update_early_is_told_that_nothing_has_changed(
    original: Pair, steps: tuple[list[str], str], tmp_path: Path
) -> None:
    project = Path(shutil.copytree(original.project, tmp_path / "project"))
    before = state(project)
    done, _ = update_killed(project, tmp_path, len(steps[0]) // 2, signal="INT")
    assert done.code == 1
    assert "Nothing has changed" in done.err or "바뀐 것은 없습니다" in done.err
    assert state(project) == before


def test_who_stops_an_update_late_is_told_to_run_it_again(
    original: Pair, steps: tuple[list[str], str], tmp_path: Path
) -> None:
    project = Path(shutil.copytree(original.project, tmp_path / "project"))
    calls, wanted = steps
    number = calls.index("switch") + 1
    done, _ = update_killed(project, tmp_path, number, "after", signal="INT")
    assert done.code == 1
    assert "Nothing has changed" not in done.err and "바뀐 것은 없습니다" not in done.err
    go_on(project)
    assert tree_with_the_conflicts(project) == wanted


def test_the_branch_of_renderings_moves_with_the_update(pair: Pair) -> None:
    add_file(pair.template)
    updated(pair.project)
    assert git(pair.project, "rev-parse", RENDERED) == git(pair.project, "rev-parse", f"{UPDATE}^2")
