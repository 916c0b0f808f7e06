"""Session cookies for the API."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """REST framework's, but CSRF is checked before sign-in too, and the answer is 401, not 403."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        self.enforce_csrf(request)
        user = getattr(request._request, "user", None)
        return (user, None) if user and user.is_active else None

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = ["session", "csrf"]

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """Return what a request needs: to read, no CSRF token."""
        return {name: [] for name in self.name[: 1 if auto_schema.method == "GET" else 2]}

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
            {"type": "apiKey", "in": "header", "name": "X-CSRFToken"},
        ]
