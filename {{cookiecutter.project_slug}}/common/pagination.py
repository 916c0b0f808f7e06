from typing import Any

from django.db.models import QuerySet
from rest_framework import filters, pagination


class PageNumberPagination(pagination.PageNumberPagination):
    """`?page=2&page_size=50`; a page holds 20 items unless asked otherwise, 100 at most."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class OrderingFilter(filters.OrderingFilter):
    """`?ordering=-created_at`; equal items are ordered too, or pages would repeat some of them."""

    def filter_queryset(self, *args: Any) -> QuerySet:
        queryset = super().filter_queryset(*args)
        return queryset.order_by(*queryset.query.order_by or queryset.model._meta.ordering, "-pk")
