"""Whether the database reads a page of a long list from an index: of 20,000 posts, only a page."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.factories import UserFactory
from posts.models import Comment, Like, Post, PostTag, Tag

POSTS = 20_000
# For each item. Of a table this small, PostgreSQL may walk along two indexes, side by side.
MOST_ROWS = 100 if connection.vendor == "postgresql" else 20
TABLES = ["posts_post", "posts_posttag", "posts_like", "posts_comment"]
LISTS = {
    "all": "?",
    "a tag on most": "?tag=most",
    "a tag on every 40th": "?tag=some",
    "a tag on the first": "?tag=first",
    "an author of half of them": "?author={many}",
    "an author of few": "?author={few}",
    "most likes": "?ordering=-like_count",
    "fewest likes": "?ordering=like_count",
    "oldest": "?ordering=created_at",
    "after a time": "?created_after={time}",
    "before a time": "?created_before={time}",
    "comments": "{post}/comments/",
}


@pytest.fixture
def values(transactional_db: None) -> dict[str, object]:
    """Make the posts, and return what the addresses of the lists name."""
    many, few = UserFactory.create_batch(2)
    most, some, first = Tag.objects.named(["most", "some", "first"])
    Post.objects.bulk_create(
        [
            Post(
                author=few if number < 30 else many,
                title="…",
                body="A few words. " * 20,
                like_count=number * 7919 % 97 % 10,
            )
            for number in range(POSTS)
        ],
        batch_size=1000,
    )
    posts = [*Post.objects.order_by("pk").values_list("pk", flat=True)]
    tags = [(post, some.pk if post % 40 == 0 else most.pk) for post in posts]
    tags += [(post, first.pk) for post in posts[:30]]
    PostTag.objects.bulk_create(
        [PostTag(post_id=post, tag_id=tag) for post, tag in tags], batch_size=1000
    )
    Like.objects.bulk_create([Like(post_id=post, user=many) for post in posts[::10]])
    commented = posts[::10] + posts[:1] * 50
    Comment.objects.bulk_create([Comment(post_id=p, author=many, body="…") for p in commented])
    analyze()
    time = Post.objects.get(pk=posts[200]).created_at.isoformat()
    return {
        "reader": many,
        "many": many.pk,
        "few": few.pk,
        "post": posts[0],
        "time": time.replace("+00:00", "Z"),
    }


def analyze() -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ANALYZE {'TABLE ' * (connection.vendor == 'mysql')}{table}")


def rows_read(query: str) -> float:
    """Return how many rows that step of a query had to read that read most."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
            plan = cursor.fetchone()[0]
            return most_rows((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
        if connection.vendor == "mysql":
            cursor.execute(f"EXPLAIN ANALYZE {query}")
            steps = re.findall(r"rows=(\S+) loops=(\S+)\)", cursor.fetchone()[0])
            return max(float(rows) * float(loops) for rows, loops in steps)
        # SQLite does not say; what it sorts it has read. The posts of a tag it always sorts.
        cursor.execute(f"EXPLAIN QUERY PLAN {query}")
        sorts = any("TEMP B-TREE FOR ORDER BY" in row[3] for row in cursor.fetchall())
        return POSTS if sorts and "LIMIT" in query and "posts_posttag" not in query else 0


def most_rows(plan: dict) -> float:
    rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return max([rows * plan["Actual Loops"], *map(most_rows, plan.get("Plans", []))])


def read(client: APIClient, address: str) -> tuple[dict, list[str]]:
    """Return a page, and the queries that read more than a few rows for each of its items."""
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).json()
    asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    assert page["results"]
    return page, [query for query in asked if rows_read(query) > MOST_ROWS * len(page["results"])]


def test_pages_are_read_from_an_index(values: dict) -> None:
    client = APIClient()
    client.force_authenticate(values["reader"])
    slow = {}
    for name, query in LISTS.items():
        first, slow[name] = read(client, "/api/posts/" + query.format(**values))
        second, slow[f"{name}, next"] = read(client, first["next"])
        again, slow[f"{name}, back"] = read(client, second["previous"])
        assert again == first | {"previous": again["previous"]}
    assert {name: queries for name, queries in slow.items() if queries} == {}
