"""What schemathesis loads in `project/test_server.py`: what requests mean beyond their schema.

All of its checks run, on all operations. A finding is dropped only where the request itself shows
one of the facts below, which OpenAPI cannot state, or which no front end is better off knowing.
"""

from __future__ import annotations

import json
import os

import jsonschema_rs
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData


def is_unusable(code: str, field: str, value: object) -> bool:
    """Return whether a problem names a value that fits its schema, but cannot be used."""
    text = str(value)
    match code:
        # Databases have no such text, and blanks around a text are removed.
        case "null_characters_not_allowed":
            return "\0" in text
        case "blank":
            return not text.strip()
        # An address that has an account; a text of the right form that is nobody's token
        case "unique":
            return field == "email"
        case "token_not_valid":
            return field == "refresh"
        case "dead_link":
            return field == "token"
        # Not the password of the user who is signed in
        case "wrong_password":
            return field in ("current_password", "password")
        # A file that is no picture, or one of another format
        case "invalid_image" | "wrong_format" | "empty":
            return field == "image"
        # More than five words
        case "max_length":
            words = text.replace(",", " ").split()
            return field == "search" and len(text) <= 100 and len(words) > 5
    # A password that is easy to guess: AUTH_PASSWORD_VALIDATORS
    return field in ("password", "new_password") and code == "invalid"


def value_at(value: object, path: str) -> object:
    """Return what the `field` of a problem, such as `tags.0`, names in a request."""
    for name in path.split("."):
        try:
            value = value[int(name) if isinstance(value, list) else name]  # type: ignore[index]
        except (IndexError, KeyError, TypeError, ValueError):
            return None
    return value


def as_read(value: object) -> object:
    """Return a JSON body as REST framework reads texts: numbers too, without blanks around."""
    if isinstance(value, dict):
        return {name: as_read(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_read(each) for each in value]
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).strip() if is_text else value


def is_valid_as_read(case: schemathesis.Case) -> bool:
    """Return whether a request fits its schema once it is read."""
    document = case.operation.schema.raw_schema
    operation = document["paths"][case.path][case.method.lower()]
    if isinstance(case.body, dict):
        schema = operation["requestBody"]["content"][case.media_type]["schema"]
        components = {"components": document["components"]}
        return jsonschema_rs.is_valid({**schema, **components}, as_read(case.body))
    # An empty parameter, as forms send it, counts as none.
    schemas = {each["name"]: each["schema"] for each in operation.get("parameters", [])}
    sent = [(schemas[name], value) for name, value in case.query.items() if name in schemas]
    empty = [pair for pair in sent if is_empty(pair[1])]
    return bool(empty) and all(jsonschema_rs.is_valid(*pair) for pair in sent if pair not in empty)


def is_empty(value: object) -> bool:
    """Return whether nothing is sent as a parameter's value, or nothing several times."""
    return value in ("", {}) or (isinstance(value, list) and all(is_empty(each) for each in value))


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext,
    failure: Exception,
    case: schemathesis.Case,
    response: schemathesis.Response,
) -> bool:
    """Return whether to report a finding."""
    if isinstance(failure, RejectedPositiveData):
        sent = {**case.query, **(case.body if isinstance(case.body, dict) else {})}
        errors = json.loads(response.content).get("errors", [])
        return not errors or not all(
            is_unusable(error["code"], error["field"], value_at(sent, error["field"]))
            for error in errors
        )
    return not (isinstance(failure, AcceptedNegativeData) and is_valid_as_read(case))


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict) -> None:
    """Send the cookie that belongs to the header `X-CSRFToken`, as browsers do by themselves."""
    if cookie := os.environ.get("FUZZ_CSRF_COOKIE"):
        case.cookies = {**case.cookies, "csrftoken": cookie}
