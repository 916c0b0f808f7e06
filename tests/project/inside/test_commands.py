import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User
from accounts.seed import PASSWORD
from common.management.commands.startapp import MARKER


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Path:
    """A copy of this project, of which startapp reads and changes a part."""
    for folder in ("config", *settings.LOCAL_APPS):
        shutil.copytree(settings.BASE_DIR / folder, tmp_path / folder)
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    settings.BASE_DIR = tmp_path
    return tmp_path


def startapp(name: str, **options: str) -> str:
    stdout = StringIO()
    call_command("startapp", name, stdout=stdout, **options)
    return stdout.getvalue()


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_startapp_makes_all_parts_of_an_app(project: Path) -> None:
    startapp("book_reviews")

    app = project / "book_reviews"
    assert {file.relative_to(app).as_posix() for file in app.rglob("*.py")} == {
        "__init__.py",
        "admin.py",
        "factories.py",
        "migrations/0001_initial.py",
        "migrations/__init__.py",
        "models.py",
        "serializers.py",
        "tests/test_book_reviews.py",
        "urls.py",
        "views.py",
    }


@pytest.mark.parametrize(
    ("app", "model"),
    [
        ("book_reviews", "BookReview"),
        ("categories", "Category"),
        ("status", "Status"),
        ("feed", "Feed"),
    ],
)
def test_startapp_names_the_model_in_the_singular(project: Path, app: str, model: str) -> None:
    startapp(app)

    assert f"class {model}(" in (project / app / "models.py").read_text()


def test_startapp_takes_another_name_for_the_model(project: Path) -> None:
    startapp("book_reviews", model="Opinion")

    assert "class Opinion(" in (project / "book_reviews/models.py").read_text()


def test_startapp_registers_and_routes_the_app(project: Path) -> None:
    startapp("book_reviews")

    for file, line in (
        ("config/settings/base.py", '"book_reviews",'),
        ("config/urls.py", 'path("api/", include("book_reviews.urls")),'),
    ):
        # Above the marker, which stays for the next app.
        assert f"    {line}\n    {MARKER}\n" in (project / file).read_text(encoding="utf-8")


def test_startapp_puts_the_model_into_the_admin(project: Path) -> None:
    startapp("book_reviews")

    assert "@admin.register(BookReview)" in (project / "book_reviews/admin.py").read_text()


def test_startapp_says_where_the_app_is_served(project: Path) -> None:
    assert "/api/book-reviews/" in startapp("book_reviews")
    assert 'router.register("book-reviews",' in (project / "book_reviews/urls.py").read_text()


@pytest.mark.parametrize(
    "name", ["accounts", "auth", "docs", "common", "operations", "deploy", "class", "1st", "my-app"]
)
def test_startapp_refuses_a_name_that_is_taken_or_unusable(project: Path, name: str) -> None:
    before = contents(project)

    with pytest.raises(CommandError, match=name):
        startapp(name)
    assert contents(project) == before


def test_startapp_refuses_a_name_whose_model_is_taken(project: Path) -> None:
    before = contents(project)

    with pytest.raises(CommandError, match="^User "):
        startapp("users")
    assert contents(project) == before


@pytest.mark.parametrize("model", ["User", "review", "None", "My-Model"])
def test_startapp_refuses_a_model_that_is_taken_or_unusable(project: Path, model: str) -> None:
    before = contents(project)

    with pytest.raises(CommandError, match=f"^{model}"):
        startapp("book_reviews", model=model)
    assert contents(project) == before


def test_startapp_writes_nothing_when_it_cannot_register_the_app(project: Path) -> None:
    (project / "config/urls.py").write_text("urlpatterns = []\n")
    before = contents(project)

    with pytest.raises(CommandError, match="config/urls.py"):
        startapp("book_reviews")
    assert contents(project) == before


def test_startapp_reports_a_migration_that_cannot_be_made(project: Path) -> None:
    with (project / "accounts/models.py").open("a") as models:
        models.write("\nraise RuntimeError\n")

    with pytest.raises(CommandError, match="makemigrations reviews"):
        startapp("reviews")


@pytest.fixture
def debug(settings: Settings) -> None:
    settings.DEBUG = True


@pytest.mark.django_db
def test_seed_makes_accounts_that_can_sign_in(debug: None) -> None:
    call_command("seed", stdout=StringIO())

    assert User.objects.get(email="user1@example.com").check_password(PASSWORD)
    assert User.objects.get(email="admin@example.com").is_superuser


@pytest.mark.django_db
def test_seed_says_how_to_sign_in(debug: None) -> None:
    stdout = StringIO()
    call_command("seed", stdout=stdout)

    assert PASSWORD in stdout.getvalue()


@pytest.mark.django_db
def test_seed_adds_nothing_twice(debug: None) -> None:
    outputs = [StringIO(), StringIO()]
    for stdout in outputs:
        call_command("seed", stdout=stdout)

    assert outputs[0].getvalue() == outputs[1].getvalue()
    assert User.objects.count() == 6


@pytest.mark.django_db
def test_seed_keeps_a_password_that_was_changed(debug: None) -> None:
    call_command("seed", stdout=StringIO())
    user = User.objects.get(email="user1@example.com")
    user.set_password("changed-by-hand")
    user.save()

    call_command("seed", stdout=StringIO())

    user.refresh_from_db()
    assert user.check_password("changed-by-hand")


@pytest.mark.django_db
def test_seed_refuses_to_run_in_production() -> None:
    with pytest.raises(CommandError):
        call_command("seed", stdout=StringIO())
    assert not User.objects.exists()
