"""Likes by many at once: none is lost, none fails, and the count on the post stays exact."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User
from posts.factories import PostFactory
from posts.models import Like, Post

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], int]]) -> list[int]:
    """Return what the calls return, each made in a thread; SQLite has one writer at a time."""

    def call(function: Callable[[], int]) -> int:
        try:
            return function()
        finally:
            connection.close()

    if connection.vendor == "sqlite":
        return [function() for function in calls]
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(call, calls))


def request(user: User, method: str, post: Post, path: str = "like/") -> Callable[[], int]:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(user)
    return lambda: getattr(client, method)(f"/api/posts/{post.pk}/{path}").status_code


def assert_counts_are_exact() -> None:
    for post in Post.objects.all():
        assert post.like_count == Like.objects.filter(post=post).count()


def test_a_user_who_likes_many_times_at_once_likes_once() -> None:
    user = UserFactory()
    for post in PostFactory.create_batch(10):
        assert set(at_once([request(user, "post", post)] * 8)) == {200}
        assert Like.objects.filter(post=post).count() == 1
    assert_counts_are_exact()


def test_all_likes_of_many_users_are_counted() -> None:
    users, post = UserFactory.create_batch(40), PostFactory()
    assert set(at_once([request(user, "post", post) for user in users])) == {200}
    post.refresh_from_db()
    assert post.like_count == 40


def test_likes_and_unlikes_of_many_users_on_few_posts_fail_for_none() -> None:
    users, posts = UserFactory.create_batch(6), PostFactory.create_batch(3)
    chance = random.Random(1)  # noqa: S311
    calls = [
        request(chance.choice(users), chance.choice(["post", "delete"]), chance.choice(posts))
        for _ in range(120)
    ]
    assert set(at_once(calls)) == {200}
    assert_counts_are_exact()


def test_a_user_is_deleted_while_users_like() -> None:
    users, posts = UserFactory.create_batch(16), PostFactory.create_batch(4)
    for user in users[:8]:
        Like.objects.bulk_create(Like(post=post, user=user) for post in posts[:2])
    Post.objects.filter(pk__in=[post.pk for post in posts[:2]]).update(like_count=8)

    def delete(user: User) -> Callable[[], int]:
        return lambda: user.delete()[0] and 204

    calls = [request(user, "post", post) for user in users for post in posts]
    calls += [delete(User.objects.get(pk=user.pk)) for user in users[:8]]
    random.Random(1).shuffle(calls)  # noqa: S311
    # 404: the user went while the request was on its way.
    assert set(at_once(calls)) <= {200, 204, 404}
    assert Like.objects.count() == 8 * 4
    assert_counts_are_exact()


def test_a_post_is_deleted_while_users_like_it() -> None:
    users, author = UserFactory.create_batch(8), UserFactory()
    for post in PostFactory.create_batch(10, author=author):
        calls = [request(user, "post", post) for user in users]
        calls.insert(4, request(author, "delete", post, ""))
        assert set(at_once(calls)) <= {200, 204, 404}
    assert not Post.objects.exists()
