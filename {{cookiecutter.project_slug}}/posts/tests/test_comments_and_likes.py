import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User
from posts.factories import CommentFactory, PostFactory
from posts.models import Comment, Like, Post

pytestmark = pytest.mark.django_db


def address(post: Post, *parts: object) -> str:
    return "/".join(["/api/posts", str(post.pk), *map(str, parts), ""])


@pytest.fixture
def post() -> Post:
    """Someone else's post."""
    return PostFactory()


# Likes


def test_like(signed_in: APIClient, post: Post) -> None:
    response = signed_in.post(address(post, "like"))
    assert (response.status_code, response.json()) == (200, {"like_count": 1, "liked": True})


def test_liking_again_changes_nothing(signed_in: APIClient, post: Post) -> None:
    signed_in.post(address(post, "like"))
    response = signed_in.post(address(post, "like"))
    assert (response.status_code, response.json()) == (200, {"like_count": 1, "liked": True})


def test_the_database_itself_holds_likes_unique(post: Post, user: User) -> None:
    Like.objects.create(post=post, user=user)
    with pytest.raises(IntegrityError):
        Like.objects.create(post=post, user=user)


def test_unlike(signed_in: APIClient, post: Post) -> None:
    signed_in.post(address(post, "like"))
    response = signed_in.delete(address(post, "like"))
    assert (response.status_code, response.json()) == (200, {"like_count": 0, "liked": False})


def test_unliking_again_changes_nothing(signed_in: APIClient, post: Post) -> None:
    response = signed_in.delete(address(post, "like"))
    assert (response.status_code, response.json()) == (200, {"like_count": 0, "liked": False})


def test_unliking_leaves_the_likes_of_others(signed_in: APIClient, post: Post) -> None:
    Like.objects.create(post=post, user=UserFactory())
    assert signed_in.delete(address(post, "like")).json()["like_count"] == 1


def test_post_says_whether_its_reader_likes_it(
    signed_in: APIClient, api: APIClient, post: Post
) -> None:
    signed_in.post(address(post, "like"))
    assert signed_in.get(address(post)).json()["liked"] is True
    assert api.get(address(post)).json()["liked"] is False


@pytest.mark.parametrize("method", ["post", "delete"])
def test_visitor_cannot_like(api: APIClient, post: Post, method: str) -> None:
    assert getattr(api, method)(address(post, "like")).status_code == 401


def test_missing_post_cannot_be_liked(signed_in: APIClient) -> None:
    assert signed_in.post("/api/posts/0/like/").status_code == 404


# Comments


def test_everyone_reads_comments_from_the_oldest_on(api: APIClient, post: Post) -> None:
    comments = CommentFactory.create_batch(2, post=post)
    CommentFactory()
    results = api.get(address(post, "comments")).json()["results"]
    assert [comment["id"] for comment in results] == [comment.pk for comment in comments]


def test_comments_take_as_many_queries_for_many_as_for_few(api: APIClient, post: Post) -> None:
    numbers = []
    for count in (1, 9):
        CommentFactory.create_batch(count, post=post)
        with CaptureQueriesContext(connection) as queries:
            api.get(address(post, "comments"))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_user_comments(signed_in: APIClient, post: Post, user: User) -> None:
    response = signed_in.post(address(post, "comments"), {"body": "좋아요 👍"})
    assert response.status_code == 201
    comment = Comment.objects.get()
    assert (comment.post, comment.author, comment.body) == (post, user, "좋아요 👍")


def test_visitor_cannot_comment(api: APIClient, post: Post) -> None:
    assert api.post(address(post, "comments"), {"body": "…"}).status_code == 401


def test_empty_comment_is_refused(signed_in: APIClient, post: Post) -> None:
    response = signed_in.post(address(post, "comments"), {"body": " "})
    assert response.status_code == 400
    assert [each["field"] for each in response.json()["errors"]] == ["body"]


def test_author_changes_a_comment(signed_in: APIClient, user: User) -> None:
    comment = CommentFactory(author=user)
    response = signed_in.patch(address(comment.post, "comments", comment.pk), {"body": "new"})
    assert (response.status_code, response.json()["body"]) == (200, "new")


def test_author_deletes_a_comment(signed_in: APIClient, user: User) -> None:
    comment = CommentFactory(author=user)
    response = signed_in.delete(address(comment.post, "comments", comment.pk))
    assert response.status_code == 204
    assert not Comment.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_comment_of_another_user_stays_as_it_is(signed_in: APIClient, method: str) -> None:
    comment = CommentFactory()
    where = address(comment.post, "comments", comment.pk)
    assert getattr(signed_in, method)(where, {"body": "changed"}).status_code == 403
    assert Comment.objects.get().body == comment.body


@pytest.mark.parametrize("number", ["0", "9" * 30])
@pytest.mark.parametrize("method", ["get", "post"])
def test_comments_of_a_missing_post_are_answered_404(
    signed_in: APIClient, method: str, number: str
) -> None:
    response = getattr(signed_in, method)(f"/api/posts/{number}/comments/", {"body": "…"})
    assert response.status_code == 404


def test_comment_is_not_found_under_another_post(api: APIClient, post: Post) -> None:
    assert api.get(address(post, "comments", CommentFactory().pk)).status_code == 404


def test_comments_go_with_their_post(signed_in: APIClient, user: User) -> None:
    comment = CommentFactory(post__author=user)
    signed_in.delete(address(comment.post))
    assert not Comment.objects.exists()


def test_like_is_shown_by_user_and_post(post: Post, user: User) -> None:
    assert str(Like(post=post, user=user)) == f"{user.email} ♥ {post.title}"
