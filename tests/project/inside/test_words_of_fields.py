"""What is wrong with a value is said in the project's language, for every type of field."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import path
from PIL import Image
from rest_framework import permissions, serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from common.fields import MAX_MEGABYTES, ImageField
from common.parsers import JSONParser
from template_tests.words import foreign_texts


class Everything(serializers.Serializer):
    """Fields of each type that REST framework has, and of this project."""

    boolean = serializers.BooleanField()
    text = serializers.CharField(max_length=3)
    long_text = serializers.CharField(min_length=3)
    blank = serializers.CharField()
    null = serializers.CharField()
    missing = serializers.CharField()
    nul = serializers.CharField()
    email = serializers.EmailField()
    pattern = serializers.RegexField("^x$")
    slug = serializers.SlugField()
    url = serializers.URLField()
    uuid = serializers.UUIDField()
    ip = serializers.IPAddressField()
    integer = serializers.IntegerField()
    large = serializers.IntegerField(max_value=1)
    small = serializers.FloatField(min_value=3)
    number = serializers.FloatField()
    decimal = serializers.DecimalField(max_digits=3, decimal_places=1)
    moment = serializers.DateTimeField()
    date = serializers.DateField()
    time = serializers.TimeField()
    duration = serializers.DurationField()
    choice = serializers.ChoiceField(["a"])
    choices = serializers.MultipleChoiceField(choices=["a"])
    file = serializers.FileField()
    image = ImageField()
    list = serializers.ListField(child=serializers.IntegerField(), max_length=1)
    dictionary = serializers.DictField()
    json = serializers.JSONField(binary=True)
    user = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())
    user_type = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())
    by_email = serializers.SlugRelatedField("email", queryset=User.objects.all())
    nested = serializers.DictField(child=serializers.IntegerField())


WRONG = {
    "boolean": "perhaps",
    "text": "12345",
    "long_text": "1",
    "blank": "",
    "null": None,
    "nul": "a\0b",
    "email": "x",
    "pattern": "y",
    "slug": "a b",
    "url": "x",
    "uuid": "x",
    "ip": "x",
    "integer": "x",
    "large": 7,
    "small": 1,
    "number": "x",
    "decimal": "123.45",
    "moment": "x",
    "date": "x",
    "time": "x",
    "duration": "x",
    "choice": "b",
    "choices": ["b"],
    "file": "x",
    "image": "x",
    "list": [1, 2],
    "dictionary": [],
    "json": "{",
    "user": 987654,
    "user_type": "x",
    "by_email": "x@example.com",
    "nested": {"a": "b"},
}


@api_view(["POST"])
@parser_classes([JSONParser, MultiPartParser])
@permission_classes([permissions.AllowAny])
def everything(request: Request) -> Response:
    serializer = Everything(data=request.data)
    serializer.is_valid(raise_exception=True)
    return Response()


urlpatterns = [path("api/everything/", everything)]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def test_every_field_with_a_wrong_value(api: APIClient) -> None:
    response = api.post("/api/everything/", WRONG)
    assert foreign_texts(response, 400) == []
    assert {error["field"].split(".")[0] for error in response.json()["errors"]} == {
        *Everything().fields
    }


def image(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    content = BytesIO()
    Image.new("RGB", size).save(content, kind)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        image("GIF"),
        image("PNG")[:-20],
        image("PNG", (6_000, 4_000)),
        b"x" * (MAX_MEGABYTES * 1024 * 1024 + 1),
    ],
    ids=["empty", "text", "gif", "cut", "pixels", "bytes"],
)
def test_an_image_that_is_refused(api: APIClient, content: bytes) -> None:
    body = {"image": SimpleUploadedFile("a.png", content, "image/png")}
    response = api.post("/api/everything/", body, format="multipart")
    assert "image" in [error["field"] for error in response.json()["errors"]]
    assert foreign_texts(response, 400) == []
