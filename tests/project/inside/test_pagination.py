"""Pages of any list: on users, whom every project has, through a view that is only here."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.core.signing import Signer, dumps
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from accounts.factories import UserFactory
from accounts.models import User
from common.pagination import total_order

pytestmark = pytest.mark.django_db

LAST = timezone.make_aware(datetime(2026, 3, 1, 12, 0, 0, 123456))


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "name"]


class UserList(generics.ListAPIView):
    queryset = User.objects.order_by("-pk")
    serializer_class = UserSerializer
    search_fields = ["name"]
    ordering_fields = ["name", "date_joined", "email", "is_staff", "last_login"]


def pk_serializer(of: type[Model]) -> type[serializers.ModelSerializer]:
    class Serializer(serializers.ModelSerializer):
        class Meta:
            model = of
            fields = ["id"]

    return Serializer


def get(
    address: str = "/",
    queryset: QuerySet | None = None,
    serializer: type = UserSerializer,
    **query: object,
) -> Response:
    options = {} if queryset is None else {"queryset": queryset}
    view = UserList.as_view(serializer_class=serializer, **options)
    response = view(APIRequestFactory().get(address, query))
    return response.render()


def ids(page: Response) -> list[int]:
    assert page.status_code == 200
    return [user["id"] for user in page.data["results"]]


def walk(
    link: str, page: Response, queryset: QuerySet | None = None, serializer: type = UserSerializer
) -> Iterator[list[int]]:
    """Yield the keys on a page and on those that follow in this direction."""
    yield ids(page)
    while page.data[link]:
        page = get(page.data[link], queryset, serializer)
        yield ids(page)


def cursor_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]


@pytest.fixture
def users() -> list[User]:
    """Seven, of whom some are equal in each of the fields that they can be ordered by."""
    moments = [LAST, LAST - timedelta(microseconds=1), LAST - timedelta(days=1)]
    return [
        UserFactory(
            name=["b", "가", "b", "🌱", "A", "b", "가"][number],
            date_joined=moments[number % 3],
            is_staff=number % 2,
        )
        for number in range(7)
    ]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("name", ["name", "date_joined", "email", "is_staff"])
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100])
def test_pages_are_the_list_forwards_and_backwards(
    users: list[User], sign: str, name: str, size: int
) -> None:
    order = f"{sign}{name}"
    whole = [*User.objects.order_by(order, f"{sign}pk").values_list("pk", flat=True)]
    pages = [whole[start : start + size] for start in range(0, 7, size)]
    first = get(ordering=order, page_size=size)
    assert list(walk("next", first)) == pages
    last = first
    while last.data["next"]:
        last = get(last.data["next"])
    backwards = sum((page[::-1] for page in walk("previous", last)), [])
    assert backwards == whole[::-1]


def test_fields_may_be_ordered_in_different_directions(users: list[User]) -> None:
    queryset = User.objects.order_by("is_staff", "-name", "pk")
    whole = [*queryset.values_list("pk", flat=True)]
    pages = [whole[:3], whole[3:6], whole[6:]]
    assert list(walk("next", get(queryset=queryset, page_size=3), queryset)) == pages


def test_first_and_last_page_name_no_more(users: list[User]) -> None:
    assert get(page_size=7).data | {"results": []} == {
        "next": None,
        "previous": None,
        "results": [],
    }


def test_no_item_makes_one_empty_page() -> None:
    assert get().data == {"next": None, "previous": None, "results": []}


def test_what_is_added_meanwhile_shifts_nothing(users: list[User]) -> None:
    first = get(page_size=3)
    newer = UserFactory()
    second = get(first.data["next"])
    assert ids(second) == [user.pk for user in reversed(users[1:4])]
    assert ids(get(second.data["previous"])) == [user.pk for user in reversed(users[4:])]
    assert ids(get(page_size=1)) == [newer.pk]


def test_what_is_deleted_meanwhile_shifts_nothing(users: list[User]) -> None:
    first = get(page_size=3)
    for user in users[3:]:
        user.delete()
    assert ids(get(first.data["next"])) == [user.pk for user in reversed(users[:3])]


def test_a_page_after_which_all_is_gone_leads_to_the_last(users: list[User]) -> None:
    first = get(page_size=3)
    User.objects.filter(pk__lt=users[4].pk).delete()
    empty = get(first.data["next"])
    assert (ids(empty), empty.data["next"]) == ([], None)
    assert ids(get(empty.data["previous"])) == ids(first)


def test_a_page_before_which_all_is_gone_leads_to_the_first(users: list[User]) -> None:
    first = get(page_size=3)
    second = get(first.data["next"])
    User.objects.filter(pk__gt=users[3].pk).delete()
    empty = get(second.data["previous"])
    assert (ids(empty), empty.data["previous"]) == ([], None)
    assert ids(get(empty.data["next"])) == [user.pk for user in reversed(users[1:4])]


def test_the_address_keeps_its_other_parameters(users: list[User]) -> None:
    query = parse_qs(urlsplit(get(page_size=2, search="b", odd="a&b=가").data["next"]).query)
    assert (query["page_size"], query["search"], query["odd"]) == (["2"], ["b"], ["a&b=가"])


def test_an_empty_cursor_is_none(users: list[User]) -> None:
    assert ids(get(cursor="", page_size=3)) == ids(get(page_size=3))


@pytest.mark.parametrize(
    "cursor",
    ["abc", "a:b:c", "%", "가", "\0", "W10:x", "9" * 10_000, dumps([False, ["5"]])],
    ids=["word", "parts", "percent", "korean", "nul", "base64", "long", "unsigned"],
)
def test_a_cursor_that_the_list_has_not_made_is_answered_404(cursor: str) -> None:
    response = get(cursor=cursor)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_a_changed_cursor_is_answered_404(users: list[User]) -> None:
    cursor = cursor_in(get(page_size=2).data["next"])
    for place in range(len(cursor)):
        other = "A" if cursor[place] != "A" else "B"
        changed = cursor[:place] + other + cursor[place + 1 :]
        assert get(cursor=changed).status_code == 404, place


@pytest.mark.parametrize("ordering", ["name", "-date_joined", "date_joined"])
def test_a_cursor_of_another_order_is_answered_404(users: list[User], ordering: str) -> None:
    cursor = cursor_in(get(page_size=2, ordering="-name").data["next"])
    assert get(cursor=cursor, ordering=ordering).status_code == 404
    assert get(cursor=cursor, ordering="-name").status_code == 200


def test_a_cursor_from_before_a_field_had_another_type_is_answered_404() -> None:
    signer = Signer(salt="accounts.User ['date_joined', 'pk']")
    for texts, status in (
        ([LAST.isoformat(), "1"], 200),
        (["yesterday", "1"], 404),
    ):
        cursor = signer.sign_object([False, texts])
        assert get(cursor=cursor, ordering="date_joined").status_code == status


ORDERS = {
    "may be null": ["last_login"],
    "of another table": ["user__name", "-pk"],
    "another table's order": ["user"],
    "an expression": [F("name").desc(nulls_last=True)],
    "a function": [Lower("name")],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_any_order_has_pages(users: list[User], order: list, size: int) -> None:
    if "user" in str(order[0]):
        LogEntry.objects.bulk_create(LogEntry(user=user, action_flag=1) for user in users)
        queryset = LogEntry.objects.order_by(*order)
    else:
        User.objects.filter(pk=users[3].pk).update(last_login=LAST)
        queryset = User.objects.order_by(*order)
    whole = [*queryset.order_by(*total_order(queryset)).values_list("pk", flat=True)]
    pages = [whole[start : start + size] for start in range(0, 7, size)]
    serializer = pk_serializer(queryset.model)
    first = get(queryset=queryset, serializer=serializer, page_size=size)
    assert list(walk("next", first, queryset, serializer)) == pages
    last = first
    while last.data["next"]:
        last = get(last.data["next"], queryset, serializer)
    assert list(walk("previous", last, queryset, serializer)) == pages[::-1]


def test_the_schema_promises_the_three_members() -> None:
    schema = UserList.pagination_class().get_paginated_response_schema({"type": "array"})
    assert schema["required"] == ["next", "previous", "results"] == [*schema["properties"]]
    assert all(schema["properties"][name]["nullable"] for name in ("next", "previous"))
    parameters = UserList.pagination_class().get_schema_operation_parameters(UserList())
    assert [parameter["name"] for parameter in parameters] == ["cursor", "page_size"]
    assert parameters[1]["schema"] == {"type": "integer", "minimum": 1}
