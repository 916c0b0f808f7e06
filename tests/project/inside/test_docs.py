import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import include, path
from django.utils.html import escape
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from accounts.models import User
from accounts.serializers import UserSerializer


def test_schema_is_valid_and_without_warnings() -> None:
    output = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=output)
    assert "openapi: 3" in output.getvalue()


def test_schema_documents_problems_of_every_operation() -> None:
    schema = SchemaGenerator().get_schema(public=True)
    problem = {"$ref": "#/components/responses/Problem"}
    operations = [each for path in schema["paths"].values() for each in path.values()]
    assert operations
    assert all(operation["responses"]["default"] == problem for operation in operations)


def operations_of_the_schema() -> list[dict]:
    paths = SchemaGenerator().get_schema(public=True)["paths"].values()
    return [operation for path in paths for operation in path.values()]


def test_each_operation_has_a_summary_and_a_name_of_its_own() -> None:
    operations = operations_of_the_schema()
    assert all(operation["summary"] for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)


def test_each_operation_says_who_may_use_it() -> None:
    assert all(operation["security"] for operation in operations_of_the_schema())


def test_a_response_has_all_of_its_fields() -> None:
    schemas = SchemaGenerator().get_schema(public=True)["components"]["schemas"]
    assert "email" in schemas["User"]["required"]
    responses = [
        schema
        for name, schema in schemas.items()
        if name != "Problem" and not name.endswith("Request")
    ]
    assert [each for each in responses if set(each["required"]) != set(each["properties"])] == []


class Users(viewsets.ReadOnlyModelViewSet):
    queryset = User.objects.all()
    serializer_class = UserSerializer

    @extend_schema(auth=[])
    @action(detail=True, url_path="<int:year>", methods=["get"])
    def in_year(self, request: Request, pk: str, year: int) -> Response:
        """Say what this user did in a year."""

    @action(detail=False, methods=["get"], url_path="by-name")
    def by_name(self, request: Request) -> Response:
        """List users by name."""


def test_odd_routes_of_a_team_have_names() -> None:
    router = SimpleRouter(use_regex_path=False)
    router.register("", Users, basename="root")
    router.register("people", Users, basename="people")
    patterns = [path("api/", include(router.urls))]
    paths = SchemaGenerator(patterns=patterns).get_schema(public=True)["paths"]
    assert {address: each["get"]["operationId"] for address, each in paths.items()} == {
        "/api/": "list",
        "/api/{id}/": "get",
        "/api/{id}/{year}/": "in_year",
        "/api/by-name/": "by_name_by_name",
        "/api/people/": "list_people",
        "/api/people/{id}/": "get_people",
        "/api/people/{id}/{year}/": "in_year_people",
        "/api/people/by-name/": "by_name_people",
    }


def test_home_leads_to_the_docs(client: Client) -> None:
    assert client.get("/")["Location"] == "/api/docs/"


def test_schema_is_served(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 200


@pytest.mark.parametrize("name", ["docs", "redoc"])
def test_docs_show_the_title(client: Client, name: str) -> None:
    assert (
        f"<title>{escape(settings.SPECTACULAR_SETTINGS['TITLE'])}</title>"
        in client.get(f"/api/{name}/").text
    )


@pytest.mark.parametrize("name", ["docs", "redoc"])
def test_docs_need_no_other_site(client: Client, name: str) -> None:
    page = client.get(f"/api/{name}/").text
    addresses = re.findall(r"""<(?:script|link)[^>]+(?:src|href)=["']([^"']+)""", page)
    assert addresses
    assert [address for address in addresses if not re.match("/[^/]", address)] == []


@pytest.mark.parametrize("name", ["docs", "redoc", "schema"])
@pytest.mark.django_db
def test_docs_may_be_for_staff_alone(
    client: Client, admin_client: Client, settings: object, name: str
) -> None:
    settings.PUBLIC_API_DOCS = False
    assert client.get(f"/api/{name}/").status_code == 403
    assert admin_client.get(f"/api/{name}/").status_code == 200


@pytest.mark.parametrize("address", ["/api/docs/", "/api/redoc/", "/admin/login/", "/api/nothing/"])
def test_pages_may_load_nothing_from_elsewhere(client: Client, address: str) -> None:
    policy = client.get(address)["Content-Security-Policy"]
    assert "default-src 'self';" in policy
    assert "script-src" not in policy
