"""What the guides say is there: links, commands, paths, and each section in both languages."""

from __future__ import annotations

import functools
import re
import runpy
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import django
import pytest
import yaml

from lab.rendering import COMBINATIONS, TEMPLATE, language_pairs, render

FILE = re.compile(r"(?<![\w./~*-])[\w.*-]+(?:/[\w.*-]+)*\.(?:py|sh|ya?ml|toml|md|conf|in|txt)\b")
# On a server only, or made by a command.
NOT_IN_THE_PROJECT = re.compile(
    r"docs/erd\.md|\.deploy/.*|srv/.*|.*deploy\.log|test_\w+\.py|tests/lab/workflows\.py"
)


@functools.cache
def guides() -> list[tuple[Path, str]]:
    """Return the folder and path of each guide: the template's own, and distinct rendered ones."""
    found = {(b"",): (TEMPLATE, "README.md"), (b"ko",): (TEMPLATE, "README.ko.md")}
    for choice in COMBINATIONS:
        project = render(choice)
        for file in (project / "README.md", *sorted((project / "docs").glob("*.md"))):
            path = file.relative_to(project).as_posix()
            # What a guide may name depends on the project, too.
            files = tuple(sorted(str(f.relative_to(project)) for f in project.rglob("*.*")))
            found.setdefault((file.read_bytes(), *files), (project, path))
    return list(found.values())


def without_code(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S)


def code_blocks(text: str) -> list[tuple[str, str]]:
    """Return the language and the text of each block of code."""
    return re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.M | re.S)


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", without_code(text))


def commands(text: str) -> Iterator[str]:
    """Return each command of the blocks and spans, without its comment."""
    for language, code in code_blocks(text):
        if language in ("bash", "powershell"):
            lines = (re.sub(r"(^|\s)#.*", "", line) for line in code.splitlines())
            yield from (part.strip() for line in lines for part in re.split("&&|;|\\|", line))
    yield from spans(text)


def anchors(text: str) -> list[str]:
    """Return the anchors that GitHub gives the headings: letters of any script stay."""
    found: list[str] = []
    for heading in re.findall(r"^#{1,6} (.+)$", without_code(text), re.M):
        slug = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        found.append(slug if slug not in found else f"{slug}-{found.count(slug)}")
    return found


def links(text: str) -> list[str]:
    prose = re.sub(r"`[^`\n]*`", "", without_code(text))
    return [link for link in re.findall(r"\]\(([^()\s]+)\)", prose) if "://" not in link]


def broken_links(root: Path, path: str, text: str) -> list[str]:
    found = []
    for link in links(text):
        target, _, anchor = link.partition("#")
        file = (root / path).parent / target if target else root / path
        known = anchors(file.read_text("utf-8") if target else text) if file.exists() else []
        if not file.exists() or (anchor and anchor not in known):
            found.append(link)
    return found


@functools.cache
def management_commands(root: Path) -> set[str]:
    folders = [Path(django.__file__).parent, root]
    return {f.stem for folder in folders for f in folder.glob("**/management/commands/[a-z]*.py")}


@functools.cache
def services(root: Path, file: str) -> set[str]:
    return set(yaml.safe_load((root / file).read_text(encoding="utf-8"))["services"])


def subcommands(script: str) -> set[str]:
    """Return the words that `case "$command" in` of deploy.sh knows."""
    case = re.search(r'case "\$command" in\n(.*?)\n  esac', script, re.S)[1]
    return set(" ".join(re.findall(r"^  ([\w |-]+)\)", case, re.M)).replace("|", " ").split())


def wrong_compose(root: Path, words: list[str]) -> bool:
    """Tell whether a command of docker compose names a file or a service that is not there."""
    file = "docker-compose.yml"
    if words[:1] == ["-f"]:
        file, words = words[1], words[2:]
    if words[:1] == ["--profile"]:
        words = words[2:]
    if not (root / file).exists():
        return True
    command, *rest = words or [""]
    rest = [word for word in rest if not word.startswith("-") and not word.isdigit()]
    known = services(root, file)
    if command in ("exec", "run"):
        return rest[:1] == [] or rest[0] not in known
    if command in ("up", "down", "logs", "ps", "restart", "build", "start", "stop", ""):
        return not set(rest) <= known
    return True


def project_of(root: Path) -> Path:
    """Return the project that a guide is about: the template's own ones are about any."""
    return render() if root == TEMPLATE else root


def wrong_commands(root: Path, path: str, text: str) -> list[str]:
    found, project = [], project_of(root)
    for command in commands(text):
        wrong = False
        for name in re.findall(r"\bmanage\.py ([a-z]\w*)", command):
            wrong |= name not in management_commands(project)
        for words in re.findall(r"\bdocker compose\b(.*)", command):
            wrong |= wrong_compose(project, words.split())
        for script, words in re.findall(r"\b(deploy/\w+\.sh|(?:deploy|connect)\.sh)(.*)", command):
            file = project / (script if "/" in script else f"deploy/{script}")
            known = file.read_text(encoding="utf-8") if file.exists() else ""
            options = re.findall(r"(?<=\s)--[a-z-]+", words)
            wrong |= not known or not all(option in known for option in options)
            if known and file.name == "deploy.sh" and words.split():
                name, *rest = words.split()
                wrong |= name not in subcommands(known)
                wrong |= not set(rest) <= services(project, "docker-compose.prod.yml")
        for target in re.findall(r"^make ([a-z]\w*)", command):
            wrong |= not re.search(rf"^{target}:", (root / "Makefile").read_text("utf-8"), re.M)
        if wrong:
            found.append(command)
    return found


def layout(code: str) -> Iterator[str]:
    """Return the paths of a block that lists files: names first, folders by indentation."""
    folders: list[str] = []
    for line in code.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        first, *words = line.split()
        for name in (first, *takewhile(lambda word: re.search(r"^[^/].*[./]", word), words)):
            yield "".join(folders[:depth]) + name
            if name.endswith("/"):
                folders[depth:] = [name]


def missing_paths(root: Path, path: str, text: str) -> list[str]:
    named = [
        name for _, code in code_blocks(text) if "manage.py  " in code for name in layout(code)
    ]
    for command in commands(text):
        # A name alone may be that of a file in any app; deploy.sh is in deploy.
        named += [name for name in FILE.findall(command) if "/" in name or name != command]
        named += re.findall(r"^[\w.-]+(?:/[\w.-]+)*/$", command)
    return [
        name
        for name in dict.fromkeys(named)
        if not NOT_IN_THE_PROJECT.fullmatch(name)
        and not any(any(at.glob(name.rstrip("/"))) for at in (root, project_of(root)))
    ]


CHECKS = [broken_links, wrong_commands, missing_paths]


@pytest.mark.parametrize("check", CHECKS)
def test_a_guide_is_true(check) -> None:
    found = {
        (path, fault)
        for root, path in guides()
        for fault in check(root, path, (root / path).read_text(encoding="utf-8"))
    }
    assert not found, "\n".join(f"{path}: {fault}" for path, fault in sorted(found))


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (broken_links, "[a](docs/gone.md)"),
        (broken_links, "## 다른 제목\n\n[a](#제목)"),
        (broken_links, "[a](docs/deploy.md#no-such-section)"),
        (wrong_commands, "`python manage.py sed`"),
        (wrong_commands, "`docker compose exec app bash`"),
        (wrong_commands, "`docker compose -f docker-compose.production.yml up`"),
        (
            wrong_commands,
            "```bash\ndocker compose -f docker-compose.prod.yml logs db    # log\n```",
        ),
        (wrong_commands, "`docker compose bring-up`"),
        (wrong_commands, "`bash deploy/deploy.sh roll-back`"),
        (wrong_commands, "`bash deploy/deploy.sh logs web`"),
        (wrong_commands, "`bash deploy/connect.sh --usr NAME HOST KEY_FILE`"),
        (wrong_commands, "`bash deploy/disconnect.sh`"),
        (missing_paths, "`config/gone.py`"),
        (missing_paths, "`config/gone/`"),
        (missing_paths, "```bash\npip install -r requirements/dev.txt\n```"),
        (missing_paths, "```text\nmanage.py                 x\nconfig/\n  gone.py\n```"),
    ],
)
def test_a_fault_of_a_guide_is_found(check, text) -> None:
    assert check(render(), "README.md", text)


def test_a_make_target_that_is_not_there_is_found() -> None:
    assert wrong_commands(TEMPLATE, "README.md", "```bash\nmake demo\nmake dmo\n```") == [
        "make dmo"
    ]


# Both languages


def plain(code: str) -> list[str]:
    """Return code without comments, quoted texts, and placeholders such as ENDPOINT."""
    code = re.sub(r"(^|\s+)(#|//).*", "", code, flags=re.M)
    code = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", code)
    return re.sub(r"[가-힣_]*[가-힣][가-힣_]*|\b[A-Z]+(_[A-Z]+)*\b", "X", code).split()


def anchored(file: Path, link: str) -> str:
    """Return a link with the number of its heading in place of the anchor, which is a text."""
    target, _, anchor = link.partition("#")
    to = file.parent / target if target else file
    number = anchors(to.read_text(encoding="utf-8")).index(anchor) if anchor else None
    return f"{target}#{number}"


@functools.cache
def pairs() -> list[tuple[Path, Path]]:
    """Return each guide in Korean and in English, equal pairs once."""
    found = {b"template": (TEMPLATE / "README.ko.md", TEMPLATE / "README.md")}
    for korean, english in language_pairs():
        for name in ("README", "docs/apps", "docs/deploy", "docs/frontend", "docs/update"):
            files = render(korean) / f"{name}.md", render(english) / f"{name}.md"
            found.setdefault(b"".join(file.read_bytes() for file in files), files)
    return list(found.values())


def outline(text: str) -> list[str]:
    """Return, in order, headings, list items, rows, and blocks of code, without their text."""
    found = []
    for part in re.split(r"(^ *```\w*\n.*?^ *```$)", text, flags=re.M | re.S):
        block = re.fullmatch(r" *```(\w*)\n(.*?)^ *```", part, re.M | re.S)
        if block and block[1] == "text":
            tree = "manage.py  " in block[2]
            found.append(" ".join(layout(block[2])) if tree else "a drawing")
        elif block:
            found.append(" ".join([block[1], *plain(block[2])]))
        else:
            for line in re.findall(r"^#+ |^ *(?:\d\.|-) |^\|.*", part, re.M):
                found.append(f"{line.count('|')} bars" if line.startswith("|") else line)
    return found


def test_both_languages_have_the_same_parts() -> None:
    for files in pairs():
        korean, english = (outline(file.read_text(encoding="utf-8")) for file in files)
        assert korean == english, files


def test_both_languages_have_the_same_links() -> None:
    for files in pairs():
        korean, english = (
            # Each README of the template links to the other one.
            sorted(
                anchored(f, link) for link in links(f.read_text("utf-8")) if "README" not in link
            )
            for f in files
        )
        assert korean == english, files


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("## 시작\n\n### 배포\n", "## Start\n"),
        ("```bash\nls -a    # 모두\n```\n", "```bash\nls -l    # all\n```\n"),
        ("| 가 |\n|---|\n| 나 |\n", "| a |\n|---|\n"),
        ("1. 가\n2. 나\n", "1. a\n"),
    ],
)
def test_a_part_missing_in_one_language_is_found(korean, english) -> None:
    assert outline(korean) != outline(english)


@pytest.mark.parametrize("pair", language_pairs()[:1])
def test_each_system_check_has_a_section_that_its_hint_names(pair: tuple) -> None:
    for choice in pair:
        project = render(choice)
        checks = runpy.run_path(str(project / "common/messages.py"))["CHECKS"]
        known = anchors((project / "docs/apps.md").read_text("utf-8"))
        assert checks
        assert [id for id in checks if id.replace(".", "").lower() not in known] == []
