import pytest
from rest_framework.test import APIClient

from accounts.models import User
from posts.factories import CommentFactory, PostFactory
from posts.models import Comment, Post

pytestmark = pytest.mark.django_db


def address(post: Post, *parts: object) -> str:
    return "/".join(["/api/posts", str(post.pk), *map(str, parts), ""])


@pytest.fixture
def post() -> Post:
    """Someone else's post."""
    return PostFactory()


# Likes


@pytest.mark.parametrize("times", [1, 2])
def test_user_likes_a_post_once(signed_in: APIClient, post: Post, times: int) -> None:
    for _ in range(times):
        response = signed_in.post(address(post, "like"))
    assert (response.status_code, response.json()) == (200, {"like_count": 1, "liked": True})


def test_unlike(signed_in: APIClient, post: Post) -> None:
    signed_in.post(address(post, "like"))
    response = signed_in.delete(address(post, "like"))
    assert (response.status_code, response.json()) == (200, {"like_count": 0, "liked": False})


def test_post_says_whether_its_reader_likes_it(
    signed_in: APIClient, api: APIClient, post: Post
) -> None:
    signed_in.post(address(post, "like"))
    assert signed_in.get(address(post)).json()["liked"] is True
    assert api.get(address(post)).json()["liked"] is False


def test_likes_of_a_deleted_user_count_no_more(
    signed_in: APIClient, api: APIClient, post: Post, user: User
) -> None:
    signed_in.post(address(post, "like"))
    user.delete()
    assert api.get(address(post)).json()["like_count"] == 0


@pytest.mark.parametrize("method", ["post", "delete"])
def test_visitor_cannot_like(api: APIClient, post: Post, method: str) -> None:
    assert getattr(api, method)(address(post, "like")).status_code == 401


# Comments


def test_everyone_reads_comments_from_the_oldest_on(api: APIClient, post: Post) -> None:
    comments = CommentFactory.create_batch(2, post=post)
    CommentFactory()
    results = api.get(address(post, "comments")).json()["results"]
    assert [comment["id"] for comment in results] == [comment.pk for comment in comments]


def test_user_comments(signed_in: APIClient, post: Post, user: User) -> None:
    response = signed_in.post(address(post, "comments"), {"body": "좋아요 👍"})
    assert response.status_code == 201
    comment = Comment.objects.get()
    assert (comment.post, comment.author, comment.body) == (post, user, "좋아요 👍")


def test_visitor_cannot_comment(api: APIClient, post: Post) -> None:
    assert api.post(address(post, "comments"), {"body": "…"}).status_code == 401


def test_author_changes_a_comment(signed_in: APIClient, user: User) -> None:
    comment = CommentFactory(author=user)
    response = signed_in.patch(address(comment.post, "comments", comment.pk), {"body": "new"})
    assert (response.status_code, response.json()["body"]) == (200, "new")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_comment_of_another_user_stays_as_it_is(signed_in: APIClient, method: str) -> None:
    comment = CommentFactory()
    where = address(comment.post, "comments", comment.pk)
    assert getattr(signed_in, method)(where, {"body": "changed"}).status_code == 403
    assert Comment.objects.get().body == comment.body
