"""What an uploaded image must be, on the example app."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from posts.factories import PostFactory
from posts.models import Post
from posts.tests.test_images import files_in, picture, post, upload, uploads

pytestmark = pytest.mark.django_db


def photo_of_two_frames() -> bytes:
    """Return what some phones write: a JPEG with a preview behind it."""
    file = BytesIO()
    frame = Image.new("RGB", (40, 30), "green")
    frame.save(file, "MPO", save_all=True, append_images=[frame])
    return file.getvalue()


def picture_that_claims(width: int, height: int) -> bytes:
    """Return a small PNG whose header promises a size that would not fit into memory."""
    content = picture()
    header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
    return content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (picture("PNG"), ".png"),
        (picture("JPEG"), ".jpg"),
        (picture("WEBP"), ".webp"),
        (photo_of_two_frames(), ".jpg"),
    ],
    ids=["PNG", "JPEG", "WebP", "phone"],
)
def test_image_is_stored_whole_under_the_suffix_of_its_kind(
    signed_in: APIClient, post: Post, uploads: Path, content: bytes, suffix: str
) -> None:
    assert upload(signed_in, post, content, "me.GIF").status_code == 200
    [file] = files_in(uploads)
    assert file.suffix == suffix
    assert (uploads / file).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (picture() + bytes(5 * 1024 * 1024), "too_large"),
        (b"<html><script>alert(1)</script></html>", "invalid_image"),
        (b"", "empty"),
        (picture("JPEG", (400, 300))[:-400], "broken"),
        (picture("PNG", (400, 300))[:-40], "invalid_image"),
        (picture("WEBP", (400, 300))[:-40], "invalid_image"),
        (picture("GIF"), "wrong_format"),
        (picture("BMP"), "wrong_format"),
        (picture("PNG", (5000, 4001)), "too_many_pixels"),
        (picture_that_claims(60_000, 60_000), "invalid_image"),
    ],
    ids=[
        "over 5 MB",
        "HTML named .png",
        "empty",
        "cut JPEG",
        "cut PNG",
        "cut WebP",
        "GIF",
        "BMP",
        "over 20 megapixels",
        "3600 megapixels",
    ],
)
def test_other_file_is_refused_and_not_stored(
    signed_in: APIClient, post: Post, uploads: Path, content: bytes, code: str
) -> None:
    response = upload(signed_in, post, content)
    assert response.status_code == 400
    assert [(each["field"], each["code"]) for each in response.json()["errors"]] == [
        ("image", code)
    ]
    assert files_in(uploads) == []


def test_what_is_no_file_is_refused(signed_in: APIClient, post: Post) -> None:
    assert signed_in.patch(f"/api/posts/{post.pk}/", {"image": "me.png"}).status_code == 400


def test_name_of_the_upload_is_forgotten(signed_in: APIClient, post: Post, uploads: Path) -> None:
    upload(signed_in, post, picture(), "../../settings.png")
    [file] = files_in(uploads)
    assert file.parent == Path("posts")
    assert "settings" not in file.name


def test_equal_uploads_have_different_names(
    signed_in: APIClient, user: User, uploads: Path
) -> None:
    for own in PostFactory.create_batch(2, author=user):
        upload(signed_in, own, picture())
    assert len(files_in(uploads)) == 2


def test_image_can_be_taken_away(
    signed_in: APIClient,
    post: Post,
    uploads: Path,
    django_capture_on_commit_callbacks: object,
) -> None:
    upload(signed_in, post, picture())
    with django_capture_on_commit_callbacks(execute=True):
        response = signed_in.patch(f"/api/posts/{post.pk}/", {"image": None})
    assert response.json()["image"] is None
    assert files_in(uploads) == []


def test_image_goes_with_its_post(
    signed_in: APIClient,
    post: Post,
    uploads: Path,
    django_capture_on_commit_callbacks: object,
) -> None:
    upload(signed_in, post, picture())
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.delete(f"/api/posts/{post.pk}/")
    assert files_in(uploads) == []
