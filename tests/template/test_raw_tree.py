"""The raw tree as it stands: little Jinja, never nested, and nginx's braces in pairs.

The linters that run over the raw files, too, are in test_files.py.
"""

from __future__ import annotations

import re

import pytest

from lab.rendering import OPTIONS, RAW, TEMPLATE, tracked_files

TAG = "# {%"
MAX_SHARE_OF_TAGS = 0.03
NGINX = r"nginx/.*\.conf(\.template)?$"


def texts(pattern: str = "") -> dict[str, str]:
    """Return the raw files by path."""
    return {
        path: (TEMPLATE / path).read_text(encoding="utf-8")
        for path in tracked_files()
        if path.startswith(RAW.name) and re.search(pattern, path)
    }


def share_of_tags(files: dict[str, str]) -> float:
    """Return how many of all lines hold a tag of a block."""
    lines = [line for text in files.values() for line in text.splitlines()]
    return sum(TAG in line for line in lines) / len(lines)


def test_few_lines_are_jinja() -> None:
    assert share_of_tags(texts()) <= MAX_SHARE_OF_TAGS


def test_the_share_is_of_lines_with_a_tag() -> None:
    assert share_of_tags({"a": "# {% if x %}\na\n", "b": "    # {% endif %}\nb\n"}) == 0.5


def tag_faults(path: str, text: str) -> list[str]:
    """Return the lines with a tag that is inside another `if`, or not alone on its line."""
    found, depth = [], 0
    for number, line in enumerate(text.splitlines(), 1):
        if TAG not in line:
            continue
        tag = re.fullmatch(r" *# \{% (if|else|endif|set)\b[^%]*%\}", line)
        depth += {"if": 1, "endif": -1}.get(tag[1], 0) if tag else 0
        if not tag or depth not in (0, 1):
            found.append(f"{path}:{number}: {line}")
    return found if depth == 0 else [*found, f"{path}: an if without an end"]


def test_tags_stand_alone_and_are_not_nested() -> None:
    assert [fault for path, text in texts().items() for fault in tag_faults(path, text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "# {% if a %}\n# {% if b %}\n# {% endif %}\n# {% endif %}\n",
        "# {% if a %}\n",
        "# {% endif %}\n",
        "x = 1  # {% if a %}\n# {% endif %}\n",
        "# {% if a %} x # {% endif %}\n",
    ],
)
def test_a_tag_out_of_place_is_found(text: str) -> None:
    assert tag_faults("a.py", text)


ROOMS = [path for path in OPTIONS["_copy_without_render"] if (RAW / path).is_dir()]


def room_faults(room: str, files: dict[str, str]) -> list[str]:
    """Return the files of a room that would need to be rendered."""
    return [
        path
        for path, text in files.items()
        if path.startswith(f"{RAW.name}/{room}/") and (TAG in text or "{{ cookiecutter" in text)
    ]


@pytest.mark.parametrize("room", ["common", "operations"])
def test_rooms_are_copied_whole(room: str) -> None:
    assert room in ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_have_no_template_code(room: str) -> None:
    assert room_faults(room, texts()) == []


@pytest.mark.parametrize("text", ["# {% if x %}\n# {% endif %}\n", 'A = "{{ cookiecutter.x }}"\n'])
def test_template_code_in_a_room_is_found(text: str) -> None:
    files = {f"{RAW.name}/common/a.py": text, f"{RAW.name}/config/a.py": text}
    assert room_faults("common", files) == [f"{RAW.name}/common/a.py"]


def brace_faults(path: str, text: str) -> list[str]:
    """Return where nginx's braces do not come in pairs; those in quotes and comments are text."""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"\"[^\"]*\"|'[^']*'|(^|\s)#.*", "", line)
        for brace in re.findall(r"[{}]", code):
            depth += 1 if brace == "{" else -1
            if depth < 0:
                return [f"{path}:{number}: a brace closes nothing"]
    return [f"{path}: a brace is not closed"] if depth else []


def test_braces_of_nginx_come_in_pairs() -> None:
    files = texts(NGINX)
    assert files
    assert [fault for path, text in files.items() for fault in brace_faults(path, text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "location / {\n# {% else %}\nlocation /x {\n}\n",
        "}\nserver {\n",
        "server {\n    # }\n",
        "server {\n    return 200 '}';\n",
    ],
)
def test_a_brace_without_its_pair_is_found(text: str) -> None:
    assert brace_faults("a.conf", text)
