"""Signing in with tokens, through the client that openapi-python-client has generated."""

import httpx
from ceos_api_client import AuthenticatedClient
from ceos_api_client.api.auth import change_password, obtain_token, refresh_token, sign_out
from ceos_api_client.models import (
    ChangeRequest,
    Problem,
    Refresh,
    RefreshRequest,
    SignIn,
    SignInRequest,
    TokenPair,
)
from ceos_api_client.types import Response


class Signing:
    # The status of a changed password
    changed = 200

    def __init__(self, client: AuthenticatedClient, http: httpx.Client) -> None:
        self.client, self.http = client, http
        self.refresh = ""

    def keep(self, tokens: object) -> None:
        assert isinstance(tokens, SignIn | Refresh | TokenPair)
        self.http.headers["Authorization"] = f"Bearer {tokens.access}"
        self.refresh = tokens.refresh

    def prepare(self) -> None:
        """Do what comes before the first request that writes."""

    def sign_in(self, email: str, password: str) -> int:
        """Return the status; after a success, the requests that follow are the user's."""
        body = SignInRequest(email=email, password=password)
        response = obtain_token.sync_detailed(client=self.client, body=body)
        if response.status_code == 200:
            self.keep(response.parsed)
        return response.status_code

    def renew(self) -> None:
        """Do what a program does after some minutes."""
        self.keep(refresh_token.sync(client=self.client, body=RefreshRequest(self.refresh)))

    def sign_out(self) -> int:
        return sign_out.sync_detailed(client=self.client).status_code

    def change_password(
        self, current_password: str, new_password: str
    ) -> Response[TokenPair | Problem]:
        """Stay signed in, with new tokens."""
        body = ChangeRequest(current_password, new_password)
        response = change_password.sync_detailed(client=self.client, body=body)
        if response.status_code == 200:
            self.keep(response.parsed)
        return response
