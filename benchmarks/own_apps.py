"""Print what the checks of a team's apps cost: `python benchmarks/own_apps.py`.

A project of 30 apps with 5 models each, their serializers and view sets, is checked, started and
described as an OpenAPI schema, with the checks in common/checks.py and without, in turn. Fails
where it takes more than 1.5 times as long with them.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from lab.environments import environment_of  # noqa: E402
from lab.machine import bare_environment  # noqa: E402
from lab.own_apps import insert  # noqa: E402
from lab.rendering import bake_outside_pytest, choice_with, render  # noqa: E402

APPS, MODELS, ROUNDS, LIMIT = 30, 5, 7, 1.5

MODEL = """

class {name}(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    title = models.CharField(max_length=50)
    image = models.ImageField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
"""
SERIALIZER = """

class {name}Serializer(serializers.ModelSerializer):
    class Meta:
        model = models.{name}
        fields = "__all__"
"""
VIEW_SET = """

class {name}ViewSet(viewsets.ModelViewSet):
    queryset = models.{name}.objects.all()
    serializer_class = serializers.{name}Serializer


router.register("{name}s".lower(), {name}ViewSet)
"""
IMPORTS = {
    "models": "from django.conf import settings\nfrom django.db import models\n",
    "serializers": "from rest_framework import serializers\n\nfrom . import models\n",
    "urls": "from rest_framework import routers, viewsets\n\nfrom . import models, serializers\n\n"
    "router = routers.DefaultRouter()\n",
}
PARTS = {"models": MODEL, "serializers": SERIALIZER, "urls": VIEW_SET}
WITHOUT = """
import django
django.setup()
from django.core.checks.registry import registry
for check in list(registry.registered_checks):
    if check.__module__ == "common.checks":
        registry.registered_checks.remove(check)
"""
WORK = {
    "check": "from django.core.management import call_command; call_command('check')",
    # As runserver does before it answers
    "start": "from django.core.checks import run_checks; run_checks();"
    "from django.core.wsgi import get_wsgi_application; get_wsgi_application()",
    "schema": "from django.core.management import call_command;"
    "call_command('spectacular', file='openapi.yml')",
}


def add_apps(project: Path) -> None:
    for number in range(APPS):
        label = f"app{number}"
        (project / label / "migrations").mkdir(parents=True)
        (project / label / "__init__.py").touch()
        (project / label / "migrations/__init__.py").touch()
        names = [f"Thing{number}x{index}" for index in range(MODELS)]
        for part, text in PARTS.items():
            body = "".join(text.format(name=name) for name in names)
            end = "\n\nurlpatterns = router.urls\n" if part == "urls" else ""
            (project / label / f"{part}.py").write_text(IMPORTS[part] + body + end)
        insert(project / "config/settings/base.py", f'"{label}",')
        insert(project / "config/urls.py", f'path("api/{label}/", include("{label}.urls")),')


def seconds(python: Path, project: Path, work: str, prefix: str) -> float:
    environment = bare_environment(DJANGO_SETTINGS_MODULE="config.settings.dev")
    start = time.perf_counter()
    command = [str(python), "-c", prefix + work]
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - start


def main() -> None:
    bake_outside_pytest()
    choice = choice_with()
    python = environment_of(choice)
    with tempfile.TemporaryDirectory() as name:
        project = Path(shutil.copytree(render(choice), Path(name, "project")))
        add_apps(project)
        failed = False
        for title, work in WORK.items():
            rounds = [
                (
                    seconds(python, project, work, WITHOUT),
                    seconds(python, project, work, "import django\ndjango.setup()\n"),
                )
                for _ in range(ROUNDS)
            ]
            without, with_checks = (statistics.median(times) for times in zip(*rounds, strict=True))
            ratio = statistics.median(b / a for a, b in rounds)
            print(f"{title}: {without:.2f} s without, {with_checks:.2f} s with, ratio {ratio:.2f}")
            failed |= ratio > LIMIT
    sys.exit(failed)


if __name__ == "__main__":
    main()
