"""The example app at its edges; posts/tests has what a team works with."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.factories import PASSWORD, UserFactory
from accounts.models import User
from posts.factories import CommentFactory, PostFactory
from posts.models import Comment, Like, Post, Tag, set_liked
from posts.tests.test_posts import DRAFT, address, listed, own_post, post, wrong_fields

pytestmark = pytest.mark.django_db


# Posts


@pytest.mark.parametrize("number", ["0", "abc", "-1", "1.0", "9" * 30, "9" * 5000])
def test_missing_post_is_answered_404(api: APIClient, number: str) -> None:
    assert api.get(f"/api/posts/{number}/").status_code == 404


def test_answer_to_a_new_post_is_what_reading_it_gives(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["django"]}).json()
    assert created == signed_in.get(f"/api/posts/{created['id']}/").json()


def test_missing_fields_are_named(signed_in: APIClient) -> None:
    expected = [("title", "required"), ("body", "required")]
    assert wrong_fields(signed_in.post("/api/posts/", {})) == expected


def test_author_replaces_a_post(signed_in: APIClient, own_post: Post) -> None:
    assert signed_in.put(address(own_post), DRAFT).status_code == 200
    own_post.refresh_from_db()
    assert (own_post.title, own_post.body) == (DRAFT["title"], DRAFT["body"])


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_visitor_changes_nothing(api: APIClient, post: Post, method: str) -> None:
    assert getattr(api, method)(address(post), DRAFT).status_code == 401


def test_posts_share_tags(signed_in: APIClient) -> None:
    for _ in range(2):
        signed_in.post("/api/posts/", DRAFT | {"tags": ["django"]})
    assert Tag.objects.count() == 1


def test_filter_by_time(api: APIClient, post: Post) -> None:
    for days in (-1, 1):
        moment = post.created_at + timedelta(days=days)
        Post.objects.filter(pk=PostFactory().pk).update(created_at=moment)
    after, before = post.created_at, post.created_at + timedelta(hours=1)
    query = {"created_after": after.isoformat(), "created_before": before.isoformat()}
    assert listed(api, **query) == [post.pk]


# Likes


def test_the_database_itself_holds_likes_unique(post: Post, user: User) -> None:
    Like.objects.create(post=post, user=user)
    with pytest.raises(IntegrityError):
        Like.objects.create(post=post, user=user)


def test_unliking_again_changes_nothing(signed_in: APIClient, post: Post) -> None:
    response = signed_in.delete(address(post, "like"))
    assert (response.status_code, response.json()) == (200, {"like_count": 0, "liked": False})


def test_unliking_leaves_the_likes_of_others(signed_in: APIClient, post: Post) -> None:
    set_liked(post, UserFactory(), liked=True)
    assert signed_in.delete(address(post, "like")).json()["like_count"] == 1


def test_missing_post_cannot_be_liked(signed_in: APIClient) -> None:
    assert signed_in.post("/api/posts/0/like/").status_code == 404


@pytest.mark.parametrize("which", ["one", "queryset", "admin"])
def test_likes_go_from_the_count_with_their_user(
    admin_client: Client, post: Post, user: User, which: str
) -> None:
    set_liked(post, user, liked=True)
    set_liked(post, UserFactory(), liked=True)
    if which == "one":
        user.delete()
    elif which == "queryset":
        User.objects.filter(pk=user.pk).delete()
    else:
        admin_client.post(f"/admin/accounts/user/{user.pk}/delete/", {"post": "yes"})
    post.refresh_from_db()
    assert (post.like_count, User.objects.filter(pk=user.pk).exists()) == (1, False)


def test_recount_corrects_counts(post: Post, user: User) -> None:
    right, none = PostFactory(), PostFactory(like_count=7)
    set_liked(right, user, liked=True)
    Like.objects.bulk_create(Like(post=post, user=fan) for fan in [user, UserFactory()])
    output = StringIO()
    call_command("recount", stdout=output)
    assert "2" in output.getvalue()
    counts = [Post.objects.get(pk=each.pk).like_count for each in (post, right, none)]
    assert counts == [2, 1, 0]


def test_a_count_that_is_too_low_stops_nobody(signed_in: APIClient, post: Post, user: User) -> None:
    other = PostFactory()
    Like.objects.bulk_create(Like(post=each, user=user) for each in (post, other))
    assert signed_in.delete(address(post, "like")).json() == {"like_count": 0, "liked": False}
    user.delete()
    assert set(Post.objects.values_list("like_count", flat=True)) == {0}


def test_a_client_cannot_set_the_count(signed_in: APIClient, own_post: Post) -> None:
    signed_in.patch(address(own_post), {"like_count": 5})
    own_post.refresh_from_db()
    assert own_post.like_count == 0


def test_seed_counts_likes(settings: object) -> None:
    settings.DEBUG = True
    call_command("seed", verbosity=0)
    posts = Post.objects.all()
    assert any(post.like_count for post in posts)
    assert all(post.like_count == post.likes.count() for post in posts)


# Comments


def test_comments_take_as_many_queries_for_many_as_for_few(api: APIClient, post: Post) -> None:
    numbers = []
    for count in (1, 9):
        CommentFactory.create_batch(count, post=post)
        with CaptureQueriesContext(connection) as queries:
            api.get(address(post, "comments"))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_empty_comment_is_refused(signed_in: APIClient, post: Post) -> None:
    response = signed_in.post(address(post, "comments"), {"body": " "})
    assert wrong_fields(response) == [("body", "blank")]


def test_author_deletes_a_comment(signed_in: APIClient, user: User) -> None:
    comment = CommentFactory(author=user)
    response = signed_in.delete(address(comment.post, "comments", comment.pk))
    assert response.status_code == 204
    assert not Comment.objects.exists()


@pytest.mark.parametrize("number", ["0", "abc", "9" * 30])
def test_missing_comment_is_answered_404(signed_in: APIClient, post: Post, number: str) -> None:
    assert signed_in.delete(address(post, "comments", number)).status_code == 404


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


# What people see of them


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


def test_objects_are_shown_by_what_they_are(post: Post, user: User) -> None:
    comment = CommentFactory.build(body="x" * 60)
    assert (str(post), str(Tag(name="django")), str(comment)) == (post.title, "django", "x" * 50)
    assert str(Like(post=post, user=user)) == f"{user.email} ♥ {post.title}"


def test_saving_a_post_keeps_the_likes_that_came_meanwhile(post: Post, user: User) -> None:
    read_before = Post.objects.get(pk=post.pk)
    set_liked(post, user, liked=True)
    read_before.title = "new"
    read_before.save()
    post.refresh_from_db()
    assert (post.title, post.like_count) == ("new", 1)


@pytest.mark.django_db(transaction=True)
def test_a_deleted_account_leaves_nothing_behind(signed_in: APIClient, own_post: Post) -> None:
    other = PostFactory()
    CommentFactory(post=other, author=own_post.author)
    signed_in.post(f"/api/posts/{other.pk}/like/")
    own_post.image.save("image.png", ContentFile(b"content"))
    storage, name = own_post.image.storage, own_post.image.name
    assert storage.exists(name)
    assert signed_in.delete("/api/auth/me/", {"password": PASSWORD}).status_code == 204
    assert not storage.exists(name)
    assert list(Post.objects.all()) == [other]
    assert not Comment.objects.exists()
    other.refresh_from_db()
    assert other.like_count == 0
