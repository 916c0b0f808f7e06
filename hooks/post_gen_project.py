"""Finish a rendered project: drop what was not chosen, write the .env files, say what is next.

It also records where the project comes from, for updates.

Standard library only, no network, no git. The functions take what they need as arguments, so
that the tests can import them; Jinja fills in the answers in the last line only.
"""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import sys
from pathlib import Path

PLACEHOLDER = "CHANGE_ME"
SECRET_BYTES = 32
# What the team has made by itself, and rendering the project again must not touch.
KEPT = (".env", ".env.prod", "db.sqlite3", "media")
ORIGIN = ".cruft.json"
# Each rendering makes its own, so an update leaves them out.
NOT_UPDATED = [ORIGIN, ".env", ".env.prod"]

MESSAGES = {
    "ko": {
        "created": "{slug} 프로젝트를 만들었습니다. 다음 명령을 차례로 실행해 주세요.",
        "docker": "Docker를 쓴다면 두 번째 줄 대신: docker compose up",
        "serve": (
            "API 문서는 http://localhost:8000/api/docs/ 에서, "
            "자세한 설명은 README.md에서 볼 수 있습니다."
        ),
        "fill_in": ".env.prod는 배포할 때 씁니다. CHANGE_ME를 모두 채우고, git에는 올리지 마세요.",
        "kept": "이미 있던 것은 그대로 두었습니다: {names}",
        "missing": "{name}에 없는 키가 있습니다: {keys}. .env.example을 보고 추가해 주세요.",
        "broken": (
            "템플릿의 결함으로 프로젝트가 완성되지 않았습니다. "
            "이 메시지를 이슈로 알려 주세요: {files}"
        ),
    },
    "en": {
        "created": "{slug} is ready. Next, run:",
        "docker": "Or, with Docker, instead of the second line: docker compose up",
        "serve": "Then see the API docs at http://localhost:8000/api/docs/ and README.md for the rest.",
        "fill_in": ".env.prod is for deploying: fill in every CHANGE_ME, and never commit it.",
        "kept": "Kept as it was: {names}",
        "missing": "{name} lacks {keys}; add them as .env.example shows.",
        "broken": "A defect of the template left the project incomplete; please report: {files}",
    },
}


def paths_not_chosen(answers: dict) -> list[str]:
    """Return the paths, relative to the project, that belong to values not chosen."""
    return [
        path
        for option, paths_by_value in answers["_optional_paths"].items()
        for value, paths in paths_by_value.items()
        if value != str(answers[option]).lower()
        for path in paths
    ]


def files_of(template: Path) -> list[str]:
    """Return the paths of the raw files, relative to their folder."""
    return [
        Path(folder, name).relative_to(template).as_posix()
        for folder, _, names in os.walk(template)
        for name in names
    ]


def choose(project: Path, files: list[str], answers: dict) -> list[str]:
    """Keep what was chosen of the template's files, and return their paths.

    `README.ko.md` becomes `README.md` where `ko` is chosen. What the template does not have, such
    as a team's own files in a folder that is dropped, stays; and so do files that cookiecutter was
    asked to skip.
    """
    existing = set(answers["_existing"])
    chosen = {answers[name] for name in answers["_choices"]}
    unused = paths_not_chosen(answers)
    kept = []
    for path in files:
        name, values = split_variant(path, answers)
        if path in existing:
            continue
        if name in existing:
            (project / path).unlink()
            continue
        if values and values <= chosen:
            (project / path).replace(project / name)
        elif values:
            (project / path).unlink()
        if any(f"{name}/".startswith(f"{folder}/") for folder in unused):
            (project / name).unlink(missing_ok=True)
        elif values <= chosen:
            kept.append(name)
    for path in unused:
        remove_empty_folders(project / path)
    return kept


def split_variant(path: str, answers: dict) -> tuple[str, set[str]]:
    """Return `a.py` and its values for `a.mysql.ko.py`; no values where a file is for all."""
    values = "|".join(value for choices in answers["_choices"].values() for value in choices)
    match = re.fullmatch(rf"(.+?)((?:\.(?:{values}))+)(\.\w+)", path)
    return (match[1] + match[3], set(match[2][1:].split("."))) if match else (path, set())


def remove_empty_folders(top: Path) -> None:
    """Remove a folder and those in it, as far as they hold nothing but compiled Python."""
    for folder, _, names in os.walk(top, topdown=False):
        if Path(folder).name == "__pycache__":
            for name in names:
                Path(folder, name).unlink()
        if not os.listdir(folder):
            os.rmdir(folder)


def new_secret() -> str:
    """Return 64 characters that are safe in a shell, a .env file and a YAML file alike."""
    return secrets.token_hex(SECRET_BYTES)


def development_values() -> dict[str, str]:
    """Return what `.env` holds other than `.env.example`."""
    return {
        "SECRET_KEY": new_secret(),
        # As docker-compose.yml has it: the database of a project that was made anew, or cloned, is
        # the one that this computer has had, and keeps its password.
        "DATABASE_PASSWORD": "only-for-development",
    }


def production_values(answers: dict) -> dict[str, str]:
    """Return what `.env.prod` holds other than `.env.example`."""
    domain = answers["domain_name"]
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": new_secret(),
        "ALLOWED_HOSTS": domain or PLACEHOLDER,
        "CSRF_TRUSTED_ORIGINS": f"https://{domain}" if domain else "",
        "CORS_ALLOWED_ORIGINS": "",
        "DATABASE_HOST": PLACEHOLDER,
        "DATABASE_USER": "admin" if answers["database"] == "mysql" else "postgres",
        "DATABASE_PASSWORD": PLACEHOLDER,
        "REDIS_URL": "redis://redis:6379/0",
        "AWS_STORAGE_BUCKET_NAME": PLACEHOLDER,
        "DOMAIN_NAME": domain,
    }


def fill_in(example: str, values: dict[str, str]) -> str:
    """Return the text of a .env file with the values in place of the example's."""

    def line(match: re.Match) -> str:
        key, value = match.groups()
        return f"{key}={values.get(key, value)}"

    return re.sub(r"^(\w+)=(.*)$", line, example, flags=re.MULTILINE)


def keys_of(text: str) -> set[str]:
    return set(re.findall(r"^(\w+)=", text, flags=re.MULTILINE))


def write_secret_file(file: Path, text: str) -> None:
    """Write a new file that only its owner may read, from its first byte on."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def write_env_files(project: Path, answers: dict) -> dict[str, list[str]]:
    """Write `.env` and `.env.prod` where there are none.

    Return, for each that was there before, the keys that it lacks.
    """
    example = (project / ".env.example").read_text(encoding="utf-8")
    kept = {}
    for name, values in (
        (".env", development_values()),
        (".env.prod", production_values(answers)),
    ):
        file = project / name
        if file.exists():
            present = keys_of(file.read_text(encoding="utf-8", errors="replace"))
            kept[name] = sorted(keys_of(example) - present)
        else:
            write_secret_file(file, fill_in(example, values))
    return kept


def write_origin(project: Path, answers: dict) -> None:
    """Write the template's address and commit, and the answers, in the form that cruft reads."""
    file = project / ORIGIN
    # Where existing files stay, what was rendered before is still there.
    if file.exists() and answers["_existing"]:
        return
    own = {name: value for name, value in answers.items() if not name.startswith("_")}
    content = {
        **answers["_origin"],
        "context": {"cookiecutter": own},
        "directory": None,
        "skip": NOT_UPDATED,
    }
    text = json.dumps(content, ensure_ascii=False, indent=2)
    file.write_text(text + "\n", encoding="utf-8", newline="\n")


def unfinished_files(project: Path, files: list[str]) -> list[str]:
    """Return those of the files in which template code is left.

    cookiecutter copies what looks binary to it, and versions differ in what they take for that.
    """
    # Not written out, since cookiecutter renders this very file.
    marks = (b"{" * 2 + b" cookiecutter", b"# {" + b"%")
    contents = {path: (project / path).read_bytes() for path in files}
    return [path for path, text in contents.items() if any(mark in text for mark in marks)]


def start_commands(windows: bool) -> str:
    """Return the line that starts the project without Docker, in bash, zsh or PowerShell.

    On Windows one line serves both PowerShell 5, which has no `&&`, and Git Bash.
    """
    python = ".venv/Scripts/python" if windows else ".venv/bin/python"
    commands = [
        "py -m venv .venv" if windows else "python3 -m venv .venv",
        f"{python} -m pip install -r requirements-dev.txt",
        *(f"{python} manage.py {command}" for command in ("migrate", "seed", "runserver")),
    ]
    return ("; " if windows else " && ").join(commands)


def last_words(answers: dict, folder: str, kept: list[str], missing: dict, windows: bool) -> str:
    """Return what the student reads at the end: ten lines at most."""
    say = MESSAGES[answers["docs_language"]]
    lines = [
        say["created"].format(slug=answers["project_slug"]),
        f"    cd {folder}",
        f"    {start_commands(windows)}",
        say["docker"],
        say["serve"],
        say["fill_in"],
    ]
    if kept:
        lines.append(say["kept"].format(names=", ".join(kept)))
    lines += [
        say["missing"].format(name=name, keys=", ".join(keys))
        for name, keys in missing.items()
        if keys
    ]
    return "\n".join(lines)


def folder_to_enter(answers: dict, project: Path) -> str:
    """Return the project's folder as seen from the user's shell, ready to be typed."""
    here = os.environ.get("PWD")
    if here and Path(here).resolve() == project.parent:
        return answers["project_slug"]
    import shlex  # Rarely needed, and slow to import.

    return f'"{project}"' if sys.platform == "win32" else shlex.quote(str(project))


def main(answers: dict, project: Path) -> None:
    """Finish the project in its folder; exit with a message if it is not complete."""
    template = Path(answers["_repo_dir"], "{" + "{cookiecutter.project_slug}" + "}").resolve()
    kept = [name for name in KEPT if (project / name).exists()]
    files = choose(project, files_of(template), answers)
    missing = write_env_files(project, answers)
    write_origin(project, answers)
    copied = tuple(answers["_copy_without_render"])
    rendered = [path for path in files if not path.startswith(copied)]
    unfinished = unfinished_files(project, rendered)
    if unfinished:
        say = MESSAGES[answers["docs_language"]]
        sys.exit(say["broken"].format(files=", ".join(unfinished)))
    folder = folder_to_enter(answers, project)
    print(last_words(answers, folder, kept, missing, sys.platform == "win32"))


if __name__ == "__main__":
    # Windows consoles may speak an older encoding than the one the messages are written in.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    main(json.loads(r"""{{ cookiecutter | tojson }}"""), Path.cwd())
