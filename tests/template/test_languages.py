"""Korean and English projects say the same, each in its own language."""

from __future__ import annotations

import ast
import functools
import json
import re
import runpy
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from lab.machine import tool
from lab.rendering import RAW, TEMPLATE, language_pairs, paths_in, render

LANGUAGES = ("ko", "en")
HANGUL = re.compile(r"[가-힣]")
# From the environment of deploy.sh, of GitHub and of a step.
ENVIRONMENT = re.compile(r"(GITHUB|RUNNER)_\w+|DOMAIN_NAME|ALLOWED_HOSTS")
HOOK = TEMPLATE / "hooks" / "post_gen_project.py"
PACKAGE = TEMPLATE / "ceos_template"
# Each table of texts, and the file that uses them.
TABLES = {
    "hook": (HOOK, [HOOK]),
    "answers": (PACKAGE / "messages.py", list(PACKAGE.glob("*.py"))),
}


@functools.cache
def project(language: str, number: int = 0) -> Path:
    return render(language_pairs()[number][LANGUAGES.index(language)])


@functools.cache
def differing_files() -> list[tuple[str, Path, Path]]:
    """Return the path and the Korean and English file where they differ, equal pairs once."""
    found = {}
    for korean, english in language_pairs():
        for path in sorted(paths_in(render(korean)) & paths_in(render(english))):
            files = render(korean) / path, render(english) / path
            contents = tuple(file.read_bytes() for file in files)
            # Secrets differ in any two projects; .env.example has the same lines.
            if contents[0] != contents[1] and path not in (".env", ".env.prod"):
                found.setdefault((path, contents), (path, *files))
    return list(found.values())


# What the two must have in common


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}|%\(\w+\)\w|%[sd]", text))


class Blanked(ast.NodeTransformer):
    """Leave only the placeholders of texts; the keys of dictionaries stay."""

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        node.values = [self.visit(value) for value in node.values]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            return ast.Constant(" ".join(placeholders(node.value)))
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        values = [ast.dump(part) for part in node.values if isinstance(part, ast.FormattedValue)]
        return ast.Constant(" ".join(sorted(values)))


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value).__name__


def skeleton(path: str, text: str) -> object:
    """Return what of a file does not depend on the language."""
    readers: dict[str, Callable] = {
        ".py": lambda text: ast.dump(Blanked().visit(ast.parse(text)), indent=1).splitlines(),
        ".json": lambda text: shape(json.loads(text)),
        ".sh": lambda text: sorted(set(re.findall(r"^\w+\(\)|^\w+=|\$\{?\w+", text, re.M))),
        ".conf": lambda text: re.sub(r'"[^"\n]*"', '""', text).splitlines(),
        ".example": lambda text: re.findall(r"^[^#\n].*", text, re.M),
        ".md": lambda text: [],  # test_docs.py compares these.
    }
    return readers[Path(path).suffix](text)


def test_files_differ_between_languages_in_their_texts_only() -> None:
    for path, *files in differing_files():
        korean, english = (skeleton(path, file.read_text(encoding="utf-8")) for file in files)
        assert korean == english, path


@pytest.mark.parametrize(
    ("path", "korean", "english"),
    [
        ("a.py", 'A = {"a": "가", "b": "나"}', 'A = {"a": "a"}'),
        ("a.py", 'A = "{names}이(가) 없습니다"', 'A = "missing"'),
        ("a.py", 'print(f"{a}: 오류")', 'print(f"{b}: error")'),
        ("a.json", '{"posts": ["가", "나"]}', '{"posts": ["a"]}'),
        ("a.sh", 'echo "$HOST 오류"', 'echo "an error"'),
        ("a.sh", 'LOST="없습니다"', 'GONE="not there"'),
        ("a.conf", '404 "없습니다";', '400 "wrong";'),
        (".env.example", "# 가\nA=\nB=", "# a\nA="),
    ],
)
def test_a_text_missing_in_one_language_is_found(path, korean, english) -> None:
    assert skeleton(path, korean) != skeleton(path, english)


# deploy/messages.sh


def read_messages(text: str) -> dict[str, list[str]]:
    """Return the variables that the script sets, by name; a list has several values."""
    names = re.findall(r"^([A-Z][A-Z0-9_]*)=", text, re.M)
    show = """
    for name in "$@"; do
      all="$name[@]"
      values=("${!all}")
      printf '%s\\0' "$name" "${#values[@]}" "${values[@]}"
    done"""
    bash = ["bash", "-eus", "--", *names]
    shown = subprocess.run(bash, input=text + show, capture_output=True, text=True, check=True)
    words = iter(shown.stdout.split("\0")[:-1])
    return {name: [next(words) for _ in range(int(next(words)))] for name in words}


def messages(language: str) -> dict[str, list[str]]:
    return read_messages((RAW / f"deploy/messages.{language}.sh").read_text(encoding="utf-8"))


def form_of(values: list[str]) -> list[tuple]:
    """Return for each text its placeholders in order, and the pattern of a known cause."""
    form = []
    for value in values:
        pattern, *rest = value.split("=>")
        # What preflight writes before a fault is in the language of the project.
        known = (pattern.replace("오류", "wrong"), len(rest)) if rest else None
        form.append((known, re.findall(r"%.", "".join(rest) if rest else value)))
    return form


def test_messages_have_the_same_names_patterns_and_placeholders() -> None:
    korean, english = (
        {name: form_of(values) for name, values in messages(language).items()}
        for language in LANGUAGES
    )
    assert korean == english


@pytest.mark.parametrize(
    "english",
    ['A="%s in %d"', 'A="%d"', 'A="%s"\nB="b"', 'A=("a=>b=>c")', 'A=("%s" "b")'],
)
def test_a_message_that_differs_is_found(english) -> None:
    korean, english = read_messages('A="%s 안에"'), read_messages(english)
    assert list(map(form_of, korean.values())) != list(map(form_of, english.values()))


def unassigned(script: str) -> set[str]:
    """Return the variables in capitals that a script reads and does not set."""
    found = subprocess.run(
        [tool("shellcheck"), "--shell=bash", "--enable=check-unassigned-uppercase"]
        + ["--include=SC2154", "--format=json", "-"],
        input=script,
        capture_output=True,
        text=True,
    ).stdout
    return {fault["message"].split()[0] for fault in json.loads(found)}


def scripts_with_messages() -> Iterator[str]:
    deploy = (RAW / "deploy/deploy.sh").read_text(encoding="utf-8")
    host = (RAW / "deploy/host.sh").read_text(encoding="utf-8")
    # One script, which the first sources
    yield host + deploy
    for file in sorted((RAW / "deploy").rglob("*.sh")):
        text = file.read_text(encoding="utf-8")
        if re.search(r"^source .*(causes|messages)\.sh", text, re.M) and text != deploy:
            yield text
    for workflow in sorted((RAW / ".github/workflows").glob("*.yml")):
        jobs = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
        for step in [step for job in jobs.values() for step in job["steps"]]:
            if "causes.sh" in step.get("run", ""):
                yield "".join(f"{name}=\n" for name in step.get("env", {})) + step["run"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_scripts_use_the_messages_that_there_are(language) -> None:
    text = (RAW / f"deploy/messages.{language}.sh").read_text(encoding="utf-8")
    used = set().union(*map(unassigned, scripts_with_messages()))
    # A message may be part of another one.
    used |= set(re.findall(r"(?<!\\)\$([A-Z_]+)", text))

    assert {name for name in used if not ENVIRONMENT.fullmatch(name)} == set(messages(language))


def test_a_message_that_no_script_sets_is_found() -> None:
    assert unassigned('A=1\necho "$A $FAILED"\n') == {"FAILED"}


def table(text: str) -> dict[str, dict[str, str]]:
    """Return MESSAGES of a module without running it: the hook is no Python before rendering."""
    return next(
        ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MESSAGES"
    )


@pytest.mark.parametrize("file", [file for file, _ in TABLES.values()], ids=TABLES)
def test_tables_have_the_same_keys_and_placeholders(file) -> None:
    texts = table(file.read_text(encoding="utf-8"))
    korean, english = (
        {key: placeholders(text) for key, text in texts[language].items()} for language in LANGUAGES
    )
    assert korean == english


@pytest.mark.parametrize(("file", "users"), TABLES.values(), ids=TABLES)
def test_the_keys_of_a_table_are_those_in_use(file, users) -> None:
    text = "".join(user.read_text(encoding="utf-8") for user in users)
    used = re.findall(r'\bsay\["(\w+)"\]', text)
    assert set(used) == set(table(file.read_text(encoding="utf-8"))["en"])


def texts_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}


@pytest.mark.parametrize("number", range(len(language_pairs())))
def test_preflight_uses_every_text_and_lacks_none(number) -> None:
    operations = project("en", number) / "operations"
    tables = [runpy.run_path(str(file)) for file in operations.rglob("*messages.py")]
    files = [file for file in operations.rglob("*.py") if "messages" not in file.name]
    for file in ("common/database_errors.py", "config/settings/base.py"):
        files.append(operations.parent / file)
    used = set().union(*map(texts_in, files))
    names = ("TEXTS", "STEPS", "FAULTS")
    keys = set().union(*(table.get(name, {}) for name in names for table in tables))
    # Those of Django are found by what Django reports.
    keys -= {"security.W009", "security.W018"}
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    literal = re.findall(r'\bfault\((?:\w+, )?"([\w.]+)"', source)

    assert keys - used == set()
    assert set(literal) <= set().union(*(table["FAULTS"] for table in tables))


# The titles of errors, which nginx and the application send


def titles_of_nginx(text: str) -> dict[int, str]:
    (table,) = re.findall(r"map \$status \$problem_title \{(.*?)\}", text, re.S)
    return {int(status): title for status, title in re.findall(r'(\d+) "(.+)";', table)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nginx_and_the_application_give_an_error_the_same_title(language) -> None:
    nginx = (RAW / f"deploy/nginx/problems.{language}.conf").read_text(encoding="utf-8")
    titles = runpy.run_path(str(RAW / f"common/messages.{language}.py"))["TITLES"]
    both = titles | titles_of_nginx(nginx)
    assert both == titles_of_nginx(nginx) | titles
    assert all(bool(HANGUL.search(title)) == (language == "ko") for title in both.values())


def test_titles_of_nginx_are_read() -> None:
    text = 'map $status $problem_title {\n  default "Error";\n  404 "Not Found";\n}\n'
    assert titles_of_nginx(text) == {404: "Not Found"}


# A text in the other language


def korean_lines(path: str, text: str) -> list[str]:
    """Return lines with Hangul: in tests, and for the log of either language, they are meant."""
    if "/tests/" in path:
        return []
    return [line for line in text.replace("(wrong|오류)", "").splitlines() if HANGUL.search(line)]


def english_lines(text: str) -> list[str]:
    """Return the lines of prose that have four English words in a row and no Hangul."""
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    prose = re.sub(r"`[^`\n]*`|<!--.*?-->|\*[^*\n]+\*", "", prose)
    four_words = re.compile(r"\b[A-Za-z]+,? [a-z]+,? [a-z]+,? [a-z]+\b")
    return [
        line for line in prose.splitlines() if four_words.search(line) and not HANGUL.search(line)
    ]


def test_an_english_project_holds_no_korean() -> None:
    found = {
        (path, line)
        for _, english in language_pairs()
        for path in paths_in(render(english))
        for line in korean_lines(path, (render(english) / path).read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize("path", ["README.md", "docs/deploy.md"])
def test_a_korean_guide_is_in_korean(path) -> None:
    text = (project("ko") / path).read_text(encoding="utf-8")
    assert HANGUL.search(text)
    assert english_lines(text) == []


def test_korean_messages_are_in_korean() -> None:
    values = sum(messages("ko").values(), [])
    assert english_lines("\n".join(text.partition("=>")[2] or text for text in values)) == []


def test_a_text_in_the_other_language_is_found() -> None:
    assert korean_lines("README.md", "Start\n\n데이터베이스\n")
    assert english_lines("## 시작\n\nDocker is all you need\n")
