"""Fields that models and serializers of every app can use."""

from io import BytesIO
from threading import Lock
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from PIL import Image, ImageOps
from rest_framework import serializers

from common.messages import IMAGE

# Of an uploaded image
FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_MEGABYTES = 5
# While it is worked on, an image takes some 10 bytes a pixel: 200 MB of the server's 1 GB.
MAX_MEGAPIXELS = 20
one_at_a_time = Lock()


class LowercaseEmailField(models.EmailField):
    """Stores and compares addresses in lower case: A@b.kr and a@B.KR are one account.

    The unique index itself then holds this, on every database, however requests race.
    """

    def to_python(self, value: Any) -> str | None:
        value = super().to_python(value)
        return value.lower() if value else value

    def get_prep_value(self, value: Any) -> str | None:
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class ImageField(serializers.ImageField):
    """An image that a browser can show: of a known format, whole, and of a bounded size."""

    default_error_messages = {**IMAGE}

    def to_internal_value(self, data: Any) -> File:
        """Return the picture alone: a photo's file also says where and when it was taken."""
        if getattr(data, "size", 0) > MAX_MEGABYTES * 1024 * 1024:
            self.fail("too_large", size=MAX_MEGABYTES)
        if isinstance(data, UploadedFile):
            # Only the content says what it is: a browser's canvas uploads a file named "blob".
            data.name = "image.png"
        file: Any = super().to_internal_value(data)
        if file.image.format not in FORMATS:
            self.fail("wrong_format")
        # Known from the header, before a bomb of a few kilobytes unfolds in memory.
        if file.image.width * file.image.height > MAX_MEGAPIXELS * 1_000_000:
            self.fail("too_many_pixels", size=MAX_MEGAPIXELS)
        try:
            with one_at_a_time, Image.open(file) as image:
                return ContentFile(encoded(image), f"image.{FORMATS[image.format or '']}")
        except Exception:  # Pillow's decoders raise many kinds for a damaged file.
            self.fail("broken")


def encoded(image: Image.Image) -> bytes:
    """Return an image as a file of its format with nothing but its pixels and their colours."""
    format = "JPEG" if image.format == "MPO" else image.format
    # Only decoding it to the end shows that an image is whole. EXIF says which side is up.
    ImageOps.exif_transpose(image, in_place=True)
    profile = image.info.get("icc_profile")
    image.info = {name: image.info[name] for name in ["transparency"] if name in image.info}
    content = BytesIO()
    image.save(content, format, quality=90, icc_profile=profile)
    return content.getvalue()
