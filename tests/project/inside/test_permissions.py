from types import SimpleNamespace

import pytest
from rest_framework.test import APIRequestFactory

from accounts.models import User
from common.permissions import IsAuthorOrReadOnly

AUTHOR = User(pk=1)
SOMEONE_ELSE = User(pk=2)


@pytest.mark.parametrize(
    ("method", "user", "allowed"),
    [
        ("GET", SOMEONE_ELSE, True),
        ("HEAD", SOMEONE_ELSE, True),
        ("PATCH", AUTHOR, True),
        ("DELETE", AUTHOR, True),
        ("PATCH", SOMEONE_ELSE, False),
        ("DELETE", SOMEONE_ELSE, False),
    ],
)
def test_only_the_author_may_change_an_object(method: str, user: User, allowed: bool) -> None:
    request = APIRequestFactory().generic(method, "/")
    request.user = user
    item = SimpleNamespace(author_id=AUTHOR.pk)

    assert IsAuthorOrReadOnly().has_object_permission(request, None, item) is allowed
