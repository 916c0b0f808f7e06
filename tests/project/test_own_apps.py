"""Apps that a team already has live in a project: added by the documented steps, nothing else.

They are in apps/, as students write them. What a project finds in them are warnings that name
what to change; its suite is green, its schema valid, its deployment not stopped.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab.commands import run_commands
from lab.environments import environment_of
from lab.machine import bare_environment, run
from lab.own_apps import APPS, COMPATIBLE, PREFIXES, USES, Visitor, add_app, insert, make_content
from lab.rendering import Choice, choice_with, read_env, render
from lab.servers import development_server

CHOICE = choice_with()
WITHOUT_EXAMPLE = choice_with(example_app=False)
DEVELOPMENT = {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}

# A route registered twice, serializers of one name, a password that can be read, open endpoints,
# an app that is not installed, one without a folder for migrations, Django's own user
W001, W002, W003, W004, W005, W006, W007 = (f"common.W00{number}" for number in range(1, 8))
# What `manage.py check` prints for each, alone with the example app
EXPECTED = {
    "api": {W001, W002, W004},
    "cgv": {W004},
    "chat": set(),
    "daangn": set(),
    "delivery": {W004},
    "everytime": {W002, W004},
    "todomate": {"fields.W161"},
    "vote": {W001, W002, W003, W004},
}
# What the hints say, done to the apps: by file, what to replace by what
OPEN = ("AllowAny", "IsAuthenticatedOrReadOnly")
MENDED = {
    "api": {
        "urls.py": [("r'posts'", "r'feeds'")],
        "serializers.py": [
            ("PostSer", "FeedSer"),
            ("CommentSer", "FeedCommentSer"),
            ("LikeSer", "FeedLikeSer"),
        ],
        "views.py": [("PostSer", "FeedSer"), ("CommentSer", "FeedCommentSer"), OPEN],
    },
    "cgv": {"views.py": [OPEN]},
    "delivery": {"views.py": [("    permission_classes = []\n", "")]},
    "everytime": {
        "serializers.py": [("PostSer", "BoardPostSer"), ("CommentSer", "BoardCommentSer")],
        "views.py": [("PostSer", "BoardPostSer"), ("CommentSer", "BoardCommentSer"), OPEN],
    },
    "todomate": {"models.py": [("timezone.now()", "timezone.now")]},
    "vote": {
        "serializers.py": [
            (
                "model = User\n        fields = '__all__'",
                "model = User\n        exclude = ['password']",
            ),
            (
                "password = serializers.CharField()",
                "password = serializers.CharField(write_only=True)",
            ),
            ("(max_length=128)", "(max_length=128, write_only=True)"),
            ("UserSerializer", "VoterSerializer"),
        ],
        "views.py": [("UserSerializer", "VoterSerializer")],
        "urls.py": [("candidates/result/", "result/")],
    },
}
# Whoever signs up or in is not signed in.
LEFT = {"vote": {W004}}
TOGETHER = pytest.mark.xdist_group("own apps")


def ids_in(output: str) -> set[str]:
    """Return the ids of a system check's messages."""
    return set(re.findall(r"^[^:\n]+: \(([\w.]+)\) ", output, re.MULTILINE))


def manage(project: Path, choice: Choice, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command as a student does, in the project's own environment."""
    return run(environment_of(choice), "manage.py", *arguments, cwd=project, env=bare_environment())


def run_pytest(project: Path, choice: Choice, *options: str) -> str:
    """Run the project's suite as the README says; return its output."""
    python = environment_of(choice)
    done = run(python, "-m", "pytest", *options, cwd=project, env=bare_environment(COLUMNS="100"))
    assert done.returncode == 0, done.stdout
    return done.stdout


def migrated(project: Path, choice: Choice, *names: str) -> Path:
    """Add apps to a project, and make their migrations."""
    for name in names:
        add_app(project, name)
    done = manage(project, choice, "makemigrations")
    assert done.returncode == 0, done.stdout
    return project


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the example app and all apps that get along with each other."""
    project = Path(shutil.copytree(render(CHOICE), tmp_path_factory.mktemp("own") / "project"))
    return migrated(project, CHOICE, *COMPATIBLE)


def test_every_compatible_app_is_used_and_has_its_warnings() -> None:
    assert set(COMPATIBLE) == USES.keys() == EXPECTED.keys()
    assert set(COMPATIBLE) | PREFIXES.keys() <= {folder.name for folder in APPS.iterdir()}


@TOGETHER
def test_the_suite_is_green(together: Path) -> None:
    run_pytest(together, CHOICE, "-q")


@TOGETHER
def test_the_teams_own_tests_are_run(together: Path) -> None:
    """Also those in tests.py, where Django's startapp puts them."""
    written = {
        file.relative_to(APPS).as_posix()
        for name in COMPATIBLE
        for file in (APPS / name).rglob("*test*.py")
        if "def test_" in file.read_text("utf-8")
    }
    collected = run_pytest(together, CHOICE, "-q", "--collect-only")
    assert {file for file in written if f"{file}::" not in collected} == set()


@TOGETHER
def test_the_schema_is_valid(together: Path) -> None:
    output = together / "openapi.yml"
    done = manage(together, CHOICE, "spectacular", "--validate", f"--file={output}")
    assert done.returncode == 0, done.stdout
    schema = output.read_text("utf-8")
    output.unlink()
    for path in ("/api/cgv/movies/", "/api/items/{slug}/", "/api/delivery/orders/", "/api/rooms/"):
        assert f"  {path}:\n" in schema


@TOGETHER
def test_together_they_have_the_warnings_of_each(together: Path) -> None:
    done = manage(together, CHOICE, "check")
    assert done.returncode == 0, done.stdout
    assert ids_in(done.stdout) == set().union(*EXPECTED.values()), done.stdout


@TOGETHER
def test_nothing_stops_their_deployment(together: Path) -> None:
    env = read_env(together / ".env.prod")
    env = {key: value.replace("CHANGE_ME", "203.0.113.7") for key, value in env.items()}
    done = run_commands(together, env, "check --deploy")
    assert done.returncode == 0, done.stdout


@TOGETHER
def test_only_a_default_that_is_called_changes_the_models_again(together: Path) -> None:
    done = manage(together, CHOICE, "makemigrations", "--check", "--dry-run")
    assert re.findall(r"^Migrations for '(\w+)':", done.stdout, re.M) == ["todomate"], done.stdout


@pytest.fixture(scope="module")
def visitor(together: Path) -> Iterator[Visitor]:
    log = together.parent / "server.log"
    with development_server(together, CHOICE, log) as address:
        keys = make_content(lambda *words: manage(together, CHOICE, *words).stdout)
        yield Visitor(address, keys)
    print(log.read_text("utf-8"))


@TOGETHER
@pytest.mark.parametrize("name", USES)
def test_they_answer(visitor: Visitor, name: str) -> None:
    """A write, an upload where there is one, and a read, from a real server."""
    USES[name](visitor)


@pytest.mark.parametrize("name", EXPECTED)
def test_alone_they_have_the_listed_warnings(project_copy: Callable, name: str) -> None:
    project = project_copy(CHOICE)
    add_app(project, name)
    done = run_commands(project, DEVELOPMENT, "makemigrations", "check")
    assert done.returncode == 0, done.stdout
    assert ids_in(done.stdout) == EXPECTED[name], done.stdout


@pytest.mark.parametrize("name", MENDED)
def test_mended_they_have_none(project_copy: Callable, name: str) -> None:
    project = project_copy(CHOICE)
    add_app(project, name)
    for file, replacements in MENDED[name].items():
        text = (project / name / file).read_text("utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        (project / name / file).write_text(text, "utf-8")
    done = run_commands(project, DEVELOPMENT, "makemigrations", "check")
    assert done.returncode == 0, done.stdout
    assert ids_in(done.stdout) == LEFT.get(name, set()), done.stdout
    assert "No changes" in run_commands(project, DEVELOPMENT, "makemigrations").stdout


def test_without_the_example_app_its_routes_and_names_are_free(project_copy: Callable) -> None:
    project = project_copy(WITHOUT_EXAMPLE)
    add_app(project, "api")
    done = run_commands(project, DEVELOPMENT, "makemigrations", "check")
    assert done.returncode == 0, done.stdout
    assert ids_in(done.stdout) == {W004}, done.stdout


def open_by_default(project: Path) -> None:
    """Let everyone write, in the settings, as teams do when a first request is refused."""
    settings = project / "config/settings/base.py"
    text = settings.read_text("utf-8")
    assert "permissions.IsAuthenticatedOrReadOnly" in text
    text = text.replace("permissions.IsAuthenticatedOrReadOnly", "permissions.AllowAny")
    settings.write_text(text, "utf-8")


def test_an_app_called_posts_where_all_is_open(project_copy: Callable) -> None:
    project = project_copy(WITHOUT_EXAMPLE)
    open_by_default(project)
    migrated(project, WITHOUT_EXAMPLE, "posts")
    assert ids_in(manage(project, WITHOUT_EXAMPLE, "check").stdout) == {W004}
    run_pytest(project, WITHOUT_EXAMPLE, "-q")
    with development_server(project, WITHOUT_EXAMPLE, project.parent / "log") as address:
        visitor = Visitor(address, {})
        visitor.upload("/api/posts/", "photo", nickname="세오스", text="사진")
        visitor.post("/api/posts/", {"nickname": "세오스", "text": "글"})
        assert len(visitor.get("/api/posts/")["results"]) == 2


# What Django's hint asks for, where two models extend AbstractUser; it does not help.
RELATED_NAMES = """    groups = models.ManyToManyField('auth.Group', related_name='+')
    user_permissions = models.ManyToManyField('auth.Permission', related_name='+')
"""


@pytest.mark.parametrize("related_names", ["", RELATED_NAMES], ids=["as-is", "related-names"])
@pytest.mark.parametrize("model", ["accounts.User", "users.User"])
def test_a_user_model_of_their_own_is_an_error_that_names_the_way(
    project_copy: Callable, model: str, related_names: str
) -> None:
    project = project_copy(CHOICE)
    add_app(project, "users")
    models = project / "users/models.py"
    text = models.read_text("utf-8")
    models.write_text(text.replace("    nickname", f"{related_names}    nickname"), "utf-8")
    settings = project / "config/settings/base.py"
    text = settings.read_text("utf-8").replace('"accounts.User"', f'"{model}"')
    settings.write_text(text, "utf-8")
    done = manage(project, CHOICE, "check")
    assert done.returncode != 0
    assert "common.E001" in ids_in(done.stdout), done.stdout
    assert "accounts/models.py" in done.stdout
    assert "Traceback" not in done.stdout, done.stdout


def replace(folder: Path, **texts: tuple[str, str]) -> None:
    """Replace text in modules of an app: `models=(old, new)`."""
    for name, (old, new) in texts.items():
        file = folder / f"{name}.py"
        text = file.read_text("utf-8")
        assert old in text, file
        file.write_text(text.replace(old, new), "utf-8")


def test_a_user_model_of_their_own_moves_into_accounts(project_copy: Callable) -> None:
    """As the hint of common.E001 says."""
    project = project_copy(CHOICE)
    add_app(project, "users")
    text = (project / "users/models.py").read_text("utf-8")
    fields = "\n".join(re.findall(r"^    \w+ = models\..*$", text, re.M))
    fields = fields.replace("unique=True", "unique=True, null=True")
    place = "    USERNAME_FIELD"
    replace(project / "accounts", models=(place, f"{fields}\n{place}"))
    ours = ("from .models import", "from accounts.models import")
    replace(project / "users", views=ours, serializers=ours)
    replace(project / "users", serializers=("'username'", "'email'"))
    for name in ("models", "admin"):
        (project / f"users/{name}.py").write_text("")
    assert manage(project, CHOICE, "makemigrations").returncode == 0
    done = manage(project, CHOICE, "check")
    assert (done.returncode, ids_in(done.stdout)) == (0, {W002, W003, W004}), done.stdout
    run_pytest(project, CHOICE, "-q")


def test_a_key_to_djangos_user_is_an_error_whose_hint_works(project_copy: Callable) -> None:
    project = project_copy(CHOICE)
    add_app(project, "diary")
    done = manage(project, CHOICE, "makemigrations")
    assert ids_in(done.stdout) == {"fields.E301", W007}, done.stdout
    assert "settings.AUTH_USER_MODEL" in done.stdout
    models = project / "diary/models.py"
    text = models.read_text("utf-8").replace("(User,", "(settings.AUTH_USER_MODEL,")
    text = text.replace("django.contrib.auth.models import User", "django.conf import settings")
    models.write_text(text, "utf-8")
    assert manage(project, CHOICE, "makemigrations").returncode == 0
    done = manage(project, CHOICE, "check")
    assert (done.returncode, ids_in(done.stdout)) == (0, set()), done.stdout


def test_an_app_without_migrations_is_named_with_the_command_that_helps(
    project_copy: Callable,
) -> None:
    project = project_copy(CHOICE)
    add_app(project, "guestbook")
    assert "No changes" in manage(project, CHOICE, "makemigrations").stdout
    done = manage(project, CHOICE, "check")
    assert ids_in(done.stdout) == {W002, W003, W004, W006, W007}, done.stdout
    [command] = re.findall(r"python manage\.py (makemigrations \w+)", done.stdout)
    assert manage(project, CHOICE, *command.split()).returncode == 0
    right = ("from django.contrib.auth.models import User", "from accounts.models import User")
    replace(project / "guestbook", views=right, serializers=right)
    left = ids_in(manage(project, CHOICE, "check").stdout)
    assert left == {W002, W003, W004}
    run_pytest(project, CHOICE, "-q")


def test_an_app_that_is_not_installed_is_named(project_copy: Callable) -> None:
    project = project_copy(CHOICE)
    shutil.copytree(APPS / "daangn", project / "daangn")
    done = manage(project, CHOICE, "check")
    assert (done.returncode, ids_in(done.stdout)) == (0, {W005}), done.stdout
    assert '"daangn"' in done.stdout
    assert "LOCAL_APPS" in done.stdout
    insert(project / "config/settings/base.py", '"daangn",')
    done = manage(project, CHOICE, "check")
    assert (done.returncode, ids_in(done.stdout)) == (0, set()), done.stdout
