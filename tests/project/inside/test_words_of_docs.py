"""What the documentation of the API says is in the project's language."""

from collections.abc import Iterator

import pytest
from drf_spectacular.generators import SchemaGenerator

from template_tests.words import is_foreign

SHOWN = ("title", "summary", "description")


def texts_in(part: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of a part of the schema, each with its path."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name in SHOWN and isinstance(value, str) and value:
                yield f"{path}/{name}", value
            yield from texts_in(value, f"{path}/{name}")
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from texts_in(value, f"{path}/{number}")


@pytest.fixture
def texts() -> dict[str, str]:
    schema = SchemaGenerator().get_schema(public=True)
    # The name of the project is the team's own.
    del schema["info"]["title"]
    return dict(texts_in(schema))


def test_the_documentation_is_in_the_projects_language(texts: dict[str, str]) -> None:
    foreign = {path: text for path, text in texts.items() if is_foreign(text)}
    assert foreign == {}


def test_every_operation_has_a_summary(texts: dict[str, str]) -> None:
    schema = SchemaGenerator().get_schema(public=True)
    operations = [
        f"/paths/{path}/{method}/summary"
        for path, methods in schema["paths"].items()
        for method in methods
    ]
    assert operations
    assert [path for path in operations if path not in texts] == []
