"""The system checks of what can be seen without a service."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState
from django.utils import timezone
from pytest_django import Settings

from operations.checks import changes_the_moment
from template_tests.found import ids, notes


def run(tag: str) -> list[CheckMessage]:
    return run_checks(tags=[tag], include_deployment_checks=True)


@pytest.mark.parametrize("tag", ["hosts", "origins", "migrations"])
def test_they_run_before_a_deployment_only(tag: str, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = settings.CSRF_TRUSTED_ORIGINS = ["*"]
    settings.MIGRATION_MODULES = {"accounts": None}
    assert ids(run(tag))
    assert not run_checks(tags=[tag])


@pytest.mark.parametrize(
    ("hosts", "domain", "expected"),
    [
        (["api.example.com", "8.8.8.8", "[2001:4860::1]"], "", []),
        ([".example.com"], "api.example.com", []),
        (["API.example.com"], "api.Example.com", []),
        (["*"], "", ["E001"]),
        (["https://api.example.com"], "", ["E001"]),
        (["api.example.com:8000"], "", ["E001"]),
        (["api.example.com/api"], "", ["E001"]),
        (["api.example.com", " 8.8.8.8"], "", ["E001"]),
        (["api.example.com", ""], "", ["E001"]),
        (["8.8.8.8"], "https://api.example.com", ["E001"]),
        (["8.8.8.8"], "api.example.com", ["E002"]),
        (["example.com"], "api.example.com", ["E002"]),
    ],
)
def test_hosts_that_would_not_work_are_found(
    settings: Settings, hosts: list[str], domain: str, expected: list[str]
) -> None:
    settings.ALLOWED_HOSTS = hosts
    settings.DOMAIN_NAME = domain
    assert ids(run("hosts")) == [f"operations.{id}" for id in expected]
    assert notes(run("hosts")) == []


@pytest.mark.parametrize("host", ["172.31.5.6", "127.0.0.1", "localhost"])
def test_hosts_that_nobody_outside_reaches_are_mentioned(settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = [host]
    settings.DOMAIN_NAME = ""
    assert ids(run("hosts")) == []
    assert host in notes(run("hosts"))[0]


@pytest.mark.parametrize("name", ["CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS"])
@pytest.mark.parametrize(
    ("origin", "works"),
    [
        ("https://www.example.com", True),
        ("http://localhost:3000", True),
        ("https://*.example.com", True),
        ("null", True),
        ("www.example.com", False),
        (" https://www.example.com", False),
        ("", False),
        ("https://www.example.com/", False),
        ("https://www.example.com/app?a=b", False),
        ("https://[::1", False),
        ("http://[::1]:3000", True),
        ("https://", False),
        ("https://user@www.example.com", False),
    ],
)
def test_origins_that_would_not_work_are_found(
    settings: Settings, name: str, origin: str, works: bool
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = settings.CORS_ALLOWED_ORIGINS = []
    setattr(settings, name, [origin])
    assert ids(run("origins")) == ([] if works else ["operations.E003"])


def test_this_project_s_migrations_are_complete() -> None:
    assert run("migrations") == []


MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    initial = {initial}
    dependencies = {dependencies}
"""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"0001_initial": [], "0003_c": ["0002_gone"]}, "E004"),
        ({"0001_initial": [], "0002_a": ["0001_initial"], "0002_b": ["0001_initial"]}, "E005"),
        ({"0001_initial": []}, "E006"),
        ({}, "E006"),
    ],
    ids=["file missing", "conflict", "changed models", "none"],
)
def test_migrations_that_would_not_work_are_found(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, list[str]],
    expected: str,
) -> None:
    package = tmp_path / f"migrations_{len(files)}_{expected}"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, before in files.items():
        dependencies = [("accounts", each) for each in before]
        text = MIGRATION.format(initial=not before, dependencies=dependencies)
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"accounts": package.name if files else None}
    assert ids(run("migrations")) == [f"operations.{expected}"]


MOMENT = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "is_all"),
    [
        (models.DateTimeField(default=MOMENT), models.DateTimeField(default=MOMENT.now(UTC)), True),
        (models.DateField(default=MOMENT.date()), models.DateField(default=date.today()), True),
        (models.TimeField(default=MOMENT.time()), models.TimeField(default=time(1)), True),
        (models.DateTimeField(default=MOMENT), models.DateTimeField(default=timezone.now), False),
        (models.DateTimeField(), models.DateTimeField(default=MOMENT), False),
        (
            models.DateTimeField(default=MOMENT),
            models.DateTimeField(default=MOMENT.now(UTC), null=True),
            False,
        ),
        (models.DateTimeField(default=MOMENT), models.DateField(default=MOMENT), False),
        (models.IntegerField(default=1), models.IntegerField(default=2), False),
    ],
)
def test_a_default_that_is_another_moment_at_each_start_needs_no_migration(
    old: models.Field, new: models.Field, is_all: bool
) -> None:
    state = ProjectState()
    state.add_model(ModelState("things", "Thing", [("at", old)]))
    operation = migrations.AlterField("Thing", "at", new)
    assert changes_the_moment(operation, "things", state) is is_all
    assert not changes_the_moment(migrations.RemoveField("Thing", "at"), "things", state)
