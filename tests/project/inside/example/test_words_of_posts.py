"""What is wrong with a request for posts is said in the project's language."""

import pytest
from rest_framework.test import APIClient

from posts.factories import PostFactory
from posts.models import Post
from posts.tests.test_posts import own_post  # noqa: F401
from template_tests.words import foreign_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def post() -> Post:
    return PostFactory()


@pytest.mark.parametrize(
    "address",
    [
        "0/",
        "0/comments/",
        "?cursor=x",
        "?author=x",
        "?created_after=x",
        "?search=%00",
        "?ordering=x",
        "?page_size=x",
        "?page_size=0",
    ],
)
def test_reading_in_vain(api: APIClient, address: str) -> None:
    response = api.get(f"/api/posts/{address}")
    assert foreign_texts(response, response.status_code) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "", "body": None},
        {"title": "x" * 101, "body": "x" * 10_001, "tags": ["x" * 31]},
        {"title": "a", "body": "b", "tags": [str(number) for number in range(11)]},
        {"title": "a", "body": "b", "tags": "c"},
    ],
    ids=["nothing", "blank", "long", "many", "type"],
)
def test_writing_in_vain(signed_in: APIClient, body: dict) -> None:
    assert foreign_texts(signed_in.post("/api/posts/", body), 400) == []


def test_changing_what_is_someone_elses(signed_in: APIClient, post: Post) -> None:
    assert foreign_texts(signed_in.patch(f"/api/posts/{post.pk}/", {}), 403) == []


def test_writing_without_signing_in(api: APIClient, post: Post) -> None:
    assert foreign_texts(api.post(f"/api/posts/{post.pk}/comments/", {}), 401) == []
    assert foreign_texts(api.post(f"/api/posts/{post.pk}/like/"), 401) == []


@pytest.mark.parametrize("body", [{}, {"image": "c"}])
def test_an_image_that_is_none(signed_in: APIClient, own_post: Post, body: dict) -> None:
    address = f"/api/posts/{own_post.pk}/image/"
    assert foreign_texts(signed_in.put(address, body, format="multipart"), 400) == []


def test_a_comment_without_a_text(signed_in: APIClient, post: Post) -> None:
    assert foreign_texts(signed_in.post(f"/api/posts/{post.pk}/comments/", {}), 400) == []
