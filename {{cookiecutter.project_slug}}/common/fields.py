"""Fields that models and serializers of every app can use."""

from typing import Any

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from PIL import Image
from rest_framework import serializers

# Of an uploaded image
FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_MEGABYTES = 5
# While it is decoded an image takes up to 4 bytes a pixel: 80 MB of the server's 1 GB.
MAX_MEGAPIXELS = 20


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

    default_error_messages = {
        # {% if cookiecutter.docs_language == "ko" %}
        "too_large": "{size}MB 이하의 이미지만 올릴 수 있습니다.",
        "too_many_pixels": "{size}메가픽셀 이하의 이미지만 올릴 수 있습니다.",
        "wrong_format": "JPEG, PNG, WebP 이미지만 올릴 수 있습니다.",
        "broken": "이미지 파일이 손상되었습니다. 다른 파일을 올려 주세요.",
        # {% else %}
        "too_large": "The image is larger than {size} MB.",
        "too_many_pixels": "The image has more than {size} megapixels.",
        "wrong_format": "Upload a JPEG, PNG or WebP image.",
        "broken": "The image file is damaged; try another one.",
        # {% endif %}
    }

    def to_internal_value(self, data: Any) -> File:
        """Return the upload, named after what it is and not after what it claims to be."""
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
            # Only decoding it to the end shows that an image is whole.
            with Image.open(file) as image:
                image.load()
        except Exception:  # Pillow's decoders raise many kinds for a damaged file.
            self.fail("broken")
        finally:
            file.seek(0)
        file.name = f"image.{FORMATS[file.image.format]}"
        return file
