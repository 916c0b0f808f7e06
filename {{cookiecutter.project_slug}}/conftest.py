import pytest
from django.core.cache import cache
from django.core.checks import run_checks
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User


def pytest_sessionstart() -> None:
    """A migration that is missing is reported once, not by each test that uses the database."""
    faults = run_checks(tags=["migrations"], include_deployment_checks=True)
    if faults:
        pytest.exit("\n".join(map(str, faults)), returncode=1)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Throttles count in the cache: no test inherits another one's requests."""
    cache.clear()


@pytest.fixture
def api() -> APIClient:
    """A client that nobody is signed in with."""
    return APIClient()


@pytest.fixture
def user(db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def signed_in(user: User) -> APIClient:
    """A client that `user` is signed in with."""
    client = APIClient()
    client.force_authenticate(user)
    return client
