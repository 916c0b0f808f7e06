"""`manage.py erd` writes a file; its diagram is read by Mermaid in the template's own tests."""

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from pytest_django import Settings

from common.management.commands import erd


def test_the_models_are_written_into_the_docs(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(erd, "own_apps", lambda: [apps.get_app_config("accounts")])
    for _ in range(2):
        call_command("erd", stdout=StringIO())
    lines = (tmp_path / "docs/erd.md").read_text(encoding="utf-8").splitlines()
    assert lines.count("    User {") == 1
    assert "        LowercaseEmailField(254) email UK" in lines
    assert '        DateTimeField last_login "null"' in lines
    assert not any("Group" in line for line in lines)
