from io import BytesIO
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


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
