"""Example posts by the example accounts, with comments and likes."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from accounts.seed import EMAILS

from .models import Comment, Like, Post, Tag

FIRST_POST = datetime(2026, 3, 2, 9, 30)


def seed() -> str:
    """Make what is missing, each time the same, and return a summary."""
    examples = json.loads(Path(__file__).with_name("seed.json").read_text(encoding="utf-8"))
    chance = random.Random(2026)  # noqa: S311
    users = list(User.objects.filter(email__in=EMAILS).order_by("email"))
    for number, example in enumerate(examples["posts"]):
        author, *others = chance.sample(users, k=len(users))
        comments = chance.sample(examples["comments"], k=number % 4)
        fans = others[: chance.randint(0, len(others))]
        # Not get_or_create: a team may have written a second post of that title meanwhile.
        if author.posts.filter(title=example["title"]).exists():
            continue
        post = Post.objects.create(author=author, title=example["title"], body=example["body"])
        day = timezone.make_aware(FIRST_POST + timedelta(days=3 * number, hours=number % 7))
        Post.objects.filter(pk=post.pk).update(created_at=day, updated_at=day)
        post.tags.set(Tag.objects.named(example["tags"]))
        for commenter, body in zip(others, comments, strict=False):
            Comment.objects.create(post=post, author=commenter, body=body)
        Like.objects.bulk_create(Like(post=post, user=fan) for fan in fans)
    counts = Post.objects.count(), Comment.objects.count(), Like.objects.count()
    return "posts: {}, comments: {}, likes: {}".format(*counts)
