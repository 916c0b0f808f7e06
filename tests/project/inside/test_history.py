"""The database's migrations against those of this code and of an earlier release."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from operations.compatibility import compare_migrations, compare_with_earlier
from template_tests.found import ids, notes

EXISTING = """
from importlib import import_module

Migration = import_module("accounts.migrations.0001_initial").Migration
"""
BREAKING = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RenameField("user", "email", "mail")]
"""


@pytest.fixture
def recorder(db: None) -> MigrationRecorder:
    return MigrationRecorder(connection)


@pytest.fixture
def renaming(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object) -> Path:
    """Return the file of a migration that renames a column, not yet applied."""
    package = tmp_path / f"migrations_of_{tmp_path.name}".replace("-", "_")
    package.mkdir()
    for name, text in (("__init__", ""), ("0001_initial", EXISTING), ("0002_mail", BREAKING)):
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"accounts": package.name}
    return package / "0002_mail.py"


def test_a_migration_that_would_break_the_live_release_is_refused(renaming: Path) -> None:
    found = list(compare_migrations())
    assert ids(found) == ["operations.E007"]
    assert "accounts.0002_mail" in found[-1].msg
    assert "accounts_user.email" in found[-1].msg


def test_its_own_mark_lets_it_through(renaming: Path) -> None:
    text = renaming.read_text()
    renaming.write_text(f"{text}    breaks_live_release = True\n")
    assert ids(compare_migrations()) == []


def test_nothing_is_refused_on_an_empty_database(
    renaming: Path, recorder: MigrationRecorder
) -> None:
    recorder.migration_qs.all().delete()
    assert ids(compare_migrations()) == []


def test_of_a_package_it_is_only_mentioned(recorder: MigrationRecorder) -> None:
    recorder.migration_qs.filter(app="admin").delete()
    recorder.migration_qs.filter(app="contenttypes").exclude(name="0001_initial").delete()
    recorder.migration_qs.filter(app__in=("auth", "accounts", "posts")).delete()
    found = list(compare_migrations())
    assert ids(found) == []
    assert "django_content_type.name" in notes(found)[-1]


def test_migrations_that_only_the_database_has_are_refused(recorder: MigrationRecorder) -> None:
    recorder.record_applied("accounts", "0999_later")
    (found,) = compare_migrations()
    assert found.id == "operations.E008"
    assert "accounts.0999_later" in found.msg


def test_those_that_were_squashed_are_not(recorder: MigrationRecorder) -> None:
    recorder.record_unapplied("sessions", "0001_initial")
    recorder.record_applied("sessions", "0000_squashed")
    recorder.record_applied("sessions", "0001_initial")
    assert ids(compare_migrations()) == []


def test_those_of_an_app_that_was_removed_are_not(recorder: MigrationRecorder) -> None:
    recorder.record_applied("nothing", "0001_initial")
    assert ids(compare_migrations()) == []


def listing(capsys: pytest.CaptureFixture[str]) -> str:
    call_command("showmigrations", "--plan")
    return capsys.readouterr().out


@pytest.mark.django_db
def test_a_rollback_to_the_same_migrations_is_possible(capsys) -> None:
    assert ids(compare_with_earlier(listing(capsys))) == []


def test_a_rollback_past_a_change_that_breaks_the_earlier_release_is_refused(
    renaming: Path, recorder: MigrationRecorder, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = listing(capsys).replace("[ ]  accounts.0002_mail", "")
    text = renaming.read_text()
    renaming.write_text(f"{text}    breaks_live_release = True\n")
    recorder.record_applied("accounts", "0002_mail")
    found = list(compare_with_earlier(earlier))
    assert ids(found) == ["operations.E009"]
    assert "accounts_user.email" in found[-1].msg


@pytest.mark.django_db
def test_a_rollback_past_a_change_that_does_not_is_possible(capsys) -> None:
    earlier = listing(capsys).replace("[X]  sessions.0001_initial", "")
    assert ids(compare_with_earlier(earlier)) == []


@pytest.mark.django_db
def test_a_list_without_migrations_does_not_pass() -> None:
    with pytest.raises(ValueError, match="Traceback"):
        list(compare_with_earlier("Traceback"))
