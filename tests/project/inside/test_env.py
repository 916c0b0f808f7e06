"""What has to be in the environment, and what it must look like."""

import pytest

from config.env import FORMATS, PLACEHOLDER, require


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FORMATS:
        monkeypatch.delenv(name, raising=False)


def test_every_variable_that_is_not_filled_in_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMPTY", " ")
    monkeypatch.setenv("PLACEHOLDING", f"https://{PLACEHOLDER}.example.com")
    with pytest.raises(SystemExit, match="MISSING, EMPTY, PLACEHOLDING"):
        require("MISSING", "EMPTY", "PLACEHOLDING")


def test_a_variable_that_is_filled_in_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILLED_IN", "value")
    with pytest.raises(SystemExit) as refusal:
        require("FILLED_IN", "MISSING")
    assert "FILLED_IN" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PORT", "abc"),
        ("DATABASE_PORT", ""),
        ("DATABASE_PORT", "65536"),
        ("WEB_REPLICAS", "0"),
        ("WEB_CONCURRENCY", "two"),
        ("LOG_LEVEL", "verbose"),
    ],
)
def test_a_malformed_value_is_named_too(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=f"MISSING.*{name}"):
        require("MISSING")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PORT", "3306"),
        ("WEB_REPLICAS", ""),
        ("WEB_REPLICAS", "2"),
        ("WEB_CONCURRENCY", ""),
        ("LOG_LEVEL", ""),
        ("LOG_LEVEL", "INFO"),
    ],
)
def test_a_well_formed_value_is_accepted(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    require()
