"""What lists do with odd values, other scripts and equal items, on the example app."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User
from posts.factories import PostFactory
from posts.models import Post, Tag
from posts.tests.test_posts import DRAFT, listed, post, wrong_fields

pytestmark = pytest.mark.django_db


def test_korean_and_emoji_come_back_as_they_were_sent(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["한글", "🌱"]}).json()
    stored = Post.objects.get(pk=created["id"])
    assert (stored.title, stored.body) == (DRAFT["title"], DRAFT["body"])
    assert {tag.name for tag in stored.tags.all()} == {"한글", "🌱"}


def test_tags_of_different_emoji_are_different(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["🌱", "🌿", "👍", "👎"]}).json()
    assert set(created["tags"]) == {"🌱", "🌿", "👍", "👎"}


def test_tags_are_sorted_as_in_a_dictionary(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["하늘", "가람", "낙원", "나래"]})
    assert created.json()["tags"] == ["가람", "나래", "낙원", "하늘"]


def test_filter_by_author(api: APIClient, post: Post) -> None:
    PostFactory()
    assert listed(api, author=post.author.pk) == [post.pk]


def test_filter_by_a_number_that_no_author_can_have_finds_nothing(
    api: APIClient, post: Post
) -> None:
    assert listed(api, author="9" * 30) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("author", "me"),
        ("author", "1e5000"),
        ("author", "0.5"),
        ("created_after", "yesterday"),
        ("tag", "\0"),
        ("search", "\0"),
        ("search", "x" * 101),
        ("search", "a,b c d e f"),
        ("ordering", "title"),
        ("ordering", "like_count,-created_at"),
        ("page_size", "0"),
        ("page_size", "x"),
    ],
)
def test_value_that_a_filter_cannot_use_is_named(api: APIClient, name: str, value: str) -> None:
    response = api.get("/api/posts/", {name: value})
    assert response.status_code == 400
    assert [error["field"].partition(".")[0] for error in response.json()["errors"]] == [name]


def test_search_finds_korean(api: APIClient) -> None:
    post = PostFactory(title="장고 배우기")
    PostFactory(title="…", body="…")
    assert listed(api, search="장고") == [post.pk]


@pytest.mark.parametrize("word", ["x" * 100, "a,b c d e", '"a b c d e f"'])
def test_search_takes_five_words_of_a_hundred_characters_together(
    api: APIClient, word: str
) -> None:
    post = PostFactory(body="a b c d e f " + "x" * 100)
    PostFactory(title="…", body="…")
    assert listed(api, search=word) == [post.pk]


@pytest.mark.parametrize("word", ["🌱", "씨앗 🌱"])
def test_search_finds_emoji(api: APIClient, word: str) -> None:
    post = PostFactory(title="씨앗 🌱", body="…")
    PostFactory(title="씨앗 🌿", body="👍")
    assert listed(api, search=word) == [post.pk]


def test_filter_by_a_tag_in_korean_or_an_emoji(api: APIClient, post: Post) -> None:
    post.tags.set(Tag.objects.named(["장고", "🌱"]))
    PostFactory().tags.set(Tag.objects.named(["파이썬", "🌿"]))
    assert listed(api, tag="장고") == listed(api, tag="🌱") == [post.pk]


def pages(api: APIClient, link: str = "next", **query: object) -> list[list[int]]:
    """Return the keys on each page, from the first on, or from the one that a cursor names."""
    found, address = [], f"/api/posts/?{urlencode(query)}"
    while address:
        page = api.get(address).json()
        found.append([post["id"] for post in page["results"]])
        address = page[link]
    return found


@pytest.mark.parametrize("ordering", ["", "like_count", "-like_count", "created_at"])
def test_pages_of_equal_posts_repeat_none(api: APIClient, ordering: str) -> None:
    posts = PostFactory.create_batch(10, author=UserFactory())
    Post.objects.update(created_at=posts[0].created_at)
    found = pages(api, ordering=ordering, page_size=3)
    assert [len(page) for page in found] == [3, 3, 3, 1]
    assert sorted(sum(found, [])) == [post.pk for post in posts]


def test_page_holds_twenty_posts(api: APIClient) -> None:
    PostFactory.create_batch(21, author=UserFactory())
    assert len(listed(api)) == 20


@pytest.mark.parametrize(("asked", "given"), [(1, 1), (100, 100), (1000, 100), ("", 20)])
def test_page_holds_as_many_posts_as_asked_for(api: APIClient, asked: object, given: int) -> None:
    author = UserFactory()
    Post.objects.bulk_create(Post(author=author, title="…", body="…") for _ in range(101))
    assert len(listed(api, page_size=asked)) == given


@pytest.mark.parametrize(
    "query", [{"author": "{author}"}, {"tag": "DJANGO"}, {"search": "word"}], ids=lambda q: [*q][0]
)
def test_pages_keep_to_the_filter(api: APIClient, query: dict) -> None:
    author, tags = UserFactory(), Tag.objects.named(["django"])
    posts = PostFactory.create_batch(5, author=author, title="word")
    for wanted in posts:
        PostFactory(title="…", body="…")
        wanted.tags.set(tags)
    query = {name: value.format(author=author.pk) for name, value in query.items()}
    found = pages(api, page_size=2, **query)
    assert sum(found, []) == [wanted.pk for wanted in reversed(posts)]


@pytest.mark.parametrize("name", ["created_after", "created_before"])
def test_what_is_filtered_by_time_is_ordered_by_time(api: APIClient, name: str) -> None:
    first, second = PostFactory.create_batch(2)
    Post.objects.filter(pk=first.pk).update(created_at=second.created_at + timedelta(hours=1))
    days = timedelta(days=1 if name == "created_before" else -1)
    query = {name: (second.created_at + days).isoformat()}
    assert listed(api, **query) == [first.pk, second.pk]
    assert listed(api, ordering="created_at", **query) == [second.pk, first.pk]


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00"])
def test_a_moment_that_no_database_knows_is_before_or_after_all_posts(
    api: APIClient, post: Post, value: str
) -> None:
    found = [listed(api, **{name: value}) for name in ("created_after", "created_before")]
    assert found == ([[post.pk], []] if value < "2000" else [[], [post.pk]])


def queries_of_the_list(user: User | AnonymousUser, posts: int) -> int:
    authors = UserFactory.create_batch(3)
    created = Post.objects.bulk_create(
        Post(author=authors[number % 3], title=f"{number}", body="…") for number in range(posts)
    )
    # A database that does not return the keys of what it inserts leaves them out here too.
    created = Post.objects.order_by("-pk")[: len(created)]
    tags = Tag.objects.named(["django", "python"])
    through = Post.tags.through
    through.objects.bulk_create(through(post=post, tag=tag) for post in created for tag in tags)
    client = APIClient()
    client.force_authenticate(user if user.is_authenticated else None)
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/api/posts/", {"page_size": 100})
    assert len(response.json()["results"]) == min(Post.objects.count(), 100)
    return len(queries)


@pytest.mark.parametrize("who", ["a visitor", "a user"])
def test_list_takes_as_many_queries_for_many_posts_as_for_few(who: str) -> None:
    user = UserFactory() if who == "a user" else AnonymousUser()
    assert queries_of_the_list(user, 10) == queries_of_the_list(user, 1_000)


@pytest.mark.parametrize(
    ("tags", "wrong"),
    [
        (["fine", " "], ("tags.1", "blank")),
        (["x" * 31], ("tags.0", "max_length")),
        # In lower case this letter is two.
        (["İ" * 30], ("tags.0", "max_length")),
        ([str(number) for number in range(11)], ("tags", "max_length")),
        ("django", ("tags", "not_a_list")),
    ],
    ids=["blank", "long", "long in lower case", "many", "no list"],
)
def test_wrong_tags_are_named(signed_in: APIClient, tags: object, wrong: tuple[str, str]) -> None:
    assert wrong_fields(signed_in.post("/api/posts/", DRAFT | {"tags": tags})) == [wrong]
