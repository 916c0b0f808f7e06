"""What an uploaded image must be before it is kept."""

from typing import Any

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from PIL import Image
from rest_framework import serializers

FORMATS = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp"}
MAX_MEGABYTES = 5
# While it is decoded an image takes up to 4 bytes a pixel: 80 MB of the server's 1 GB.
MAX_MEGAPIXELS = 20


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
