"""Make `Unreleased` in CHANGELOG.md today's version, commit and tag it: `make release`.

Standard library only. Everything is checked before anything changes, and nothing is pushed. The
earlier releases are named in ceos_update/states.json, for repositories without their tags.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

TEMPLATE = Path(__file__).resolve().parent.parent
CHANGELOG = TEMPLATE / "CHANGELOG.md"
PROJECT = TEMPLATE / "pyproject.toml"
STATES = TEMPLATE / "ceos_update" / "states.json"
VERSION = re.compile(r"\d+(\.\d+)+")
UNRELEASED = "## [Unreleased]\n"


def main() -> None:
    today = date.today()
    check_repository()
    changelog = CHANGELOG.read_text(encoding="utf-8")
    check_unreleased(changelog)
    version = next_version(changelog, today)
    check_tag(version)
    project = with_version(PROJECT.read_text(encoding="utf-8"), version)
    write(CHANGELOG, changelog.replace(UNRELEASED, f"{UNRELEASED}\n## [{version}] - {today}\n", 1))
    write(PROJECT, project)
    write(STATES, with_releases(json.loads(STATES.read_text(encoding="utf-8"))))
    commit_and_tag(version)
    print(f"==> {version} is committed and tagged. To publish it, run:")
    print(f"    git push --atomic origin main {version}")


def check_repository() -> None:
    branch = git("branch", "--show-current")
    if branch != "main":
        sys.exit(f"Releases are made on main, and this is {branch or 'no branch'}: git switch main")
    if git("status", "--porcelain"):
        sys.exit("There are changes that are not committed: commit or stash them (git status).")


def check_unreleased(changelog: str) -> None:
    _, heading, rest = changelog.partition(UNRELEASED)
    if not heading or "\n- " not in rest.partition("\n## ")[0]:
        sys.exit("CHANGELOG.md has nothing under Unreleased: describe what users will notice.")


def next_version(changelog: str, today: date) -> str:
    """Return `2026.11.24`, or `2026.11.24.1` if the changelog has that already, and so on."""
    first = f"{today.year}.{today.month}.{today.day}"
    versions = itertools.chain([first], (f"{first}.{number}" for number in itertools.count(1)))
    return next(version for version in versions if f"## [{version}]" not in changelog)


def check_tag(version: str) -> None:
    if git("tag", "--list", version):
        sys.exit(f"The tag {version} exists, but CHANGELOG.md has no such release: git pull first.")


def with_version(project: str, version: str) -> str:
    changed, count = re.subn(r'(?m)^version = ".*"$', f'version = "{version}"', project)
    if count != 1:
        sys.exit(f"pyproject.toml has {count} lines with a version; one is needed.")
    return changed


def with_releases(states: list[dict[str, str]]) -> str:
    """Return the text of STATES with the releases that have a tag and are not named yet."""
    named = {state["version"] for state in states}
    for tag in git("tag", "--list", "--sort=creatordate").split():
        if VERSION.fullmatch(tag) and tag not in named:
            states.append({"version": tag, "commit": git("rev-parse", f"{tag}^{{commit}}")})
    return "[\n" + ",\n".join(f"  {json.dumps(state)}" for state in states) + "\n]\n"


def commit_and_tag(version: str) -> None:
    files = [str(CHANGELOG), str(PROJECT), str(STATES)]
    try:
        git("commit", "--quiet", "--message", f"Release {version}", "--", *files)
        git("tag", "--annotate", "--message", f"Release {version}", version)
    except SystemExit:
        git("checkout", "HEAD", "--", *files)
        raise


def git(*arguments: str) -> str:
    """Return what git prints; exit if it fails, which it explains itself."""
    done = subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=TEMPLATE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        sys.exit(f"git {arguments[0]} failed, and there is no release.")
    return done.stdout.strip()


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
