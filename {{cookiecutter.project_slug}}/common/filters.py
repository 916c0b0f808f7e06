"""What `?search=` and `?ordering=` do to lists."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.fields import CharField, ListField
from rest_framework.request import Request
from rest_framework.views import APIView

from common.pagination import total_order


class SearchFilter(filters.SearchFilter):
    """`?search=django "rest framework"`: a few words, since each one makes the database work."""

    text = CharField(max_length=100, allow_blank=True)
    terms = ListField(max_length=5)

    def get_search_terms(self, request: Request) -> list[str]:
        try:
            self.text.run_validation(request.query_params.get(self.search_param, ""))
            return self.terms.run_validation(super().get_search_terms(request))
        except ValidationError as error:
            raise ValidationError({self.search_param: error.detail}) from error

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        [parameter] = super().get_schema_operation_parameters(view)
        parameter["schema"]["maxLength"] = self.text.max_length
        return [parameter]


class OrderingFilter(filters.OrderingFilter):
    """`?ordering=-created_at`: by one of the view's `ordering_fields`, each with an index."""

    # Of a view that names none
    ordering_fields: list[str] = []

    def remove_invalid_fields(self, *args: Any) -> list[str]:
        return super().remove_invalid_fields(*args)[:1]

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        [parameter] = super().get_schema_operation_parameters(view)
        fields = getattr(view, "ordering_fields", self.ordering_fields)
        parameter["schema"]["enum"] = [sign + name for name in fields for sign in ("", "-")]
        return [parameter] if fields else []

    def filter_queryset(self, *args: Any) -> QuerySet:
        """Order equal items too, or pages of them would repeat some."""
        queryset = super().filter_queryset(*args)
        return queryset.order_by(*total_order(queryset))
