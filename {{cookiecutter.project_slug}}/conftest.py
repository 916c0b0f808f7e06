import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User


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
