"""The command: what it passes on, in which order it prints, how it ends."""

from io import StringIO

import pytest
from django.core.checks import CheckMessage, Critical, Error, Info, Warning
from django.core.management import call_command
from pytest_django import Settings

from operations import checks
from operations.management.commands import preflight
from operations.management.commands.preflight import Check, check_code, check_environment
from operations.messages import STEPS, TEXTS
from template_tests.found import ids

FIRST, SECOND, THIRD, *_ = STEPS.values()


def run(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> list[str]:
    """Run the command with these checks; return the lines it prints, the last one its status."""
    monkeypatch.setattr(preflight, "CHECKS", dict(zip(STEPS, checks, strict=False)))
    output, status = StringIO(), 0
    try:
        call_command("preflight", stdout=output)
    except SystemExit as end:
        status = int(end.code or 0)
    return [*output.getvalue().splitlines(), str(status)]


def nothing() -> list[CheckMessage]:
    return []


# What Django finds


def test_settings_for_production_are_fine() -> None:
    assert ids(check_environment()) == []


def test_settings_for_development_are_found(settings: Settings) -> None:
    settings.DEBUG = True
    assert ids(check_environment()) == ["security.W018"]


@pytest.mark.parametrize("key", ["short", "a" * 60, f"django-insecure-{'abcdef' * 10}"])
def test_a_weak_secret_key_is_found(settings: Settings, key: str) -> None:
    settings.SECRET_KEY = key
    assert ids(check_environment()) == ["security.W009"]


def test_this_code_is_fine() -> None:
    assert ids(check_code()) == []


def test_serious_findings_of_django_are_passed_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SILENCED_SYSTEM_CHECKS = ["a.E002"]
    messages = [Critical("one", id="a.E001"), Error("silenced", id="a.E002"), Warning("two")]
    messages.append(Error("said by check_origins", id="4_0.E001"))
    monkeypatch.setattr(preflight, "run_checks", lambda: messages)
    (found,) = check_code()
    assert "one" in found.msg


def test_a_silenced_check_is_not_reported(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SILENCED_SYSTEM_CHECKS = ["operations.E004"]
    found = [checks.fault("operations.E004", error="")]
    assert run(monkeypatch, lambda: found) == [f"[ok] {FIRST}", "0"]


# What is printed


def test_every_check_has_a_name() -> None:
    assert {name for name in preflight.CHECKS if name not in ("Redis", "S3")} == STEPS.keys()


def test_without_a_fault_it_exits_with_0(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = run(monkeypatch, nothing, lambda: [Info("a note")])
    assert lines == [f"[ok] {FIRST}", f"[ok] {SECOND}", "    a note", "0"]


def test_a_fault_comes_last_and_stops_no_other_check(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Info("a note"), Error("fault", hint="cause\nnext step")]
    lines = run(monkeypatch, lambda: found, nothing)
    fault = ["    a note", f"[{TEXTS['wrong']}] {FIRST}: fault", "    cause", "    next step"]
    assert lines == [f"[ok] {SECOND}", *fault, "1"]


def test_a_fault_says_cause_and_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    _, cause, next_step, _ = run(monkeypatch, lambda: [checks.fault("code", error="fault")])
    assert cause.startswith(f"    {TEXTS['cause']} ")
    assert next_step.startswith(f"    {TEXTS['next']} ")


def test_an_exception_in_the_team_s_code_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[CheckMessage]:
        raise RuntimeError("what went\nwrong")

    monkeypatch.setattr(preflight, "run_checks", fail)
    lines = run(monkeypatch, check_code, nothing)
    assert lines[0] == f"[ok] {SECOND}"
    assert f" {FIRST}: RuntimeError: what went wrong ({__file__}:" in lines[1]
    assert lines[-1] == "1"


def test_an_exception_in_django_s_code_is_a_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = "config.missing"
    lines = run(monkeypatch, check_code)
    assert "config.missing" in lines[0]
    assert lines[-1] == "1"


def test_an_exception_in_preflight_s_own_checks_is_a_crash(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALLOWED_HOSTS = [None]
    lines = run(monkeypatch, nothing, preflight.tagged("hosts"))
    assert lines[0] == f"[crash] {TEXTS['crashed']}"
    assert "AttributeError" in lines[-2]
    assert lines[-1] == "2"


def test_a_server_is_not_waited_for_longer_than_by_a_request(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "OPTIONS", {"timeout": 20})
    settings.DATABASE_OPTIONS_OF_REQUESTS = {"read_timeout": 3}
    run(monkeypatch, nothing)
    assert settings.DATABASES["default"]["OPTIONS"] == {"timeout": 20, "read_timeout": 3}
