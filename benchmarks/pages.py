"""Print the database's time for pages of long lists: `python benchmarks/pages.py`.

For MySQL and PostgreSQL, in containers that it starts and removes: a project's API is asked for
pages of 1,000, 100,000 and 1,000,000 posts, by its production image. Fails where a page of a
million takes more than 1.3 times as long as one of a thousand, and 2 ms.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SIZES = [1_000, 100_000, 1_000_000]
RUNS = 25
# Numbers from their digits, in SQL of both databases
DIGITS = " UNION ALL ".join(f"SELECT {digit} AS digit" for digit in range(10))
NUMBERS = f"""(
    WITH digits AS ({DIGITS})
    SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit + 10000 * e.digit
        + 100000 * f.digit + 1 AS n
    FROM digits a, digits b, digits c, digits d, digits e, digits f
) numbers WHERE n > {{start}} AND n <= {{end}}"""
MOMENT = {
    "mysql": "TIMESTAMP('2020-01-01') + INTERVAL n MINUTE",
    "postgresql": "TIMESTAMPTZ '2020-01-01T00:00Z' + n * INTERVAL '1 minute'",
}


def chance(prime: int) -> str:
    """Return SQL for a number from 0 to 1 that looks like chance, another for each n."""
    return f"(MOD(n * {prime}.0, 1000003) * 1.0000000 / 1000003)"


# Few authors write much, and one has written the 30 oldest posts only; nobody likes half of the
# posts; one tag is on 40 % of them, one on the 30 oldest, and the others are on two of three.
AUTHOR = f"CASE WHEN n <= 30 THEN 1000 ELSE 1 + FLOOR(999 * POWER({chance(7919)}, 3)) END"
TABLES = [
    "INSERT INTO posts_post"
    " (id, title, body, image, author_id, like_count, created_at, updated_at)"
    " SELECT n, CONCAT('Post ', n), REPEAT('Some words of a body. ', 20), '',"
    f" {AUTHOR}, FLOOR(0.5 / ({chance(104729)} + 0.0005)), {{moment}}, {{moment}} FROM {NUMBERS}",
    "INSERT INTO posts_posttag (post_id, tag_id)"
    f" SELECT n, 1 FROM {NUMBERS} AND {chance(15485863)} < 0.4",
    f"INSERT INTO posts_posttag (post_id, tag_id) SELECT n, 50 FROM {NUMBERS} AND n <= 30",
    "INSERT INTO posts_posttag (post_id, tag_id)"
    f" SELECT n, 2 + FLOOR(48 * POWER({chance(32452843)}, 2)) FROM {NUMBERS} AND MOD(n, 3) > 0",
    "INSERT INTO posts_like (post_id, user_id, created_at)"
    f" SELECT n, 1 + FLOOR(1000 * {chance(49979687)}), {{moment}} FROM {NUMBERS}",
    "INSERT INTO posts_comment (post_id, author_id, body, created_at)"
    f" SELECT 1 + FLOOR(n * {chance(67867967)}), {AUTHOR}, 'Good.', {{moment}} FROM {NUMBERS}",
]


def measure() -> None:
    """Print a line of JSON for each size: the milliseconds of each page. Runs in the image."""
    import django

    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    User, Tag = apps.get_model("accounts.User"), apps.get_model("posts.Tag")
    User.objects.bulk_create(
        User(id=number, email=f"user{number}@example.com", name="…") for number in range(1, 1001)
    )
    Tag.objects.bulk_create(Tag(id=number, name=f"tag{number}") for number in range(1, 51))
    start = 0
    for end in SIZES:
        with connection.cursor() as cursor:
            for table in TABLES:
                moment = MOMENT[connection.vendor]
                cursor.execute(table.format(start=start, end=end, moment=moment))
            for table in ("posts_post", "posts_posttag", "posts_like", "posts_comment"):
                cursor.execute(f"ANALYZE {'TABLE ' * (connection.vendor == 'mysql')}{table}")
        start = end
        print(json.dumps({name: milliseconds(query) for name, query in pages(end)}), flush=True)


def pages(posts: int) -> Iterator[tuple[str, str]]:
    """Yield names and addresses of pages of a list of so many posts."""
    from django.apps import apps
    from django.core import signing

    half = apps.get_model("posts.Post").objects.order_by("like_count", "pk")[posts // 2]

    def cursor(names: list[str], backwards: bool = False, middle: bool = False) -> str:
        values = [str(half.like_count), str(half.pk)][-len(names) :] if middle else None
        signer = signing.Signer(salt=f"posts.Post {names}")
        return "cursor=" + signer.sign_object([backwards, values])

    by_key, by_tag, by_likes = ["-pk"], ["-key"], ["-like_count", "-pk"]
    yield "first", "?"
    yield "far", "?" + cursor(by_key, middle=True)
    yield "last", "?" + cursor(by_key, backwards=True)
    yield "common tag", "?tag=tag1"
    yield "common tag, far", "?tag=tag1&" + cursor(by_tag, middle=True)
    yield "common tag, last", "?tag=tag1&" + cursor(by_tag, backwards=True)
    yield "middling tag", "?tag=tag5"
    yield "rare tag", "?tag=tag50"
    yield "author of many", "?author=1"
    yield "author of many, last", "?author=1&" + cursor(by_key, backwards=True)
    yield "author of few", "?author=1000"
    yield "most likes", "?ordering=-like_count"
    yield "most likes, far", "?ordering=-like_count&" + cursor(by_likes, middle=True)
    yield "most likes, last", "?ordering=-like_count&" + cursor(by_likes, backwards=True)
    yield "fewest likes", "?ordering=like_count"
    yield "oldest", "?ordering=created_at"
    # A thousand posts are of one day, a million of two years.
    yield "after a time", "?created_after=2020-01-01T10:00:00Z"
    yield "before a time", "?created_before=2020-01-01T10:00:00Z"
    yield (
        "between two times",
        "?created_after=2020-01-01T10:00:00Z&created_before=2020-01-01T16:00:00Z",
    )
    yield "comments", "1/comments/"


def milliseconds(query: str) -> float:
    """Return how long a request for a page waits for the database, at best: others use the CPU."""
    from django.apps import apps
    from django.db import connection
    from rest_framework.test import APIClient

    client = APIClient()
    client.force_authenticate(apps.get_model("accounts.User").objects.get(pk=7))
    waited: list[float] = []

    def clock(execute: Callable, *arguments: object) -> object:
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            waited[-1] += (time.perf_counter() - started) * 1000

    with connection.execute_wrapper(clock):
        for _ in range(RUNS):
            waited.append(0)
            response = client.get(f"/api/posts/{query}")
            if not response.json().get("results"):
                sys.exit(f"{query}: {response.status_code}")
    return round(min(waited), 2)


def measured(kind: str) -> list[dict[str, float]]:
    """Return what `measure` prints, in a project's image, on a new server of this kind."""
    from lab.engine import docker
    from lab.rendering import choice_with, render
    from lab.stacks import DATABASE_PASSWORD, DatabaseServer, build_image

    image, _ = build_image(render(choice_with(database=kind)))
    server = DatabaseServer(kind)
    server.create("pages")
    settings = {
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "SECRET_KEY": "only-for-this",
        "ALLOWED_HOSTS": "testserver",
        "LOG_LEVEL": "ERROR",
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_NAME": "pages",
        "DATABASE_USER": "service",
        "DATABASE_PASSWORD": DATABASE_PASSWORD,
    }
    with Path(__file__).open() as script:
        output = docker(
            *("run", "--rm", "--interactive", f"--network=container:{server.container}"),
            *(f"--env={name}={value}" for name, value in settings.items()),
            *(image, "python", "-", "inside"),
            stdin=script,
        )
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from lab.engine import remove_everything
    from lab.rendering import bake_outside_pytest

    bake_outside_pytest()
    slow = False
    try:
        for kind in ("mysql", "postgresql"):
            rows = measured(kind)
            print(
                f"\n{kind}, ms" + " " * 20 + "".join(f"{size:>12,}" for size in SIZES) + "  ratio"
            )
            for name in rows[0]:
                few, *_, many = times = [row[name] for row in rows]
                over = many > 1.3 * few + 2
                slow |= over
                print(
                    f"{name:30}"
                    + "".join(f"{ms:12.2f}" for ms in times)
                    + f"{many / few:7.2f}"
                    + "  too slow" * over
                )
    finally:
        remove_everything()
    if slow:
        sys.exit("too slow")


if __name__ == "__main__":
    measure() if "inside" in sys.argv else main()
