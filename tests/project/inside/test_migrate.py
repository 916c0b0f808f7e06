import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from operations.management.commands.migrate import UndoingExecutor

pytestmark = pytest.mark.django_db(transaction=True)


def fail(apps, schema_editor):
    raise RuntimeError("half-way")


def apply(*operations, atomic=False, fake_initial=False):
    """Apply a migration that the database does not roll back by itself, as MySQL never does."""
    migration = migrations.Migration("0001_initial", "halves")
    migration.atomic = atomic
    migration.operations = list(operations)
    executor = UndoingExecutor(connection)
    executor.apply_migration(ProjectState(), migration, fake_initial=fake_initial)


def create(*fields):
    return migrations.CreateModel("Half", [("id", models.AutoField(primary_key=True)), *fields])


def tables():
    return [name for name in connection.introspection.table_names() if name.startswith("halves")]


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"DROP TABLE {table}")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'halves'")


def test_a_migration_that_passes_stays():
    apply(create())

    assert tables() == ["halves_half"]


def test_a_migration_that_fails_is_undone():
    with pytest.raises(RuntimeError, match="half-way"):
        apply(
            create(),
            migrations.AddField("half", "name", models.CharField(max_length=9, default="")),
            migrations.RunPython(fail),
        )

    assert tables() == []


def test_what_cannot_be_undone_is_told_and_the_failure_too(capsys):
    with pytest.raises(RuntimeError, match="half-way"):
        apply(create(), migrations.RunSQL("SELECT 1"), migrations.RunPython(fail))

    assert "not reversible" in capsys.readouterr().out
    assert tables() == ["halves_half"]


def test_what_came_after_it_is_undone():
    other = migrations.CreateModel("Other", [("id", models.AutoField(primary_key=True))])
    with pytest.raises(RuntimeError, match="half-way"):
        apply(create(), migrations.RunSQL("SELECT 1"), other, migrations.RunPython(fail))

    assert tables() == ["halves_half"]


def test_nothing_is_undone_that_may_have_been_there_before():
    with pytest.raises(RuntimeError, match="half-way"):
        apply(create(), migrations.RunPython(fail), fake_initial=True)

    assert tables() == ["halves_half"]


def test_an_atomic_one_is_left_to_the_database():
    with pytest.raises(RuntimeError, match="half-way"):
        apply(create(), migrations.RunPython(fail), atomic=True)

    assert tables() == []


def test_the_command_migrates_that_way(monkeypatch):
    monkeypatch.setattr(migrate, "MigrationExecutor", MigrationExecutor)

    call_command("migrate", verbosity=0)

    assert migrate.MigrationExecutor is UndoingExecutor
