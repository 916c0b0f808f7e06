from io import BytesIO
from typing import Any

from rest_framework import parsers, serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType


class JSONParser(parsers.JSONParser):
    """REST framework's, within bounds: DATA_UPLOAD_MAX_MEMORY_SIZE, and Python's recursion limit.

    The response to a larger body is 413, to one that is nested deeper 400.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        # Django checks its length.
        body = BytesIO(parser_context["request"].body)
        try:
            return super().parse(body, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error


# A form cannot hold these: `["x", "y"]` would arrive as one text.
STRUCTURES = (
    serializers.ListField,
    serializers.DictField,
    serializers.JSONField,
    serializers.BaseSerializer,
)


class MultiPartParser(parsers.MultiPartParser):
    """REST framework's, but a serializer with lists or objects and no file refuses it with 415."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        view = parser_context["view"]
        if hasattr(view, "get_serializer"):
            serializer = view.get_serializer()
            has_structures = any(isinstance(each, STRUCTURES) for each in written_by(serializer))
            if has_structures and not takes_files(serializer):
                raise UnsupportedMediaType(media_type)
        return super().parse(stream, media_type, parser_context)


def takes_files(serializer: Any) -> bool:
    """Return whether one of the fields that can be written is a file, or a list of files."""
    fields = written_by(serializer)
    return any(isinstance(getattr(each, "child", each), serializers.FileField) for each in fields)


def written_by(serializer: Any) -> list[serializers.Field]:
    """Return the fields of a serializer, or of one for lists, that a request can write."""
    fields = getattr(getattr(serializer, "child", serializer), "fields", {})
    return [field for field in fields.values() if not field.read_only]
