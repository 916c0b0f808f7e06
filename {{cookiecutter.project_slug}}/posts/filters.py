from datetime import UTC, datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django_filters import rest_framework as filters

# Beyond these a database gives up with an error of its own.
MOMENTS = [
    MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC)),
    MaxValueValidator(datetime(9999, 1, 1, tzinfo=UTC)),
]


class PostFilter(filters.FilterSet):
    """`?author=3&tag=django&created_after=2026-03-01T00:00:00%2B09:00`"""

    author = filters.NumberFilter(field_name="author__id")
    tag = filters.CharFilter(field_name="tags__name", lookup_expr="iexact")
    created_after = filters.IsoDateTimeFilter("created_at", "gte", validators=MOMENTS)
    created_before = filters.IsoDateTimeFilter("created_at", "lt", validators=MOMENTS)
