from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from accounts.models import User
from posts.factories import CommentFactory, PostFactory
from posts.models import Comment, Like, Post, Tag

pytestmark = pytest.mark.django_db

DRAFT = {"title": "제목 🌱", "body": "본문 👩‍💻\n둘째 줄"}


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


# Writing


def test_user_writes_a_post(signed_in: APIClient, user: User) -> None:
    response = signed_in.post("/api/posts/", DRAFT)
    assert response.status_code == 201
    assert Post.objects.get(pk=response.json()["id"]).author == user


def test_answer_to_a_new_post_is_what_reading_it_gives(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["django"]}).json()
    assert created == signed_in.get(f"/api/posts/{created['id']}/").json()


def test_korean_and_emoji_come_back_as_they_were_sent(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["한글", "🌱"]}).json()
    stored = Post.objects.get(pk=created["id"])
    assert (stored.title, stored.body) == (DRAFT["title"], DRAFT["body"])
    assert {tag.name for tag in stored.tags.all()} == {"한글", "🌱"}


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


def test_tags_of_different_emoji_are_different(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["🌱", "🌿", "👍", "👎"]}).json()
    assert set(created["tags"]) == {"🌱", "🌿", "👍", "👎"}


def test_tags_are_sorted_as_in_a_dictionary(signed_in: APIClient) -> None:
    created = signed_in.post("/api/posts/", DRAFT | {"tags": ["하늘", "가람", "낙원", "나래"]})
    assert created.json()["tags"] == ["가람", "나래", "낙원", "하늘"]


def test_changing_the_tags_replaces_them(signed_in: APIClient, own_post: Post) -> None:
    own_post.tags.set(Tag.objects.named(["old"]))
    assert signed_in.patch(address(own_post), {"tags": ["new"]}).json()["tags"] == ["new"]


def test_changing_something_else_leaves_the_tags(signed_in: APIClient, own_post: Post) -> None:
    own_post.tags.set(Tag.objects.named(["old"]))
    assert signed_in.patch(address(own_post), {"title": "new"}).json()["tags"] == ["old"]


def test_tags_can_be_taken_away(signed_in: APIClient, own_post: Post) -> None:
    own_post.tags.set(Tag.objects.named(["old"]))
    assert signed_in.patch(address(own_post), {"tags": []}).json()["tags"] == []


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


# Filters, search, order, pages


def test_filter_by_author(api: APIClient, post: Post) -> None:
    PostFactory()
    assert listed(api, author=post.author.pk) == [post.pk]


def test_filter_by_a_number_that_no_author_can_have_finds_nothing(
    api: APIClient, post: Post
) -> None:
    assert listed(api, author="9" * 30) == []


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("author", "me"),
        ("author", "1e5000"),
        ("created_after", "yesterday"),
        ("created_after", "0001-01-01T00:00:00+09:00"),
        ("created_before", "9999-12-31T23:59:59-09:00"),
        ("tag", "\0"),
        ("search", "\0"),
    ],
)
def test_value_that_a_filter_cannot_use_is_named(api: APIClient, name: str, value: str) -> None:
    response = api.get("/api/posts/", {name: value})
    assert response.status_code == 400
    assert response.json()["errors"]


def test_search_looks_in_title_and_body(api: APIClient) -> None:
    in_title = PostFactory(title="Learning Django", body="…")
    in_body = PostFactory(title="…", body="with django 배우기")
    PostFactory(title="…", body="…")
    assert listed(api, search="DJANGO") == [in_body.pk, in_title.pk]


def test_search_finds_korean(api: APIClient) -> None:
    post = PostFactory(title="장고 배우기")
    PostFactory(title="…", body="…")
    assert listed(api, search="장고") == [post.pk]


@pytest.mark.parametrize("word", ["🌱", "씨앗 🌱"])
def test_search_finds_emoji(api: APIClient, word: str) -> None:
    post = PostFactory(title="씨앗 🌱", body="…")
    PostFactory(title="씨앗 🌿", body="👍")
    assert listed(api, search=word) == [post.pk]


def test_filter_by_a_tag_in_korean_or_an_emoji(api: APIClient, post: Post) -> None:
    post.tags.set(Tag.objects.named(["장고", "🌱"]))
    PostFactory().tags.set(Tag.objects.named(["파이썬", "🌿"]))
    assert listed(api, tag="장고") == listed(api, tag="🌱") == [post.pk]


def test_order_by_likes(api: APIClient, user: User) -> None:
    liked, other = PostFactory.create_batch(2)
    Like.objects.create(post=liked, user=user)
    assert listed(api, ordering="-like_count") == [liked.pk, other.pk]


def test_order_by_comments(api: APIClient) -> None:
    other, commented = PostFactory.create_batch(2)
    CommentFactory(post=commented)
    assert listed(api, ordering="comment_count") == [other.pk, commented.pk]


@pytest.mark.parametrize("ordering", ["", "like_count", "-comment_count", "created_at"])
def test_pages_of_equal_posts_repeat_none(api: APIClient, ordering: str) -> None:
    posts = PostFactory.create_batch(10, author=UserFactory())
    Post.objects.update(created_at=posts[0].created_at)
    pages = [listed(api, ordering=ordering, page=page, page_size=2) for page in range(1, 6)]
    assert sorted(sum(pages, [])) == [post.pk for post in posts]


def test_page_holds_twenty_posts(api: APIClient) -> None:
    PostFactory.create_batch(21, author=UserFactory())
    assert len(listed(api)) == 20


def test_page_holds_a_hundred_posts_at_most(api: APIClient) -> None:
    author = UserFactory()
    Post.objects.bulk_create(Post(author=author, title="…", body="…") for _ in range(101))
    assert len(listed(api, page_size=1000)) == 100


def test_page_tells_the_count_and_its_neighbours(api: APIClient) -> None:
    PostFactory.create_batch(3, author=UserFactory())
    page = api.get("/api/posts/", {"page": 2, "page_size": 1}).json()
    assert page["count"] == 3
    assert "page=3" in page["next"]
    assert page["previous"]


@pytest.mark.parametrize("page", ["2", "0", "abc", "9" * 30])
def test_missing_page_is_answered_404(api: APIClient, page: str) -> None:
    assert api.get("/api/posts/", {"page": page}).status_code == 404


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


def test_comment_shows_its_author_without_the_address(signed_in: APIClient, post: Post) -> None:
    comment = signed_in.post(address(post, "comments"), {"body": "…"}).json()
    assert set(comment["author"]) == {"id", "name"}


def test_visitor_cannot_comment(api: APIClient, post: Post) -> None:
    assert api.post(address(post, "comments"), {"body": "…"}).status_code == 401


def test_empty_comment_is_refused(signed_in: APIClient, post: Post) -> None:
    response = signed_in.post(address(post, "comments"), {"body": " "})
    assert wrong_fields(response) == [("body", "blank")]


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


def test_comments_go_with_their_post(signed_in: APIClient, own_post: Post) -> None:
    CommentFactory(post=own_post)
    signed_in.delete(address(own_post))
    assert not Comment.objects.exists()


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


def test_like_is_shown_by_user_and_post(post: Post, user: User) -> None:
    assert str(Like(post=post, user=user)) == f"{user.email} ♥ {post.title}"
