"""What an uploaded image must be, on the example app."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import User
from posts.factories import PostFactory
from posts.models import Post
from posts.tests.test_posts import own_post, picture

pytestmark = pytest.mark.django_db
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}


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


def files_in(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


def upload(client: APIClient, post: Post, content: bytes, name: str = "me.png") -> Response:
    file = SimpleUploadedFile(name, content, content_type="image/png")
    return client.put(f"/api/posts/{post.pk}/image/", {"image": file}, format="multipart")


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
    signed_in: APIClient, own_post: Post, uploads: Path, content: bytes, suffix: str
) -> None:
    assert upload(signed_in, own_post, content, "me.GIF").status_code == 200
    [file] = files_in(uploads)
    assert file.suffix == suffix
    with Image.open(uploads / file) as image:
        assert (image.size, image.format) == ((40, 30), FORMATS[suffix])
        assert image.convert("RGB").getpixel((20, 15)) == pytest.approx((0, 128, 0), abs=4)


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
    signed_in: APIClient, own_post: Post, uploads: Path, content: bytes, code: str
) -> None:
    response = upload(signed_in, own_post, content)
    assert response.status_code == 400
    assert [(each["field"], each["code"]) for each in response.json()["errors"]] == [
        ("image", code)
    ]
    assert files_in(uploads) == []


@pytest.mark.parametrize("body", [{"image": "me.png"}, {"image": ""}, {}])
def test_what_is_no_file_is_refused(signed_in: APIClient, own_post: Post, body: dict) -> None:
    address = f"/api/posts/{own_post.pk}/image/"
    assert signed_in.put(address, body, format="multipart").status_code == 400


def test_an_image_comes_by_its_own_address_alone(signed_in: APIClient, own_post: Post) -> None:
    file = SimpleUploadedFile("me.png", picture())
    form = {"title": "제목", "body": "…", "image": file}
    assert signed_in.post("/api/posts/", form, format="multipart").status_code == 415
    address = f"/api/posts/{own_post.pk}/image/"
    assert signed_in.put(address, {"image": "x"}, format="json").status_code == 415


def test_name_of_the_upload_is_forgotten(
    signed_in: APIClient, own_post: Post, uploads: Path
) -> None:
    upload(signed_in, own_post, picture(), "../../settings.png")
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
    own_post: Post,
    uploads: Path,
    django_capture_on_commit_callbacks: object,
) -> None:
    upload(signed_in, own_post, picture())
    with django_capture_on_commit_callbacks(execute=True):
        response = signed_in.delete(f"/api/posts/{own_post.pk}/image/")
    assert response.status_code == 204
    assert signed_in.get(f"/api/posts/{own_post.pk}/").json()["image"] is None
    assert files_in(uploads) == []


def test_image_goes_with_its_post(
    signed_in: APIClient,
    own_post: Post,
    uploads: Path,
    django_capture_on_commit_callbacks: object,
) -> None:
    upload(signed_in, own_post, picture())
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.delete(f"/api/posts/{own_post.pk}/")
    assert files_in(uploads) == []


def test_post_without_an_image_says_so(api: APIClient, own_post: Post) -> None:
    assert api.get(f"/api/posts/{own_post.pk}/").json()["image"] is None


def test_image_of_another_users_post_cannot_be_changed(signed_in: APIClient, uploads: Path) -> None:
    assert upload(signed_in, PostFactory(), picture()).status_code == 403
    assert files_in(uploads) == []


def test_replaced_image_is_removed(
    signed_in: APIClient,
    own_post: Post,
    uploads: Path,
    django_capture_on_commit_callbacks: object,
) -> None:
    upload(signed_in, own_post, picture(color="green"))
    with django_capture_on_commit_callbacks(execute=True):
        upload(signed_in, own_post, picture(color="blue"))
    [file] = files_in(uploads)
    with Image.open(uploads / file) as image:
        assert image.convert("RGB").getpixel((0, 0)) == (0, 0, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "MPO"])
def test_an_image_keeps_nothing_of_what_its_file_says(
    signed_in: APIClient, own_post: Post, uploads: Path, kind: str
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    exif.get_ifd(0x8825)[2] = (37.0, 33.0, 58.0)
    text = PngInfo()
    text.add_itxt("Comment", "SECRET place")
    file = BytesIO()
    Image.new("RGB", (40, 30), "green").save(
        file,
        kind,
        exif=exif,
        xmp=b"<x:xmpmeta>SECRET</x:xmpmeta>",
        comment=b"SECRET words",
        pnginfo=text,
        icc_profile=PROFILE,
    )
    assert b"SECRET" in file.getvalue()
    assert upload(signed_in, own_post, file.getvalue() + b"SECRET trailer").status_code == 200
    [name] = files_in(uploads)
    assert b"SECRET" not in (uploads / name).read_bytes()
    with Image.open(uploads / name) as image:
        assert not image.getexif()
        assert image.info["icc_profile"] == PROFILE


def test_a_photo_that_was_taken_upright_stays_upright(
    signed_in: APIClient, own_post: Post, uploads: Path
) -> None:
    exif, file = Image.Exif(), BytesIO()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30), "green").save(file, "JPEG", exif=exif)
    upload(signed_in, own_post, file.getvalue())
    with Image.open(uploads / files_in(uploads)[0]) as image:
        assert image.size == (30, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pixels_of_every_kind_are_kept(
    signed_in: APIClient, own_post: Post, uploads: Path, mode: str
) -> None:
    file = BytesIO()
    Image.new(mode, (40, 30)).save(file, "PNG")
    assert upload(signed_in, own_post, file.getvalue()).status_code == 200
    with Image.open(uploads / files_in(uploads)[0]) as image:
        assert (image.mode, image.size) == (mode, (40, 30))
