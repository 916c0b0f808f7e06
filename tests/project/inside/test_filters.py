"""Filters of any list: on users, whom every project has, through views that are only here."""

from datetime import UTC, datetime

import pytest
from django.db.models import QuerySet
from django.urls import path
from django_filters.rest_framework import FilterSet
from drf_spectacular.generators import SchemaGenerator
from rest_framework import generics
from rest_framework.test import APIRequestFactory

from accounts.factories import UserFactory
from accounts.models import User
from accounts.serializers import AuthorSerializer
from common.filters import DateTimeFilter

pytestmark = pytest.mark.django_db


class NamedFields(generics.ListAPIView):
    queryset = User.objects.order_by("pk")
    serializer_class = AuthorSerializer
    ordering_fields = ["name"]


class LabelledFields(NamedFields):
    ordering_fields = [("name", "Name")]


class AllFields(NamedFields):
    ordering_fields = "__all__"


class AllFieldsOfMethod(AllFields):
    queryset = None

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.order_by("pk")


VIEWS = [NamedFields, LabelledFields, AllFields, AllFieldsOfMethod]


def listed(view: type[generics.ListAPIView], **query: str) -> list[int]:
    response = view.as_view()(APIRequestFactory().get("/", query))
    assert response.status_code == 200
    return [item["id"] for item in response.data["results"]]


@pytest.mark.parametrize("view", VIEWS)
def test_all_forms_of_ordering_fields_order(view: type[generics.ListAPIView]) -> None:
    first, second = UserFactory(name="a"), UserFactory(name="b")
    assert listed(view, ordering="-name") == [second.pk, first.pk]
    assert view.as_view()(APIRequestFactory().get("/", {"ordering": "x"})).status_code == 400


@pytest.mark.parametrize(
    ("view", "known"),
    [
        (NamedFields, {"name", "-name"}),
        (LabelledFields, {"name", "-name"}),
        (AllFields, {"email", "-email", "name", "-name"}),
        (AllFieldsOfMethod, None),
    ],
)
def test_the_schema_has_the_orders_that_are_known(
    view: type[generics.ListAPIView], known: set[str] | None
) -> None:
    schema = SchemaGenerator(patterns=[path("api/", view.as_view())]).get_schema(public=True)
    [parameter] = [
        each for each in schema["paths"]["/api/"]["get"]["parameters"] if each["name"] == "ordering"
    ]
    if known is None:
        assert "enum" not in parameter["schema"]
    else:
        assert known <= set(parameter["schema"]["enum"])


class UserFilter(FilterSet):
    after = DateTimeFilter("date_joined", "gte")
    before = DateTimeFilter("date_joined", "lt")


class FilteredUsers(NamedFields):
    filterset_class = UserFilter


@pytest.mark.parametrize("year", [1010, 1950, 9990])
def test_a_moment_of_any_century_is_compared(year: int) -> None:
    user = UserFactory(date_joined=datetime(year, 6, 1, tzinfo=UTC))
    earlier, later = f"{year}-05-01T00:00:00Z", f"{year}-07-01T00:00:00Z"
    assert listed(FilteredUsers, after=earlier, before=later) == [user.pk]
    assert listed(FilteredUsers, after=later) == listed(FilteredUsers, before=earlier) == []


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"])
def test_a_moment_that_no_database_stores_is_the_first_or_last(name: str, value: str) -> None:
    user = UserFactory()
    includes_all = (name == "after") == value.startswith("0001")
    assert listed(FilteredUsers, **{name: value}) == ([user.pk] if includes_all else [])
