"""What the OpenAPI schema says beyond what drf-spectacular finds out.

Front ends generate their clients from it, so operations have the names that a person would give
them: `list_posts`, `create_post`, `get_post`, `replace_post`, `update_post`, `like_post`.
"""

import re
from typing import Any

from django.utils.text import camel_case_to_spaces
from drf_spectacular import openapi
from drf_spectacular.drainage import error

from common.errors import CONTENT_TYPE
from common.messages import NO_CONTENT, PROBLEM, SUMMARIES
from common.parsers import takes_files

# What the actions of a ModelViewSet are called
VERBS = {
    "list": "list",
    "create": "create",
    "retrieve": "get",
    "update": "replace",
    "partial_update": "update",
    "destroy": "delete",
}


class AutoSchema(openapi.AutoSchema):
    """drf-spectacular's, with names and texts of a view set's actions, and a security for each.

    The first line of a docstring is an operation's summary, the rest its description; the actions
    of a ModelViewSet have a summary that names the model, and the view's docstring to describe it.
    """

    @property
    def action(self) -> str:
        """The name of a view set's action; other views have none."""
        return getattr(self.view, "action", None) or ""

    @property
    def model(self) -> Any:
        return getattr(getattr(self.view, "queryset", None), "model", None)

    def get_operation_id(self) -> str:
        """Return the action's verb and the words of the path, such as `create_posts_comment`."""
        if not self.action or not self.model:
            return super().get_operation_id()
        path = re.sub(self.path_prefix, "", self.path).replace("-", "_")
        words = [word for word in path.split("/") if word and "{" not in word]
        if self.action not in VERBS and len(words) > 1:
            words.pop()
        name = camel_case_to_spaces(self.model.__name__).replace(" ", "_")
        # /posts/ is named after its model, Post.
        one = self.action == "create" or getattr(self.view, "detail", False)
        if one and words and words[-1].startswith(name[:-1]):
            words[-1] = name
        return "_".join([VERBS.get(self.action, self.action), *words])

    def get_summary(self) -> str:
        if self.action in VERBS and self.model:
            names = self.model._meta
            return SUMMARIES[self.action].format(
                name=names.verbose_name, plural=names.verbose_name_plural
            )
        return super().get_description().partition("\n")[0].rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]
        text = super().get_description()
        return text if self.action in VERBS and self.model else text.partition("\n")[2].strip()

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        """Return the operation; that of a DELETE has a body where @extend_schema names one.

        A view that fails, as with a field that its model does not have, is left out with an error.
        """
        try:
            operation = super().get_operation(*args)
        except Exception as failure:
            error(f"{failure} This operation is left out.")
            return None
        if operation and self.method == "DELETE":
            serializer = self.get_request_serializer()
            # A class: without @extend_schema it is the view's own, an object.
            if isinstance(serializer, type):
                schema = self.resolve_serializer(serializer, "request").ref
                content = {"application/json": {"schema": schema}}
                operation["requestBody"] = {"content": content, "required": True}
        return operation

    def map_parsers(self) -> list[Any]:
        """Return one body type: a form where a file is uploaded, otherwise JSON."""
        types = super().map_parsers()
        serializer = self.get_request_serializer()
        if isinstance(serializer, type):
            serializer = serializer()
        only = "multipart/form-data" if takes_files(serializer) else "application/json"
        return [only] if only in types else types

    def get_auth(self) -> list[dict[str, Any]]:
        # {} says that nobody has to sign in …
        auth = super().get_auth() or [{}]
        # … but not that nobody has to send a CSRF token, where that is how users sign in.
        token: dict[str, Any] = {"csrf": []} if any("csrf" in each for each in auth) else {}
        return [each or token for each in auth]


TEXT = {"type": "string"}
PROBLEM_SCHEMA = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "request_id": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": TEXT, "code": TEXT, "detail": TEXT},
                "required": ["field", "code", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}


def complete_schema(result: dict, generator: Any, request: Any, public: bool) -> dict:
    """Document the problems of every operation, and that responses have all of their fields.

    A hook of drf-spectacular's: takes the whole schema and returns it.
    """
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        # A field may be left out of a request, never of a response; a FriendRequest has its own.
        is_request = name.endswith("Request") and f"{name}Request" not in schemas
        if "properties" in schema and not is_request:
            schema["required"] = list(schema["properties"])
    schemas["Problem"] = PROBLEM_SCHEMA
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    result["components"]["responses"] = {"Problem": {"description": PROBLEM, "content": content}}
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for response in operation["responses"].values():
                if "content" not in response:
                    response["description"] = NO_CONTENT
            # `default` stands for the rest: 405, 406, 415, 429, 500 …
            statuses = ["default"]
            if "requestBody" in operation or "parameters" in operation:
                statuses.append("400")
            if {} not in operation.get("security", [{}]):
                statuses += ["401", "403"]
            if "{" in path:
                statuses.append("404")
            for status in sorted(statuses):
                operation["responses"].setdefault(
                    status, {"$ref": "#/components/responses/Problem"}
                )
    return result
