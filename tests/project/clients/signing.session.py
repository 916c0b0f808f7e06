"""Signing in with a cookie, through the client that openapi-python-client has generated."""

from typing import Any

import httpx
from ceos_api_client import AuthenticatedClient
from ceos_api_client.api.auth import change_password, get_csrf_token, sign_in, sign_out
from ceos_api_client.models import ChangeRequest, Csrf, LoginRequest
from ceos_api_client.types import Response


class Signing:
    # The status of a changed password
    changed = 204

    def __init__(self, client: AuthenticatedClient, http: httpx.Client) -> None:
        self.client, self.http = client, http

    def prepare(self) -> None:
        """Do what comes before the first request that writes."""
        csrf = get_csrf_token.sync(client=self.client)
        assert isinstance(csrf, Csrf)
        self.http.headers["X-CSRFToken"] = csrf.csrf_token

    def sign_in(self, email: str, password: str) -> int:
        """Return the status; after a success, the requests that follow are the user's."""
        body = LoginRequest(email=email, password=password)
        response = sign_in.sync_detailed(client=self.client, body=body)
        self.prepare()
        return response.status_code

    def renew(self) -> None:
        """Do what a program does after some minutes."""
        self.prepare()

    def sign_out(self) -> int:
        return sign_out.sync_detailed(client=self.client).status_code

    def change_password(self, current_password: str, new_password: str) -> Response[Any]:
        """Stay signed in: this session goes on."""
        body = ChangeRequest(current_password, new_password)
        return change_password.sync_detailed(client=self.client, body=body)
