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


def startapp(name: str, **options: object) -> str:
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
        ("addresses", "Address"),
        ("analysis", "Analysis"),
        ("api", "Api"),
        ("book_reviews", "BookReview"),
        ("boxes", "Box"),
        ("buses", "Bus"),
        ("categories", "Category"),
        ("chat", "Chat"),
        ("classes", "Class"),
        ("courses", "Course"),
        ("dishes", "Dish"),
        # Django has a Group too.
        ("groups", "Group"),
        ("houses", "House"),
        ("menus", "Menu"),
        ("movies", "Movie"),
        ("news", "News"),
        ("orders2", "Orders2"),
        ("people", "Person"),
        ("series", "Series"),
        ("sns", "Sns"),
        ("status", "Status"),
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


def refusal(project: Path, name: str, **options: object) -> str:
    """Return the one line that refuses a name; nothing is written."""
    before = contents(project)
    with pytest.raises(CommandError) as refused:
        startapp(name, **options)
    assert contents(project) == before
    [line] = str(refused.value).splitlines()
    return line


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("book-reviews", "book_reviews"),
        ("my reviews", "my_reviews"),
        ("reviews/", "reviews"),
        ("Reviews", "reviews"),
        ("BookReviews", "book_reviews"),
        ("book__reviews", "book_reviews"),
        ("리뷰", "reviews"),
        ("1st", "reviews"),
    ],
)
def test_startapp_refuses_what_cannot_name_an_app(project: Path, name: str, better: str) -> None:
    line = refusal(project, name)

    assert line.startswith(name)
    assert line.endswith(f"python manage.py startapp {better}")


@pytest.mark.parametrize("folder", ["docs", "deploy", "notes"])
def test_startapp_refuses_the_name_of_a_folder(project: Path, folder: str) -> None:
    (project / folder).mkdir()

    assert f"({folder}/)" in refusal(project, folder)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("accounts", "accounts"),
        ("common", "common"),
        ("config", "config/"),
        ("operations", "operations"),
        # Django's own apps
        ("auth", "django.contrib.auth"),
        ("messages", "django.contrib.messages"),
        # Python, and what is installed
        ("class", "Python"),
        ("test", "Python"),
        ("email", "import email"),
        ("json", "import json"),
        ("math", "import math"),
        ("rest_framework", "rest_framework"),
        ("types", "import types"),
        ("factory", "import factory"),
        # Git or the image would leave them out.
        ("media", ".gitignore"),
        ("tests", ".dockerignore"),
        ("schema", "/api/schema/"),
    ],
)
def test_startapp_refuses_a_name_that_is_taken(project: Path, name: str, where: str) -> None:
    line = refusal(project, name)

    assert line.startswith(name)
    assert f"({where})" in line
    assert line.endswith(f"python manage.py startapp team_{name}")


def test_startapp_leads_to_the_users_that_there_are(project: Path) -> None:
    line = refusal(project, "users")

    assert line.startswith("User ")
    assert "accounts/models.py" in line
    assert line.endswith("python manage.py startapp users --model Profile")
    startapp("users", model="Profile")


@pytest.mark.parametrize(
    ("app", "model", "where"),
    # A serializer of this name has no model of its own.
    [("authors", "Author", "accounts.serializers"), ("traces", "Trace", "accounts.models")],
)
def test_startapp_refuses_a_model_that_is_taken(
    project: Path, app: str, model: str, where: str
) -> None:
    line = refusal(project, app)

    assert line.startswith(model)
    assert f"({where})" in line
    assert line.endswith(f"startapp {app} --model Team{model}")


@pytest.mark.parametrize(
    ("model", "better"),
    [
        ("review", "Review"),
        ("Book Review", "BookReview"),
        ("My-Model", "MyModel"),
        ("book_review", "BookReview"),
        ("리뷰", "BookReview"),
        ("None", "BookReview"),
    ],
)
def test_startapp_refuses_what_cannot_name_a_model(project: Path, model: str, better: str) -> None:
    line = refusal(project, "book_reviews", model=model)

    assert line.startswith(model)
    assert line.endswith(f"startapp book_reviews --model {better}")


def test_startapp_leaves_the_author_out_of_what_belongs_to_nobody(project: Path) -> None:
    startapp("book_reviews", owner=False)

    app = project / "book_reviews"
    assert [file for file in app.rglob("*.py") if "author" in file.read_text().lower()] == []


def test_startapp_ends_with_what_to_type_next(project: Path) -> None:
    *_, first, second = startapp("book_reviews").split("\n")[:-1]

    assert first.strip() == "python manage.py makemigrations"
    assert second.strip() == "python manage.py migrate"


def test_startapp_writes_nothing_when_it_cannot_register_the_app(project: Path) -> None:
    (project / "config/urls.py").write_text("urlpatterns = []\n")
    before = contents(project)

    with pytest.raises(CommandError, match="config/urls.py"):
        startapp("book_reviews")
    assert contents(project) == before


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
