from django.db.models import F, QuerySet
from django_filters import rest_framework as filters

from common.filters import DateTimeFilter

from .models import Post, Tag


class PostFilter(filters.FilterSet):
    """`?author=3&tag=django&created_after=2026-03-01T00:00:00%2B09:00`"""

    author = filters.NumberFilter(field_name="author__id", decimal_places=0)
    tag = filters.CharFilter(method="filter_tag")
    created_after = DateTimeFilter("created_at", "gte")
    created_before = DateTimeFilter("created_at", "lt")

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
