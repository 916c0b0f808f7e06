import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.html import escape
from drf_spectacular.generators import SchemaGenerator


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
    assert [address for address in addresses if not address.startswith("/static/")] == []
