from datetime import UTC, datetime

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, QuerySet
from django_filters import rest_framework as filters

from .models import Post, Tag

# Beyond these a database gives up with an error of its own.
MOMENTS = [
    MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC)),
    MaxValueValidator(datetime(9999, 1, 1, tzinfo=UTC)),
]


class PostFilter(filters.FilterSet):
    """`?author=3&tag=django&created_after=2026-03-01T00:00:00%2B09:00`"""

    author = filters.NumberFilter(field_name="author__id")
    tag = filters.CharFilter(method="filter_tag")
    created_after = filters.IsoDateTimeFilter("created_at", "gte", validators=MOMENTS)
    created_before = filters.IsoDateTimeFilter("created_at", "lt", validators=MOMENTS)

    def filter_tag(self, queryset: QuerySet[Post], name: str, value: str) -> QuerySet[Post]:
        """Read the posts of a tag in the order of its index; for MySQL only by that table's key."""
        tag = Tag.objects.filter(name=value.lower()).first()
        if tag is None:
            return queryset.none()
        tagged = queryset.filter(posttag__tag=tag)
        return tagged.annotate(key=F("posttag__post")).order_by("-key")

    def filter_queryset(self, queryset: QuerySet[Post]) -> QuerySet[Post]:
        """Order what is filtered by time by time, as its index does, unless asked otherwise."""
        queryset = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        if chosen["created_after"] or chosen["created_before"]:
            return queryset.order_by("-created_at")
        return queryset
