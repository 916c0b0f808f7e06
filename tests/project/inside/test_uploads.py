"""Files arrive in a form without a word in the view; what has no file takes JSON alone."""

import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings
from rest_framework import generics, serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts.models import User
from config import urls
from config.urls import handler400, handler403, handler404, handler500  # noqa: F401
from template_tests.test_errors import assert_problem


class FileSerializer(serializers.Serializer):
    name = serializers.CharField()
    file = serializers.FileField(write_only=True)


class FilesSerializer(serializers.Serializer):
    name = serializers.CharField()
    files = serializers.ListField(child=serializers.FileField(), write_only=True)


class FlatSerializer(serializers.Serializer):
    name = serializers.CharField()
    picture = serializers.ImageField(read_only=True)


class ListSerializer(FlatSerializer):
    tags = serializers.ListField(child=serializers.CharField(), write_only=True)


class NestedSerializer(FlatSerializer):
    inner = FlatSerializer(write_only=True)


class BrokenSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["nickname"]


class Echo(generics.CreateAPIView):
    permission_classes = [AllowAny]

    def perform_create(self, serializer: serializers.BaseSerializer) -> None:
        pass


class Plain(APIView):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        return Response({"name": request.FILES["file"].name})


class ByAction(viewsets.ModelViewSet):
    queryset = User.objects.all()
    permission_classes = [AllowAny]

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return FileSerializer if self.action == "create" else ListSerializer

    def perform_create(self, serializer: serializers.BaseSerializer) -> None:
        pass


router = SimpleRouter()
router.register("actions", ByAction)

urlpatterns = [
    path("api/file/", Echo.as_view(serializer_class=FileSerializer)),
    path("api/files/", Echo.as_view(serializer_class=FilesSerializer)),
    path("api/flat/", Echo.as_view(serializer_class=FlatSerializer)),
    path("api/list/", Echo.as_view(serializer_class=ListSerializer)),
    path("api/nested/", Echo.as_view(serializer_class=NestedSerializer)),
    path("api/broken/", Echo.as_view(serializer_class=BrokenSerializer)),
    path("api/plain/", Plain.as_view()),
    path("api/", include(router.urls)),
    *urls.urlpatterns,
]


@pytest.fixture(autouse=True)
def _urls(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__


def form(name: str) -> dict[str, object]:
    return {"name": "x", name: SimpleUploadedFile("a.txt", b"content")}


@pytest.mark.parametrize(
    ("address", "field"),
    [("file", "file"), ("files", "files"), ("plain", "file"), ("actions", "file")],
)
def test_a_file_arrives(api: APIClient, address: str, field: str) -> None:
    response = api.post(f"/api/{address}/", form(field), format="multipart")
    assert response.status_code in (200, 201), response.content
    assert response.json()["name"]


def test_json_goes_on_to_work_there(api: APIClient) -> None:
    assert_problem(api.post("/api/file/", {"name": "x"}), 400)


@pytest.mark.parametrize("address", ["list", "nested"])
def test_a_list_or_an_object_takes_no_form(api: APIClient, address: str) -> None:
    body = form("picture") | {"tags": '["x", "y"]', "inner": "{}"}
    assert_problem(api.post(f"/api/{address}/", body, format="multipart"), 415)


def test_it_depends_on_the_action(api: APIClient, user: User) -> None:
    assert_problem(api.put(f"/api/actions/{user.pk}/", form("file"), format="multipart"), 415)


def test_django_s_own_client_sends_forms_where_there_is_no_list(client: Client) -> None:
    assert client.post("/api/flat/", {"name": "x"}).json()["name"] == "x"


def test_the_schema_has_one_type_for_each_body(capsys: pytest.CaptureFixture) -> None:
    paths = SchemaGenerator(urlconf=sys.modules[__name__]).get_schema(public=True)["paths"]
    kinds = {
        address: list(operation["requestBody"]["content"])
        for address, operations in paths.items()
        for method, operation in operations.items()
        if method in ("post", "put") and "requestBody" in operation
    }
    form = ["multipart/form-data"]
    assert kinds["/api/file/"] == kinds["/api/files/"] == form
    assert kinds["/api/flat/"] == kinds["/api/actions/{id}/"] == ["application/json"]
    # What fails is left out, and does not take the rest along.
    assert "/api/broken/" not in paths
    assert "nickname" in capsys.readouterr().err
    assert paths["/api/actions/"]["post"]["requestBody"]["content"].keys() == {
        "multipart/form-data"
    }
    assert all(len(types) == 1 for types in kinds.values())
