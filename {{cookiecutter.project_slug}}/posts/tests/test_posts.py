from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User
from posts.factories import CommentFactory, PostFactory
from posts.models import Like, Post, Tag

pytestmark = pytest.mark.django_db

DRAFT = {"title": "새 제목 🌱", "body": "본문 👩‍💻\n둘째 줄"}


def address(post: Post, *parts: object) -> str:
    return "/".join(["/api/posts", str(post.pk), *map(str, parts), ""])


def listed(api: APIClient, **query: object) -> list[int]:
    response = api.get("/api/posts/", query)
    assert response.status_code == 200
    return [post["id"] for post in response.json()["results"]]


def wrong_fields(response: Response) -> list[tuple[str, str]]:
    assert response.status_code == 400
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


@pytest.fixture
def post() -> Post:
    """Someone else's post."""
    return PostFactory()


@pytest.fixture
def own_post(user: User) -> Post:
    return PostFactory(author=user)


# Reading


def test_everyone_reads_a_post(api: APIClient, post: Post) -> None:
    body = api.get(address(post)).json()
    assert (body["id"], body["title"], body["body"]) == (post.pk, post.title, post.body)


def test_author_is_shown_without_the_address(api: APIClient, post: Post) -> None:
    author = api.get(address(post)).json()["author"]
    assert author == {"id": post.author.pk, "name": post.author.name}


@pytest.mark.parametrize("number", ["0", "abc", "9" * 30])
def test_missing_post_is_answered_404(api: APIClient, number: str) -> None:
    assert api.get(f"/api/posts/{number}/").status_code == 404


def test_newest_post_comes_first(api: APIClient) -> None:
    older, newer = PostFactory.create_batch(2)
    assert listed(api) == [newer.pk, older.pk]


def test_likes_and_comments_are_counted_each_on_their_own(api: APIClient, post: Post) -> None:
    CommentFactory.create_batch(2, post=post)
    Like.objects.bulk_create(Like(post=post, user=user) for user in UserFactory.create_batch(3))
    body = api.get(address(post)).json()
    assert (body["like_count"], body["comment_count"]) == (3, 2)


def test_list_takes_as_many_queries_for_many_posts_as_for_few(signed_in: APIClient) -> None:
    numbers = []
    for count in (1, 9):
        for post in PostFactory.create_batch(count):
            post.tags.set(Tag.objects.named(["django", "python"]))
        with CaptureQueriesContext(connection) as queries:
            listed(signed_in)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


# Writing


def test_user_writes_a_post(signed_in: APIClient, user: User) -> None:
    response = signed_in.post("/api/posts/", DRAFT)
    assert response.status_code == 201
    assert Post.objects.get(pk=response.json()["id"]).author == user


def test_answer_to_a_new_post_is_what_reading_it_gives(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["django"]}).json()
    assert created == signed_in.get(f"/api/posts/{created['id']}/").json()


def test_visitor_cannot_write(api: APIClient) -> None:
    assert api.post("/api/posts/", DRAFT).status_code == 401


def test_nobody_writes_in_the_name_of_another(signed_in: APIClient, user: User) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"author": UserFactory().pk}).json()
    assert created["author"]["id"] == user.pk


def test_missing_fields_are_named(signed_in: APIClient) -> None:
    expected = [("title", "required"), ("body", "required")]
    assert wrong_fields(signed_in.post("/api/posts/", {})) == expected


@pytest.mark.parametrize(("field", "length"), [("title", 101), ("body", 10_001)])
def test_text_has_a_limit(signed_in: APIClient, field: str, length: int) -> None:
    response = signed_in.post("/api/posts/", DRAFT | {field: "가" * length})
    assert wrong_fields(response) == [(field, "max_length")]


def test_author_changes_a_part_of_a_post(signed_in: APIClient, own_post: Post) -> None:
    response = signed_in.patch(address(own_post), {"title": "changed"})
    assert (response.json()["title"], response.json()["body"]) == ("changed", own_post.body)


def test_author_replaces_a_post(signed_in: APIClient, own_post: Post) -> None:
    assert signed_in.put(address(own_post), DRAFT).status_code == 200
    own_post.refresh_from_db()
    assert (own_post.title, own_post.body) == (DRAFT["title"], DRAFT["body"])


def test_author_deletes_a_post(signed_in: APIClient, own_post: Post) -> None:
    assert signed_in.delete(address(own_post)).status_code == 204
    assert not Post.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_post_of_another_user_stays_as_it_is(signed_in: APIClient, post: Post, method: str) -> None:
    assert getattr(signed_in, method)(address(post), DRAFT).status_code == 403
    assert Post.objects.get().title == post.title


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_visitor_changes_nothing(api: APIClient, post: Post, method: str) -> None:
    assert getattr(api, method)(address(post), DRAFT).status_code == 401


# Tags


def test_tags_are_kept_in_lower_case_without_blanks_and_once(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": [" Django", "DJANGO", "api"]})
    assert created.json()["tags"] == ["api", "django"]


def test_posts_share_tags(signed_in: APIClient) -> None:
    for _ in range(2):
        signed_in.post("/api/posts/", DRAFT | {"tags": ["django"]})
    assert Tag.objects.count() == 1


def test_changing_the_tags_replaces_them(signed_in: APIClient, own_post: Post) -> None:
    own_post.tags.set(Tag.objects.named(["old"]))
    assert signed_in.patch(address(own_post), {"tags": ["new"]}).json()["tags"] == ["new"]


def test_changing_something_else_leaves_the_tags(signed_in: APIClient, own_post: Post) -> None:
    own_post.tags.set(Tag.objects.named(["old"]))
    assert signed_in.patch(address(own_post), {"title": "new"}).json()["tags"] == ["old"]


def test_tags_can_be_taken_away(signed_in: APIClient, own_post: Post) -> None:
    own_post.tags.set(Tag.objects.named(["old"]))
    assert signed_in.patch(address(own_post), {"tags": []}).json()["tags"] == []


# Filters, search, order, pages


def test_filter_by_author(api: APIClient, post: Post) -> None:
    PostFactory()
    assert listed(api, author=post.author.pk) == [post.pk]


def test_filter_by_tag_without_regard_to_case(api: APIClient, post: Post) -> None:
    post.tags.set(Tag.objects.named(["django"]))
    PostFactory().tags.set(Tag.objects.named(["python"]))
    assert listed(api, tag="Django") == [post.pk]


def test_filter_by_time(api: APIClient, post: Post) -> None:
    for days in (-1, 1):
        moment = post.created_at + timedelta(days=days)
        Post.objects.filter(pk=PostFactory().pk).update(created_at=moment)
    after, before = post.created_at, post.created_at + timedelta(hours=1)
    query = {"created_after": after.isoformat(), "created_before": before.isoformat()}
    assert listed(api, **query) == [post.pk]


def test_search_looks_in_title_and_body(api: APIClient) -> None:
    in_title = PostFactory(title="Learning Django", body="…")
    in_body = PostFactory(title="…", body="with django 배우기")
    PostFactory(title="…", body="…")
    assert listed(api, search="DJANGO") == [in_body.pk, in_title.pk]


def test_order_by_likes(api: APIClient, user: User) -> None:
    liked, other = PostFactory.create_batch(2)
    Like.objects.create(post=liked, user=user)
    assert listed(api, ordering="-like_count") == [liked.pk, other.pk]


def test_order_by_comments(api: APIClient) -> None:
    other, commented = PostFactory.create_batch(2)
    CommentFactory(post=commented)
    assert listed(api, ordering="comment_count") == [other.pk, commented.pk]


# Admin


@pytest.mark.parametrize("page", ["post/", "post/add/", "tag/", "tag/add/"])
def test_admin_page_loads(admin_client: Client, page: str) -> None:
    assert admin_client.get(f"/admin/posts/{page}").status_code == 200


def test_admin_page_of_a_post_shows_its_comments(admin_client: Client, post: Post) -> None:
    comment = CommentFactory(post=post)
    page = admin_client.get(f"/admin/posts/post/{post.pk}/change/")
    assert comment.body in page.text


def test_admin_finds_posts_by_author(admin_client: Client, post: Post) -> None:
    PostFactory()
    page = admin_client.get("/admin/posts/post/", {"q": post.author.email})
    assert [found.pk for found in page.context["cl"].result_list] == [post.pk]


def test_objects_are_shown_by_what_they_are(post: Post) -> None:
    comment = CommentFactory.build(body="x" * 60)
    assert (str(post), str(Tag(name="django")), str(comment)) == (post.title, "django", "x" * 50)
