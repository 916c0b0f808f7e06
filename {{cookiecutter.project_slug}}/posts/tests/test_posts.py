from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import DjangoAssertNumQueries
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User
from posts.factories import CommentFactory, PostFactory
from posts.models import Post, Tag, set_liked

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


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), color: str = "green") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


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
    assert (author["id"], author["name"]) == (post.author.pk, post.author.name)
    assert "email" not in author


def test_newest_post_comes_first(api: APIClient) -> None:
    older, newer = PostFactory.create_batch(2)
    assert listed(api) == [newer.pk, older.pk]


def test_likes_and_comments_are_counted_each_on_their_own(api: APIClient, post: Post) -> None:
    CommentFactory.create_batch(2, post=post)
    for user in UserFactory.create_batch(3):
        set_liked(post, user, liked=True)
    body = api.get(address(post)).json()
    assert (body["like_count"], body["comment_count"]) == (3, 2)


def test_list_of_ten_posts_takes_three_queries(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    PostFactory.create_batch(10)
    # The posts, their authors, their tags
    with django_assert_num_queries(3):
        listed(api)


# Writing


def test_user_writes_a_post(signed_in: APIClient, user: User) -> None:
    response = signed_in.post("/api/posts/", DRAFT)
    assert response.status_code == 201
    assert Post.objects.get(pk=response.json()["id"]).author == user


def test_visitor_cannot_write(api: APIClient) -> None:
    assert api.post("/api/posts/", DRAFT).status_code == 401


def test_nobody_writes_in_the_name_of_another(signed_in: APIClient, user: User) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"author": UserFactory().pk}).json()
    assert created["author"]["id"] == user.pk


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("title", "", "blank"),
        ("title", "가" * 101, "max_length"),
        ("body", "가" * 10_001, "max_length"),
    ],
)
def test_wrong_field_is_named(signed_in: APIClient, field: str, value: str, code: str) -> None:
    assert wrong_fields(signed_in.post("/api/posts/", DRAFT | {field: value})) == [(field, code)]


def test_author_uploads_an_image(signed_in: APIClient, own_post: Post) -> None:
    file = SimpleUploadedFile("me.png", picture())
    response = signed_in.put(address(own_post, "image"), {"image": file}, format="multipart")
    assert response.json()["image"].startswith("http://testserver/media/posts/")
    assert signed_in.get(address(own_post)).json()["image"] == response.json()["image"]


def test_author_changes_a_part_of_a_post(signed_in: APIClient, own_post: Post) -> None:
    response = signed_in.patch(address(own_post), {"title": "changed"})
    assert (response.json()["title"], response.json()["body"]) == ("changed", own_post.body)


def test_author_deletes_a_post(signed_in: APIClient, own_post: Post) -> None:
    assert signed_in.delete(address(own_post)).status_code == 204
    assert not Post.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_post_of_another_user_stays_as_it_is(signed_in: APIClient, post: Post, method: str) -> None:
    assert getattr(signed_in, method)(address(post), DRAFT).status_code == 403
    assert Post.objects.get().title == post.title


# Tags


def test_tags_are_kept_in_lower_case_without_blanks_and_once(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": [" Django", "DJANGO", "api"]})
    assert created.json()["tags"] == ["api", "django"]


@pytest.mark.parametrize(
    ("change", "tags"),
    [({"tags": ["new"]}, ["new"]), ({"tags": []}, []), ({"title": "new"}, ["old"])],
)
def test_tags_that_are_sent_replace_the_old_ones(
    signed_in: APIClient, own_post: Post, change: dict, tags: list[str]
) -> None:
    own_post.tags.set(Tag.objects.named(["old"]))
    assert signed_in.patch(address(own_post), change).json()["tags"] == tags


# Filters, search, order


def test_filter_by_tag_without_regard_to_case(api: APIClient, post: Post) -> None:
    post.tags.set(Tag.objects.named(["django"]))
    PostFactory().tags.set(Tag.objects.named(["python"]))
    assert listed(api, tag="Django") == [post.pk]


def test_search_looks_in_title_and_body(api: APIClient) -> None:
    in_title = PostFactory(title="Learning Django", body="…")
    in_body = PostFactory(title="…", body="with django 배우기")
    PostFactory(title="…", body="…")
    assert listed(api, search="DJANGO") == [in_body.pk, in_title.pk]


def test_order_by_likes(api: APIClient, user: User) -> None:
    liked, other = PostFactory.create_batch(2)
    set_liked(liked, user, liked=True)
    assert listed(api, ordering="-like_count") == [liked.pk, other.pk]


def test_next_page_begins_where_the_last_one_ends(api: APIClient) -> None:
    posts = PostFactory.create_batch(3)
    first = api.get("/api/posts/", {"page_size": 2}).json()
    PostFactory()
    second = api.get(first["next"]).json()
    assert [post["id"] for post in second["results"]] == [posts[0].pk]
    assert second["next"] is None
