from rest_framework import pagination


class PageNumberPagination(pagination.PageNumberPagination):
    """`?page=2&page_size=50`; a page holds 20 items unless asked otherwise, 100 at most."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
