"""The diagram of a project's models, as Mermaid itself reads it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from lab.own_apps import insert
from lab.rendering import Choice, choice_with
from project.test_browser import CHROMIUM
from project.test_django_checks import run_commands

MERMAID = Path(__file__).parents[2] / "node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"
CHOICE = choice_with(docs_language="en")
DEVELOPMENT = {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
MODELS = """
import uuid

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Work(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=50, unique=True)
    price = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    copy_of = models.ForeignKey("self", models.CASCADE, null=True)
    groups = models.ManyToManyField(Group)
    kind = models.ForeignKey(ContentType, models.CASCADE, db_column="kind")

    class Meta:
        unique_together = [("price", "owner")]


class Painting(Work):
    painters = models.ManyToManyField("Painter", through="Credit")
    similar = models.ManyToManyField("self")


class Forgery(Painting):
    class Meta:
        proxy = True


class Painter(models.Model):
    profile = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    mentor = models.OneToOneField("self", models.CASCADE, null=True)


class Credit(models.Model):
    painting = models.ForeignKey(Painting, models.CASCADE)
    painter = models.ForeignKey(Painter, models.CASCADE)
    year = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["painting", "painter", "year"], name="one_a_year"),
            models.UniqueConstraint(
                fields=["painter"], condition=models.Q(year=2026), name="one_in_2026"
            ),
        ]


class Seat(models.Model):
    pk = models.CompositePrimaryKey("row", "number")
    row = models.CharField(max_length=1)
    number = models.IntegerField()


class Post(models.Model):
    work = models.ForeignKey(Work, models.CASCADE, unique=True)
"""
EXPECTED = """
    Work {
        UUIDField id PK
        CharField(50) title UK
        DecimalField price "null; unique with owner"
        ForeignKey owner_id FK "null; unique with price"
        ForeignKey copy_of_id FK "null"
        ForeignKey kind FK
    }
    Painting {
        OneToOneField work_ptr_id PK, FK
    }
    Painter {
        BigAutoField id PK
        OneToOneField profile_id FK, UK
        OneToOneField mentor_id FK, UK "null"
    }
    Credit {
        BigAutoField id PK
        ForeignKey painting_id FK "unique with painter, year"
        ForeignKey painter_id FK "unique with painting, year"
        IntegerField year "unique with painting, painter"
    }
    Seat {
        CharField(1) row PK
        IntegerField number PK
    }
    museum_Post {
        BigAutoField id PK
        ForeignKey work_id FK, UK
    }
    User |o--o{ Work : owner
    Work |o--o{ Work : copy_of
    ContentType ||--o{ Work : kind
    Work ||--o| Painting : work_ptr
    Painting }o--o{ Painting : similar
    User ||--o| Painter : profile
    Painter |o--o| Painter : mentor
    Painting ||--o{ Credit : painting
    Painter ||--o{ Credit : painter
    Work ||--o| museum_Post : work
    User ||--o{ posts_Post : author
"""
DRAW = """async (text) => {
  await mermaid.parse(text);
  const {svg} = await mermaid.render("diagram", text);
  document.body.innerHTML = svg;
  return document.body.innerText;
}"""


def diagram_of(project: Path, choice: Choice = CHOICE) -> str:
    done = run_commands(project, DEVELOPMENT, "erd")
    assert done.returncode == 0, done.stdout
    assert "docs/erd.md" in done.stdout
    text = (project / "docs/erd.md").read_text("utf-8")
    [diagram] = re.findall(r"^```mermaid\n(.*?)^```$", text, re.M | re.S)
    return diagram


@pytest.fixture
def museum(project_copy: Callable) -> Path:
    project = project_copy(CHOICE)
    (project / "museum").mkdir()
    (project / "museum/__init__.py").touch()
    (project / "museum/models.py").write_text(MODELS)
    insert(project / "config/settings/base.py", '"museum",')
    return project


def test_columns_keys_and_relations_are_right(museum: Path) -> None:
    lines = diagram_of(museum).splitlines()
    expected = EXPECTED.strip("\n").splitlines()
    missing = [line for line in expected if line not in lines]
    assert missing == []
    own = "\n".join(expected[: expected.index("    User |o--o{ Work : owner")])
    assert own in "\n".join(lines)
    assert not any("Group" in line or "Forgery" in line for line in lines)


def test_a_second_run_changes_nothing(museum: Path) -> None:
    assert diagram_of(museum) == diagram_of(museum)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_mermaid_draws_it(museum: Path, tmp_path: Path) -> None:
    diagram = diagram_of(museum)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": 1600, "height": 1200})
        page.add_script_tag(path=MERMAID)
        drawn = page.evaluate(DRAW, diagram)
        page.screenshot(path=tmp_path / "erd.png", full_page=True)
        browser.close()
    for word in ("museum_Post", "mentor_id", "unique with painter, year", "work_ptr", "similar"):
        assert word in drawn
