from django_filters import rest_framework as filters

from .models import Post


class PostFilter(filters.FilterSet):
    """`?author=3&tag=django&created_after=2026-03-01T00:00:00%2B09:00`"""

    author = filters.NumberFilter(field_name="author_id")
    tag = filters.CharFilter(field_name="tags__name", lookup_expr="iexact")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Post
        fields = ["author", "tag", "created_after", "created_before"]
