"""Lists in pages: each costs the same, however long the list is and however far one has come."""

from typing import Any

from django.core import signing
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Field, Model, QuerySet
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView


class CursorPagination(pagination.CursorPagination):
    """`?cursor=…&page_size=50`: the items that follow one, whose place in the order is the cursor.

    REST framework's own cursor has the first field of the order only, and fails on many equal
    items; this one has all of them, and the key. They are fields of the model, or annotations, that
    are never null. An index of these fields, in this order, makes every page quick.
    """

    page_size_query_param = "page_size"
    max_page_size = 100

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.address = request.build_absolute_uri()
        self.names = total_order(queryset)
        self.fields = [field_of(queryset, name) for name in self.names]
        # Signed: what comes back is what was sent, by this list, in this order.
        self.signer = signing.Signer(salt=f"{queryset.model._meta.label} {self.names}")
        size = self.get_page_size(request) or 1
        backwards, position = self.read_cursor(request)
        names = [opposite(name) for name in self.names] if backwards else self.names
        rows = rows_after(queryset, names, position, size + 1)
        self.page = rows[:size]
        if backwards:
            self.page.reverse()
        # Where the client comes from there are items, too.
        ahead, behind = len(rows) > size, position is not None
        self.has_previous, self.has_next = (ahead, behind) if backwards else (behind, ahead)
        return self.page

    def read_cursor(self, request: Request) -> tuple[bool, list[Any] | None]:
        """Return whether the page is read backwards, and the values from which on, if not all."""
        cursor = request.query_params.get(self.cursor_query_param)
        if cursor is None:
            return False, None
        try:
            backwards, texts = self.signer.unsign_object(cursor)
            values = texts and [
                field.to_python(text) for field, text in zip(self.fields, texts, strict=True)
            ]
        except (signing.BadSignature, ValidationError) as error:
            raise NotFound(self.invalid_cursor_message) from error
        return backwards, values

    def link(self, backwards: bool) -> str:
        """Return the address of the neighbouring page; an empty page has the first or last."""
        edge = self.page[0 if backwards else -1] if self.page else None
        texts = edge and [str(getattr(edge, name.removeprefix("-"))) for name in self.names]
        cursor = self.signer.sign_object([backwards, texts])
        return replace_query_param(self.address, self.cursor_query_param, cursor)

    def get_next_link(self) -> str | None:
        return self.link(backwards=False) if self.has_next else None

    def get_previous_link(self) -> str | None:
        return self.link(backwards=True) if self.has_previous else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        documented = super().get_paginated_response_schema(schema)
        return {**documented, "required": ["next", "previous", "results"]}


def total_order(queryset: QuerySet) -> list[str]:
    """Return the names that a queryset is ordered by, with the key, so that no two are equal.

    An annotation named `key` is the key, too, as another table's index has it.
    """
    names = list(queryset.query.order_by or queryset.model._meta.ordering or ["-pk"])
    if not {name.removeprefix("-") for name in names} & {"pk", "key"}:
        # An index is read in one direction.
        names.append("-pk" if names[-1].startswith("-") else "pk")
    return names


def field_of(queryset: QuerySet, name: str) -> Field:
    name = name.removeprefix("-")
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    options = queryset.model._meta
    field = options.pk if name == "pk" else options.get_field(name)
    if field.null or (field.is_relation and name == field.name):
        raise ImproperlyConfigured(f"Pages cannot be ordered by {name}; see CursorPagination.")
    return field


def opposite(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def rows_after(
    queryset: QuerySet, names: list[str], position: list[Any] | None, limit: int
) -> list[Model]:
    """Return the rows that follow a position, or the first; one query for each name at most.

    First those that are equal in all but the last, then in all but the last two … : a database
    reads each of these from an index, but not one condition that joins them with OR.
    """
    queryset = queryset.order_by(*names)
    if position is None:
        return list(queryset[:limit])
    rows: list[Model] = []
    for index in reversed(range(len(names))):
        *equal, name = (name.removeprefix("-") for name in names[: index + 1])
        condition = dict(zip(equal, position, strict=False))
        condition[f"{name}__{'lt' if names[index].startswith('-') else 'gt'}"] = position[index]
        rows += queryset.filter(**condition)[: limit - len(rows)]
        if len(rows) == limit:
            break
    return rows
