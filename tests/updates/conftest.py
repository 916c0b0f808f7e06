"""What the tests of updates start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.updates import ENGLISH, Pair, make_pair, start_repository


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Return a template, and a project of it that is committed."""
    pair = make_pair(tmp_path, ENGLISH)
    start_repository(pair.project)
    return pair
