import pytest
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User


@pytest.mark.parametrize("token", ["", "nonsense"])
def test_signing_out_without_a_good_refresh_token_names_the_field(
    api: APIClient, user: User, token: str
) -> None:
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {RefreshToken.for_user(user).access_token}")
    response = api.post("/api/auth/logout/", {"refresh": token})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["refresh"]
