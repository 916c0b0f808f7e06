"""What `?search=` and `?ordering=` do to lists, and what moments in time can be compared with."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import IsoDateTimeFilter
from rest_framework import filters
from rest_framework.fields import CharField, ChoiceField, ListField
from rest_framework.request import Request
from rest_framework.views import APIView

from common.errors import errors_of_parameter
from common.pagination import total_order

# MySQL stores the years 1000 to 9999, and the ends of that do not fit into every time zone.
FIRST, LAST = datetime(1001, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class DateTimeFilter(IsoDateTimeFilter):
    """`?created_after=2026-03-01T00:00:00Z`; what a database cannot store is FIRST or LAST."""

    def filter(self, queryset: QuerySet, value: datetime | None) -> QuerySet:
        return super().filter(queryset, value and min(max(value, FIRST), LAST))


class SearchFilter(filters.SearchFilter):
    """`?search=django "rest framework"`: a few words, since each one makes the database work."""

    text = CharField(max_length=100, allow_blank=True)
    terms = ListField(max_length=5)

    def get_search_terms(self, request: Request) -> list[str]:
        with errors_of_parameter(self.search_param):
            self.text.run_validation(request.query_params.get(self.search_param, ""))
            return self.terms.run_validation(super().get_search_terms(request))

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        [parameter] = super().get_schema_operation_parameters(view)
        parameter["schema"]["maxLength"] = self.text.max_length
        return [parameter]


class OrderingFilter(filters.OrderingFilter):
    """`?ordering=-created_at`: by one of the view's `ordering_fields`, each with an index."""

    # Of a view that names none
    ordering_fields: list[str] = []

    def choices(self, queryset: Any, view: APIView) -> list[str]:
        """Return what a list can be ordered by; nothing, where the view names no fields."""
        fields = self.get_valid_fields(queryset, view, {"request": view.request})
        return [sign + name for name, _ in fields for sign in ("", "-")]

    def get_ordering(self, request: Request, queryset: QuerySet, view: APIView) -> Any:
        choices = self.choices(queryset, view)
        chosen = request.query_params.get(self.ordering_param)
        if not (choices and chosen):
            return self.get_default_ordering(view)
        with errors_of_parameter(self.ordering_param):
            return [ChoiceField(choices).run_validation(chosen)]

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        [parameter] = super().get_schema_operation_parameters(view)
        queryset = getattr(view, "queryset", None)
        # Without one, the fields of `ordering_fields = "__all__"` are not known here.
        if queryset is None and getattr(view, "ordering_fields", None) == "__all__":
            return [parameter]
        parameter["schema"]["enum"] = self.choices(queryset, view)
        return [parameter] if parameter["schema"]["enum"] else []

    def filter_queryset(self, *args: Any) -> QuerySet:
        """Order equal items too, or pages of them would repeat some."""
        queryset = super().filter_queryset(*args)
        return queryset.order_by(*total_order(queryset))
