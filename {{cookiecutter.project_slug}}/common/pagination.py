"""Lists in pages. With an index, a late page is as quick as the first."""

from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.fields import IntegerField
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from common.errors import errors_of_parameter


class CursorPagination(pagination.CursorPagination):
    """`?cursor=…&page_size=50`: the items that follow one, whose place in the order is the cursor.

    REST framework's own cursor has the first field of the order only, and fails on many equal
    items; this one has all of them, and the key. An index of these fields, in this order, makes
    every page quick. They are fields of the model, or annotations, that are never null; by any
    other order a cursor counts the items before it, which the database then reads for each page.
    """

    page_size_query_param = "page_size"
    max_page_size = 100
    # What their cursors hold: the direction, and a position or a count
    previous: list[Any] | None = None
    next: list[Any] | None = None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.address = request.build_absolute_uri()
        names = total_order(queryset)
        # Signed: what comes back is what was sent, by this list, in this order.
        self.signer = signing.Signer(salt=f"{queryset.model._meta.label} {names}")
        size = self.get_page_size(request)
        fields = [field_of(queryset, name) for name in names]
        read_page = self.read_by_count if None in fields else self.read_by_position
        return read_page(queryset, names, fields, size, self.read_cursor(request))

    def get_page_size(self, request: Request) -> int:
        """Return the size that is asked for; REST framework ignores an invalid one."""
        asked = request.query_params.get(self.page_size_query_param)
        if not asked:
            return self.page_size or 1
        with errors_of_parameter(self.page_size_query_param):
            size = IntegerField(min_value=1).run_validation(asked)
        return min(size, self.max_page_size or size)

    def read_cursor(self, request: Request) -> Any:
        cursor = request.query_params.get(self.cursor_query_param)
        if not cursor:
            return False, None
        try:
            return self.signer.unsign_object(cursor)
        except signing.BadSignature as error:
            raise NotFound(self.invalid_cursor_message) from error

    def read_by_position(
        self, queryset: QuerySet, names: list[str], fields: list[Any], size: int, cursor: Any
    ) -> list[Model]:
        """Return the items on one side of a position in the order: the values of its fields."""
        backwards, texts = cursor
        try:
            position = texts and [
                field.to_python(text) for field, text in zip(fields, texts, strict=True)
            ]
        except ValidationError as error:
            raise NotFound(self.invalid_cursor_message) from error
        order = [opposite(name) for name in names] if backwards else names
        rows = rows_after(queryset, order, position, size + 1)
        page = rows[:size][:: -1 if backwards else 1]
        edges = [[str(getattr(item, name.removeprefix("-"))) for name in names] for item in page]
        # Where the client comes from there are items, too; an empty page has the first or last.
        ahead, behind = len(rows) > size, position is not None
        has_previous, has_next = (ahead, behind) if backwards else (behind, ahead)
        self.previous = [True, edges[0] if edges else None] if has_previous else None
        self.next = [False, edges[-1] if edges else None] if has_next else None
        return page

    def read_by_count(
        self, queryset: QuerySet, names: list[Any], fields: list[Any], size: int, cursor: Any
    ) -> list[Model]:
        """Return the items after so many."""
        start = cursor[1] or 0
        rows = list(queryset.order_by(*names)[start : start + size + 1])
        self.previous = [True, max(start - size, 0)] if start else None
        self.next = [False, start + size] if len(rows) > size else None
        return rows[:size]

    def link(self, cursor: list[Any] | None) -> str | None:
        if cursor is None:
            return None
        signed = self.signer.sign_object(cursor)
        return replace_query_param(self.address, self.cursor_query_param, signed)

    def get_next_link(self) -> str | None:
        return self.link(self.next)

    def get_previous_link(self) -> str | None:
        return self.link(self.previous)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1}
        return parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "format": "uri", "nullable": True}
        fields = {"next": address, "previous": address, "results": schema}
        return {"type": "object", "properties": fields, "required": list(fields)}


def total_order(queryset: QuerySet) -> list[Any]:
    """Return what a queryset is ordered by, with the key, so that no two are equal.

    An annotation named `key` is the key, too, as another table's index has it.
    """
    order = list(queryset.query.order_by or queryset.model._meta.ordering or ["-pk"])
    if not {str(name).removeprefix("-") for name in order} & {"pk", "key"}:
        # An index is read in one direction.
        order.append("-pk" if str(order[-1]).startswith("-") else "pk")
    return order


def field_of(queryset: QuerySet, name: Any) -> Field | None:
    """Return the field or annotation that a cursor can have values of, if it is one."""
    name = str(name).removeprefix("-")
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    fields = {field.name: field for field in queryset.model._meta.fields if not field.is_relation}
    field = queryset.model._meta.pk if name == "pk" else fields.get(name)
    return None if field is None or field.null else field


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
