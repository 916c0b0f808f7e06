from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from posts.factories import PostFactory
from posts.models import Post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings: object, tmp_path: Path) -> Path:
    """The folder where uploads are kept during a test."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    return tmp_path


@pytest.fixture
def post(user: User) -> Post:
    return PostFactory(author=user)


def files_in(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), color: str = "green") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


def upload(client: APIClient, post: Post, content: bytes, name: str = "me.png") -> Response:
    file = SimpleUploadedFile(name, content, content_type="image/png")
    return client.patch(f"/api/posts/{post.pk}/", {"image": file}, format="multipart")


def test_new_post_may_bring_an_image(signed_in: APIClient, uploads: Path) -> None:
    file = SimpleUploadedFile("me.png", picture())
    draft = {"title": "제목", "body": "…", "tags": ["a", "b"], "image": file}
    created = signed_in.post("/api/posts/", draft, format="multipart").json()
    assert created["tags"] == ["a", "b"]
    assert created["image"].endswith(files_in(uploads)[0].name)


def test_post_shows_the_address_of_its_image(signed_in: APIClient, post: Post) -> None:
    address = upload(signed_in, post, picture()).json()["image"]
    assert address.startswith("http://testserver/media/posts/")


def test_post_without_an_image_says_so(api: APIClient, post: Post) -> None:
    assert api.get(f"/api/posts/{post.pk}/").json()["image"] is None


def test_image_is_not_stored_when_another_field_is_wrong(
    signed_in: APIClient, uploads: Path
) -> None:
    file = SimpleUploadedFile("me.png", picture())
    response = signed_in.post("/api/posts/", {"title": "", "image": file}, format="multipart")
    assert response.status_code == 400
    assert files_in(uploads) == []


def test_image_of_another_users_post_cannot_be_changed(signed_in: APIClient, uploads: Path) -> None:
    assert upload(signed_in, PostFactory(), picture()).status_code == 403
    assert files_in(uploads) == []


def test_replaced_image_is_removed(
    signed_in: APIClient,
    post: Post,
    uploads: Path,
    django_capture_on_commit_callbacks: object,
) -> None:
    upload(signed_in, post, picture(color="green"))
    with django_capture_on_commit_callbacks(execute=True):
        upload(signed_in, post, picture(color="blue"))
    [file] = files_in(uploads)
    assert (uploads / file).read_bytes() == picture(color="blue")
