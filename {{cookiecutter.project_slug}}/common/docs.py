"""The pages and the file that document the API."""

import functools
from threading import Lock
from typing import Any

from django.conf import settings
from drf_spectacular import views
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

one_at_a_time = Lock()


@functools.cache
def make_schema() -> dict[str, Any]:
    """Return the OpenAPI schema; each process makes it once, for that takes a while."""
    return SchemaGenerator().get_schema(public=True)


class Documentation(APIView):
    """A view that can only be read, by everyone or by staff."""

    http_method_names = ["get", "head"]
    # Staff sign in at /admin/.
    authentication_classes = [SessionAuthentication]

    def get_permissions(self) -> list[BasePermission]:
        return [] if settings.PUBLIC_API_DOCS else [IsAdminUser()]


class SchemaView(Documentation, views.SpectacularJSONAPIView):
    @extend_schema(exclude=True)
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        # drf-spectacular fails when two threads make their first schemas at the same time.
        with one_at_a_time:
            return Response(make_schema())


class SwaggerView(Documentation, views.SpectacularSwaggerSplitView):
    """Its script comes from an address, as the Content-Security-Policy demands."""


class RedocView(Documentation, views.SpectacularRedocView):
    pass
