"""The whole command line: two cookiecutters, a folder and a git URL, every way to answer."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from lab.rendering import OPTIONS, copy_template

# The older is the one of Ubuntu 24.04, with the binaryornot of its time.
RELEASES = {
    "cookiecutter-2.6": ["cookiecutter==2.6.0", "binaryornot==0.4.4"],
    "cookiecutter-2.7": ["cookiecutter==2.7.1"],
}
NAMES = [name for name in OPTIONS if not name.startswith("_")]
OTHER_ANSWERS = {
    "docs_language": "en",
    "project_name": "My {shop} 가게",
    "project_slug": "my-shop",
    "description": "Sells things",
    "author_name": "Team 1",
    "domain_name": "api.example.com",
    "time_zone": "UTC",
    "database": "postgresql",
    "authentication": "session",
    "media_storage": "s3",
    "use_redis": True,
    "example_app": False,
}

pytestmark = pytest.mark.slow


def run(*command: object, **options: object) -> subprocess.CompletedProcess:
    return subprocess.run([*map(str, command)], capture_output=True, encoding="utf-8", **options)


@pytest.fixture(scope="session", params=RELEASES)
def command(request, tmp_path_factory) -> Path:
    """Return a `cookiecutter` of one of the releases, in an environment of its own."""
    venv = tmp_path_factory.mktemp("venv") / request.param
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    for arguments in (
        ["venv", "-q", "--python", sys.executable, venv],
        ["pip", "install", "-q", "--python", venv / "bin" / "python", *RELEASES[request.param]],
    ):
        done = run(uv, *arguments)
        assert done.returncode == 0, done.stderr
    return venv / "bin" / "cookiecutter"


@pytest.fixture(scope="session")
def repository(tmp_path_factory) -> Path:
    """Return a git repository with the template's files as they are now."""
    folder = copy_template(tmp_path_factory.mktemp("git") / "ceos-template")
    git = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Template"]):
        done = run(*git, *arguments, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose home, and with it cookiecutter's memory, is empty."""
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    return {
        **os.environ,
        "HOME": str(tmp_path / "home"),
        "PWD": str(tmp_path / "work"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
    }


@pytest.fixture
def render(command: Path, environment: dict, tmp_path: Path, repository: Path):
    """Return a function that runs cookiecutter in an empty folder, with the rest of its line."""

    def run_in_work(*arguments: str, template: object = repository):
        return run(command, template, *arguments, cwd=tmp_path / "work", env=environment)

    return run_in_work


def written(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "work").iterdir()]


def given(tmp_path: Path) -> dict:
    """Return the answers that cookiecutter came to, from its own record of them."""
    record = tmp_path / "home" / ".cookiecutter_replay" / "ceos-template.json"
    answers = json.loads(record.read_text(encoding="utf-8"))["cookiecutter"]
    return {name: answers[name] for name in NAMES}


def assert_is_of_other_answers(project: Path) -> None:
    environment = (project / ".env.prod").read_text(encoding="utf-8")
    assert "DOMAIN_NAME=api.example.com\n" in environment
    assert "DATABASE_PORT=5432\n" in environment
    assert "REDIS_URL=" in environment
    assert "AWS_STORAGE_BUCKET_NAME=" in environment
    assert not (project / "posts").exists()
    assert "csrf" in (project / "accounts" / "signin.py").read_text(encoding="utf-8")
    settings = (project / "config" / "settings" / "base.py").read_text(encoding="utf-8")
    assert '"TITLE": "My {shop} 가게",\n    "DESCRIPTION": "Sells things",\n' in settings


def refused(done: subprocess.CompletedProcess, tmp_path: Path) -> str:
    """Return the message of a refusal, which left nothing behind and is no traceback."""
    assert done.returncode != 0
    assert written(tmp_path) == []
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout + done.stderr


def test_renders_from_a_git_url(render, repository: Path, tmp_path: Path) -> None:
    done = render("--no-input", template=f"file://{repository}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "work" / "ceos-api" / ".env").is_file()


def test_renders_from_a_relative_folder(render, repository: Path, tmp_path: Path) -> None:
    relative = os.path.relpath(repository, tmp_path / "work")
    done = render("--no-input", "authentication=session", template=relative)
    assert done.returncode == 0, done.stdout + done.stderr
    project = tmp_path / "work" / "ceos-api"
    assert (project / "README.md").is_file()
    assert not (project / "accounts" / "tokens.py").exists()


def test_last_words_name_the_folder_to_enter(render) -> None:
    lines = render("--no-input", "docs_language=en").stdout.splitlines()
    assert len(lines) <= 10
    assert "    cd ceos-api" in lines


def test_answers_on_the_command_line(render, command: Path, tmp_path: Path) -> None:
    old = "2.6" in str(command)
    texts = [f"{k}={v}" for k, v in OTHER_ANSWERS.items() if not isinstance(v, bool)]
    done = render("--no-input", *texts, *([] if old else ["use_redis=yes", "example_app=no"]))
    assert done.returncode == 0, done.stdout + done.stderr
    defaults = {name: OPTIONS[name] for name in ("use_redis", "example_app")} if old else {}
    assert given(tmp_path) == {**OTHER_ANSWERS, **defaults}


@pytest.mark.parametrize("value", ["yes", "no"])
def test_a_boolean_on_the_command_line_is_heeded_or_refused(
    render, command: Path, value: str, tmp_path: Path
) -> None:
    done = render("--no-input", f"use_redis={value}", "docs_language=en")
    if "2.6" in str(command):
        assert "cookiecutter 2.7 or later" in " ".join(refused(done, tmp_path).split())
    else:
        assert given(tmp_path)["use_redis"] is (value == "yes")


def test_answers_from_a_replay_file(render, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    private = {k: v for k, v in OPTIONS.items() if k.startswith("_") and k != "__prompts__"}
    content = {"cookiecutter": {**OTHER_ANSWERS, **private}}
    file.write_text(json.dumps(content), encoding="utf-8")
    done = render("--replay-file", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert_is_of_other_answers(tmp_path / "work" / "my-shop")


def test_replay_renders_the_same_again(render, tmp_path: Path) -> None:
    render("--no-input", "database=postgresql", "project_slug=again")
    first = given(tmp_path)
    shutil.rmtree(tmp_path / "work" / "again")
    done = render("--replay")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "work" / "again" / ".env").is_file()
    assert given(tmp_path) == first


def test_bad_answers_in_a_replay_file_are_refused_all_at_once(render, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    private = {k: v for k, v in OPTIONS.items() if k.startswith("_") and k != "__prompts__"}
    bad = {"project_slug": "../x", "project_name": "{{ 7*7 }}", "use_redis": "no"}
    content = {"cookiecutter": {**OTHER_ANSWERS, **private, **bad}}
    file.write_text(json.dumps(content), encoding="utf-8")
    message = refused(render("--replay-file", str(file)), tmp_path)
    assert all(f'{name} = "{value}"' in message for name, value in bad.items())


def test_bad_answers_on_the_command_line_are_refused_all_at_once(render, tmp_path: Path) -> None:
    bad = {
        "project_name": "{{ 7*7 }}",
        "project_slug": "a/b",
        "description": "{{",
        "author_name": "# {% if",
        "domain_name": "https://example.com",
        "time_zone": "Asia/Seol",
    }
    message = refused(render("--no-input", *(f"{k}={v}" for k, v in bad.items())), tmp_path)
    assert all(f'{name} = "{value}"' in message for name, value in bad.items())


def test_a_wrong_choice_names_the_choices(render, tmp_path: Path) -> None:
    done = render("--no-input", "database=oracle")
    assert done.returncode != 0
    assert re.search(r"oracle.*mysql.*postgresql", done.stderr)
    assert written(tmp_path) == []


def test_a_misspelt_option_is_refused_with_the_nearest_name(render, tmp_path: Path) -> None:
    wrong = ["databse=postgresql", "time_zone=Mars", "Use_Redis=yes", "colour=red"]
    message = refused(render("--no-input", "docs_language=en", *wrong), tmp_path)
    assert all(f'{name} = "{value}"' in message for name, value in (w.split("=") for w in wrong))
    assert "Did you mean database?" in message
    assert "Did you mean use_redis?" in message
    assert f"The options: {', '.join(NAMES)}" in message


def test_only_answers_on_the_command_line_are_taken_for_options(render, tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("default_context:\n  databse: postgresql\n", encoding="utf-8")
    done = render("--no-input", f"--config-file={config}", "--output-dir=a=b")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "work" / "a=b" / "ceos-api").is_dir()


@pytest.fixture
def terminal(command: Path, environment: dict, tmp_path: Path, repository: Path):
    """Return a function that answers each prompt in a real terminal and gives what was shown.

    It runs a line of a shell; by default cookiecutter with the template.
    """

    def answer(answers: list[str], line: str = f"{command} {repository}") -> tuple[int, str]:
        child = pexpect.spawn(
            "/bin/bash",
            ["-c", line],
            cwd=str(tmp_path / "work"),
            env=environment,
            dimensions=(50, 100),
            encoding="utf-8",
            timeout=30,
        )
        shown = ""
        for number, typed in enumerate(answers, 1):
            child.expect(rf"\[{number}/{len(NAMES)}\][\s\S]*?: (?:\x1b\[[0-9;]*m)*$")
            shown += child.before + child.after
            child.sendline(typed)
        child.expect(pexpect.EOF)
        child.close()
        return child.exitstatus, re.sub(r"\x1b\[[0-9;]*m", "", shown + child.before)

    return answer


def keys_for(name: str) -> str:
    """Return what a student types for the other answer to an option."""
    value = OTHER_ANSWERS[name]
    if isinstance(value, bool):
        return "y" if value else "n"
    return str(OPTIONS[name].index(value) + 1) if isinstance(OPTIONS[name], list) else value


def test_answers_at_the_prompts(terminal, tmp_path: Path) -> None:
    status, shown = terminal([keys_for(name) for name in NAMES])
    assert status == 0, shown
    assert given(tmp_path) == OTHER_ANSWERS
    assert_is_of_other_answers(tmp_path / "work" / "my-shop")


def test_enter_at_every_prompt_gives_the_defaults(terminal, tmp_path: Path) -> None:
    status, shown = terminal([""] * len(NAMES))
    assert status == 0, shown
    assert (tmp_path / "work" / "ceos-api" / "README.md").is_file()


def test_bad_answers_at_the_prompts_are_explained(terminal, tmp_path: Path) -> None:
    bad = {"project_name": "{{ x }}", "project_slug": "My API", "domain_name": "localhost"}
    status, shown = terminal([bad.get(name, "") for name in NAMES])
    assert status != 0
    assert all(f'{name} = "{value}"' in shown for name, value in bad.items())
    assert "Traceback" not in shown
    assert written(tmp_path) == []


def commands_in(message: str) -> list[str]:
    """Return the lines that a message shows as commands."""
    lines = (line.strip() for line in message.splitlines())
    return [line for line in lines if re.match(r"(REPLACE_EDITED_FILES=yes )?/\S+ /", line)]


HOSTILE = """It's "my" $HOME `id` 가게! \\"""


def test_the_command_in_a_refusal_repeats_the_good_answers(
    render, terminal, command: Path, repository: Path, tmp_path: Path
) -> None:
    good = {"project_name": HOSTILE, "author_name": "Team 1", "database": "postgresql"}
    texts = [f"{name}={value}" for name, value in good.items()]
    bad = ["domain_name=localhost", "project_slug=My API", "databse=mysql"]
    message = refused(render("--no-input", *texts, *bad, "--output-dir", "."), tmp_path)
    (line,) = commands_in(message)
    assert line.startswith(f"{command} {repository} project_name=")
    corrected = {"domain_name": "api.example.com", "project_slug": "shop"}
    status, shown = terminal([corrected.get(name, "") for name in NAMES], line)
    assert status == 0, shown
    assert {name: given(tmp_path)[name] for name in good} == good
    assert {name: given(tmp_path)[name] for name in corrected} == corrected


def test_answers_at_the_prompts_are_repeated_too(terminal, command: Path, tmp_path: Path) -> None:
    bad = {"domain_name": "localhost", "time_zone": "Mars"}
    status, shown = terminal([bad.get(name) or keys_for(name) for name in NAMES])
    assert status != 0
    # What a terminal has broken into lines is one line again.
    (line,) = commands_in(shown)
    left = [*bad, *(["use_redis", "example_app"] if "2.6" in str(command) else [])]
    status, shown = terminal([keys_for(name) if name in left else "" for name in NAMES], line)
    assert status == 0, shown
    assert given(tmp_path) == OTHER_ANSWERS


@pytest.mark.parametrize("option", ["--replay", "--replay-file={file}"])
def test_a_refused_replay_is_repeated_with_its_answers(
    render, terminal, option: str, tmp_path: Path
) -> None:
    file = tmp_path / "home" / ".cookiecutter_replay" / "ceos-template.json"
    texts = {k: v for k, v in OTHER_ANSWERS.items() if not isinstance(v, bool)}
    content = {k: v for k, v in {**OPTIONS, **texts}.items() if k != "__prompts__"}
    file.parent.mkdir()
    file.write_text(json.dumps({"cookiecutter": {**content, "time_zone": "Mars"}}))
    (line,) = commands_in(refused(render(option.format(file=file)), tmp_path))
    typed = {"time_zone": OTHER_ANSWERS["time_zone"]}
    status, shown = terminal([typed.get(name, "") for name in NAMES], line)
    assert status == 0, shown
    assert {name: given(tmp_path)[name] for name in texts} == texts


def state(project: Path) -> dict:
    return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in project.rglob("*")}


def edit(project: Path, *names: str) -> None:
    for name in names:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("MINE\n", encoding="utf-8")


def edited_in(project: Path) -> set[str]:
    files = (file for file in project.rglob("*") if file.is_file())
    return {f.relative_to(project).as_posix() for f in files if f.read_bytes() == b"MINE\n"}


EDITED = ["README.md", "common/errors.py", "config/urls.py", "deploy/messages.sh", ".env.example"]
ADDED = ["manage.py", "AGENTS.md", "deploy/connect.sh", "operations/health.py"]


def test_rendering_over_what_nobody_has_edited_asks_nothing(render, tmp_path: Path) -> None:
    render("--no-input")
    project = tmp_path / "work" / "ceos-api"
    readme = (project / "README.md").read_bytes()
    (project / "README.md").write_bytes(readme.replace(b"\n", b"\r\n"))
    (project / "manage.py").unlink()
    done = render("--no-input", "-f")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "README.md").read_bytes() == readme
    assert (project / "manage.py").is_file()


def test_edited_files_are_not_replaced_but_named(render, tmp_path: Path) -> None:
    render("--no-input")
    project = tmp_path / "work" / "ceos-api"
    edit(project, *EDITED)
    before = state(project)
    done = render("--no-input", "-f")
    assert done.returncode != 0
    assert state(project) == before
    assert re.findall(r"^  (\S+)$", done.stdout, re.MULTILINE) == sorted(EDITED)


def test_of_files_that_would_be_deleted_edited_ones_are_named(render, tmp_path: Path) -> None:
    render("--no-input", "media_storage=s3", "docs_language=ko")
    # A name that the template has for the other language, and a file of an option not chosen.
    names = ["README.en.md", "operations/bucket.py"]
    as_rendered = render("--no-input", "-f").stdout
    assert not any(f"  {name}\n" in as_rendered for name in names)
    edit(tmp_path / "work" / "ceos-api", *names)
    edited = render("--no-input", "-f").stdout
    assert all(f"  {name}\n" in edited for name in names)


def test_twenty_edited_files_are_named_and_the_others_counted(render, tmp_path: Path) -> None:
    render("--no-input")
    done = render("--no-input", "-f", "docs_language=en")
    count = int(re.search(r"would be replaced or deleted: (\d+)", done.stdout)[1])
    assert len(re.findall(r"^  [\w./-]+$", done.stdout, re.MULTILINE)) == 20
    assert f"  … and {count - 20} more\n" in done.stdout


def test_the_first_command_shown_keeps_every_file(render, terminal, tmp_path: Path) -> None:
    render("--no-input")
    project = tmp_path / "work" / "ceos-api"
    own = ["README.en.md", "posts/mine.py", ".github/mine.yml", "docs/deploy.ko.md"]
    edit(project, *EDITED, *own)
    for name in ADDED:
        (project / name).unlink()
    keep, _ = commands_in(render("--no-input", "-f").stdout)
    before = state(project)
    status, shown = terminal([], keep)
    assert status == 0, shown
    assert edited_in(project) == {*EDITED, *own}
    after = {p: s for p, s in state(project).items() if p.is_file()}
    assert {p.relative_to(project).as_posix() for p in after if p not in before} == set(ADDED)
    assert all(before[path] == s for path, s in after.items() if path in before)


def test_the_first_command_shown_deletes_nothing_of_a_dropped_option(
    render, terminal, tmp_path: Path
) -> None:
    render("--no-input", "media_storage=s3")
    project = tmp_path / "work" / "ceos-api"
    before = state(project)
    keep, _ = commands_in(render("--no-input", "-f", "authentication=session").stdout)
    assert terminal([], keep)[0] == 0
    added = {p.relative_to(project).as_posix() for p in state(project).keys() - before.keys()}
    assert added == {"common/authentication.py"}


def test_the_second_command_shown_replaces_edited_files(render, terminal, tmp_path: Path) -> None:
    render("--no-input", f"project_name={HOSTILE}", "project_slug=shop")
    project = tmp_path / "work" / "shop"
    edit(project, *EDITED, "posts/mine.py")
    done = render("--no-input", "-f", f"project_name={HOSTILE}", "project_slug=shop")
    _, replace = commands_in(done.stdout)
    status, shown = terminal([], replace)
    assert status == 0, shown
    assert edited_in(project) == {"posts/mine.py"}
    assert given(tmp_path)["project_name"] == HOSTILE


def test_without_the_option_an_existing_folder_is_refused_by_cookiecutter(
    render, tmp_path: Path
) -> None:
    render("--no-input")
    project = tmp_path / "work" / "ceos-api"
    edit(project, *EDITED)
    before = state(project)
    for options in ([], ["-s"]):
        done = render("--no-input", *options)
        assert done.returncode != 0
        assert "directory already exists" in done.stdout
    assert state(project) == before


def test_rendering_again_keeps_what_the_team_made(
    render, environment: dict, tmp_path: Path
) -> None:
    render("--no-input")
    environment["REPLACE_EDITED_FILES"] = "yes"
    project = tmp_path / "work" / "ceos-api"
    own = [".env", ".env.prod", "db.sqlite3", "media/a.png", "posts/mine.py", "shop/models.py"]
    own += ["posts/tests/mine.py", "operations/database/mine.py", ".github/mine.yml"]
    for name in own:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("SECRET_KEY=mine\n", encoding="utf-8")
    done = render("--no-input", "--overwrite-if-exists", "docs_language=en")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {(project / name).read_text(encoding="utf-8") for name in own} == {"SECRET_KEY=mine\n"}
    assert "Kept as it was: .env, .env.prod, db.sqlite3, media" in done.stdout
    assert re.search(r"\.env lacks .*ALLOWED_HOSTS", done.stdout)


def test_refused_answers_change_nothing_in_a_project(render, tmp_path: Path) -> None:
    render("--no-input")
    project = tmp_path / "work" / "ceos-api"

    before = state(project)
    done = render("--no-input", "--overwrite-if-exists", "time_zone=Mars")
    assert done.returncode != 0
    assert state(project) == before


def test_env_files_are_private_ignored_by_git_and_their_secrets_differ(
    render, environment: dict, tmp_path: Path
) -> None:
    secrets = []
    for slug in ("first", "second"):
        assert render("--no-input", f"project_slug={slug}").returncode == 0
        project = tmp_path / "work" / slug
        run("git", "init", "-q", cwd=project, env=environment)
        for name in (".env", ".env.prod"):
            assert run("git", "check-ignore", name, cwd=project).returncode == 0
            assert (project / name).stat().st_mode & 0o777 == 0o600
            text = (project / name).read_text(encoding="utf-8")
            secrets += re.findall(r"^SECRET_KEY=(\S{50,})$", text, flags=re.MULTILINE)
    assert len(set(secrets)) == 4
