"""Example posts by the example accounts, with comments and likes."""

import json
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from accounts.models import User
from accounts.seed import EMAILS

from .models import Comment, Like, Post, Tag, set_liked


def seed() -> str:
    """Make what is missing, one post a day until now, and return a summary."""
    examples = json.loads(Path(__file__).with_name("seed.json").read_text(encoding="utf-8"))
    users = list(User.objects.filter(email__in=EMAILS).order_by("email"))
    for number, example in enumerate(examples["posts"]):
        # Each user writes in turn; the others comment and like.
        author, *others = users[number % len(users) :] + users[: number % len(users)]
        comments = examples["comments"][number : number + 3]
        # Not get_or_create: a team may have written a second post of that title meanwhile.
        if Post.objects.filter(title=example["title"]).exists():
            continue
        post = Post.objects.create(author=author, title=example["title"], body=example["body"])
        day = timezone.now() - timedelta(days=number)
        Post.objects.filter(pk=post.pk).update(created_at=day, updated_at=day)
        post.tags.set(Tag.objects.named(example["tags"]))
        for commenter, body in zip(others, comments, strict=False):
            Comment.objects.create(post=post, author=commenter, body=body)
        for fan in others[:number]:
            set_liked(post, fan, liked=True)
    counts = Post.objects.count(), Comment.objects.count(), Like.objects.count()
    return "posts: {}, comments: {}, likes: {}".format(*counts)
