"""What a user has who was extended with a phone number and an image, as docs/apps.md shows."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = pytest.mark.django_db


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (4, 4)).save(content, "PNG")
    return SimpleUploadedFile("me.png", content.getvalue(), "image/png")


def test_a_new_user_has_neither(signed_in: APIClient) -> None:
    me = signed_in.get("/api/auth/me/").json()
    assert (me["phone"], me["profile_image"]) == ("", None)


def test_a_phone_number_is_changed_as_json(signed_in: APIClient, user: User) -> None:
    assert signed_in.patch("/api/auth/me/", {"phone": "010-1234-5678"}).status_code == 200
    user.refresh_from_db()
    assert user.phone == "010-1234-5678"


def test_an_image_is_uploaded_and_removed(signed_in: APIClient, user: User) -> None:
    body = {"profile_image": picture()}
    response = signed_in.patch("/api/auth/me/", body, format="multipart")
    assert response.status_code == 200, response.json()
    assert "/profiles/" in response.json()["profile_image"]
    assert signed_in.patch("/api/auth/me/", {"profile_image": None}).status_code == 200
    user.refresh_from_db()
    assert not user.profile_image


def test_what_is_no_image_is_refused(signed_in: APIClient) -> None:
    body = {"profile_image": SimpleUploadedFile("me.png", b"text", "image/png")}
    assert signed_in.patch("/api/auth/me/", body, format="multipart").status_code == 400
