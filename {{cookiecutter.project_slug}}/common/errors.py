"""Every error of the API has one form: problem details for HTTP APIs, RFC 9457.

    {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "…",
     "request_id": "…", "errors": [{"field": "email", "code": "unique", "detail": "…"}]}

`errors` stands only where fields of the request are wrong; `request_id` finds the log lines.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.log import log_response
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as rest_framework_handler
from rest_framework.views import set_rollback

from common.database_errors import is_outage
from common.messages import DATABASE_UNREACHABLE, TITLES, WORDS_OF_LIBRARIES
from common.request_id import request_id

CONTENT_TYPE = "application/problem+json"
# What REST framework says of a status, which plain Django views say too
DETAILS = {
    error.status_code: error.default_detail
    for error in (
        exceptions.ParseError,
        exceptions.PermissionDenied,
        exceptions.NotFound,
        exceptions.APIException,
    )
}


def translate(sentence: str) -> str:
    """Return the project's own words for a sentence that a library has in English only."""
    for pattern, words in WORDS_OF_LIBRARIES.items():
        if match := re.fullmatch(pattern, sentence):
            return match.expand(words)
    return sentence


def problem(status: int, detail: str | None = None, **extensions: Any) -> dict[str, Any]:
    """Return the body of a problem; `extensions` become members beside RFC 9457's own."""
    title = TITLES.get(status) or TITLES[400 if status < 500 else 500]
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": translate(detail or str(DETAILS.get(status, title))),
        "request_id": request_id.get(),
        **extensions,
    }


def problem_response(status: int, detail: str | None = None, **extensions: Any) -> HttpResponse:
    """Return a problem as the response of a plain Django view."""
    body = problem(status, detail, **extensions)
    # Korean as it is, also for whoever reads the log of a health check
    plain = {"ensure_ascii": False}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params=plain)


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Turn REST framework's answer to an exception into a problem; None leaves it to Django."""
    if isinstance(exc, Http404):
        # Without its own words: get_object_or_404 names the model in them, in English.
        exc = exceptions.NotFound()
    response = rest_framework_handler(exc, context)
    if isinstance(exc, SuspiciousOperation | BadRequest):
        set_rollback()
        return bad_request(context["request"], exc)
    if response is None:
        return answer_in_debug_mode(exc, context["request"])
    if isinstance(exc, ValidationError):
        errors = list(field_errors(exc.get_full_details()))
        response.data = problem(400, gettext("Invalid input."), errors=errors)
    else:
        response.data = problem(response.status_code, str(response.data["detail"]))
    response.content_type = CONTENT_TYPE
    # Also where a view renders something else, such as HTML
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = CONTENT_TYPE
    return response


def answer_in_debug_mode(exc: Exception, request: Request) -> HttpResponse | None:
    """Answer a crash in the API's own form too where Django would show its page of details."""
    if not settings.DEBUG:
        return None
    set_rollback()
    response = server_error(request)
    # Django's function remembers that it has logged this response.
    log_response(
        *("%s: %s", response.reason_phrase, request.path),
        response=response,
        request=request,
        exception=exc,
    )
    return response


def field_errors(details: Any, path: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """Yield an entry of `errors` for each wrong value; a nested field is named like `tags.0`."""
    if is_leaf(details):
        yield {
            "field": ".".join(path) or api_settings.NON_FIELD_ERRORS_KEY,
            "code": details["code"],
            "detail": translate(str(details["message"])),
        }
    elif isinstance(details, dict):
        for name, value in details.items():
            yield from field_errors(value, (*path, str(name)))
    else:
        for index, value in enumerate(details):
            yield from field_errors(value, path if is_leaf(value) else (*path, str(index)))


@contextmanager
def errors_of_parameter(name: str) -> Iterator[None]:
    """Name this query parameter in a ValidationError that the block raises."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from error


def is_leaf(details: Any) -> bool:
    return isinstance(details, dict) and isinstance(details.get("message"), str)


# The views that config/urls.py names for errors outside of REST framework


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 413 for what is over a limit of the settings, DATA_UPLOAD_MAX_…, else 400."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return problem_response(413 if too_large else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem_response(403, reason)


@csrf_exempt
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, or 308 to the same address with the slash that every address ends in."""
    if not request.path_info.endswith("/"):
        with suppress(Resolver404):
            if resolve(f"{request.path_info}/").func is not not_found:
                address = request.get_full_path(force_append_slash=True)
                return redirect(address, permanent=True, preserve_request=True)
    return problem_response(404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 503 where the database is out of reach, else 500; with DEBUG it says what happened."""
    exception = sys.exception()
    detail = f"{type(exception).__name__}: {exception}" if settings.DEBUG and exception else None
    if not is_outage(exception):
        return problem_response(500, detail)
    response = problem_response(503, detail or DATABASE_UNREACHABLE)
    response["Retry-After"] = "5"
    return response
