# {% set ko = cookiecutter.docs_language == "ko" %}
from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.signals import pre_delete
from django.dispatch import receiver


def image_path(post: Post, filename: str) -> str:
    """Name an upload by chance: names collide, tell too much, and outlive what they replaced."""
    return f"posts/{uuid4().hex}.{filename.rpartition('.')[2]}"


class TagManager(models.Manager["Tag"]):
    def named(self, names: list[str]) -> list[Tag]:
        """Return the tags of these names; those that are new are made."""
        return [self.get_or_create(name=name)[0] for name in names]


class Tag(models.Model):
    name = models.CharField("{{ '이름' if ko else 'name' }}", max_length=30, unique=True)

    objects = TagManager()

    class Meta:
        ordering = ["name"]
        verbose_name = "{{ '태그' if ko else 'tag' }}"
        verbose_name_plural = "{{ '태그' if ko else 'tags' }}"

    def __str__(self) -> str:
        return self.name


class PostQuerySet(models.QuerySet):
    def for_api(self, user: AbstractBaseUser | AnonymousUser) -> PostQuerySet:
        """Add what an answer shows of a post, in as many queries for a thousand as for one."""
        # Authors too in a query of their own: joined to so few users, MySQL would read and sort all
        # posts to show one page of them. No Exists: PostgreSQL would read all likes of the user.
        own_like = Like.objects.filter(post=OuterRef("pk"), user=user.pk).values(liked=Value(True))
        return self.prefetch_related("author", "tags").annotate(
            comment_count=count_per_post(Comment.objects.all()),
            liked=Coalesce(Subquery(own_like), False),
        )

    def recount_likes(self) -> int:
        """Set `like_count` where it is wrong, as after raw SQL, and return how many were."""
        likes = count_per_post(Like.objects.all())
        wrong = list(self.exclude(like_count=likes).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(wrong), 1000):
            posts = self.filter(pk__in=wrong[start : start + 1000])
            with transaction.atomic():
                # Nobody likes one between the count and the update.
                list(posts.order_by("pk").select_for_update())
                posts.update(like_count=likes)
        return len(wrong)


def count_per_post(queryset: models.QuerySet) -> Coalesce:
    """Return a subquery that counts the rows of each post."""
    of_post = queryset.filter(post=OuterRef("pk")).order_by()
    counts = of_post.values("post").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counts), 0)


class Post(models.Model):
    # The indexes below begin with these keys, so they need none of their own.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        # A deleted account takes its posts with it, and all that hangs on them.
        on_delete=models.CASCADE,
        related_name="posts",
        db_index=False,
        verbose_name="{{ '작성자' if ko else 'author' }}",
    )
    title = models.CharField("{{ '제목' if ko else 'title' }}", max_length=100)
    body = models.TextField("{{ '내용' if ko else 'body' }}", max_length=10_000)
    image = models.ImageField("{{ '이미지' if ko else 'image' }}", upload_to=image_path, blank=True)
    tags = models.ManyToManyField(
        Tag,
        through="PostTag",
        related_name="posts",
        verbose_name="{{ '태그' if ko else 'tags' }}",
    )
    # A column, so that an index can order posts by it; only `set_liked` and the like change it.
    like_count = models.PositiveIntegerField(
        "{{ '좋아요 수' if ko else 'like count' }}",
        default=0,
        db_default=0,
        editable=False,
    )
    created_at = models.DateTimeField("{{ '작성일시' if ko else 'created at' }}", auto_now_add=True)
    updated_at = models.DateTimeField("{{ '수정일시' if ko else 'updated at' }}", auto_now=True)

    # What `for_api` adds; a new post has none.
    comment_count = 0
    liked = False

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        # One for each order, and for what is listed in the order of the key; see `?ordering=`.
        indexes = [
            models.Index(fields=["author", "id"], name="posts_of_author"),
            models.Index(fields=["created_at", "id"], name="posts_by_time"),
            models.Index(fields=["like_count", "id"], name="posts_by_likes"),
        ]
        verbose_name = "{{ '게시글' if ko else 'post' }}"
        verbose_name_plural = "{{ '게시글' if ko else 'posts' }}"

    def __str__(self) -> str:
        return self.title

    def save(self, **options: Any) -> None:
        """Save all fields but the count, which others may have changed since it was read."""
        if not self._state.adding:
            names = [field.name for field in self._meta.fields if not field.primary_key]
            names.remove("like_count")
            options.setdefault("update_fields", names)
        super().save(**options)


class PostTag(models.Model):
    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        verbose_name="{{ '게시글' if ko else 'post' }}",
    )
    tag = models.ForeignKey(
        Tag,
        on_delete=models.CASCADE,
        db_index=False,
        verbose_name="{{ '태그' if ko else 'tag' }}",
    )

    class Meta:
        # In this order: its index lists the posts of a tag.
        constraints = [models.UniqueConstraint(fields=["tag", "post"], name="each_tag_once")]
        verbose_name = "{{ '게시글의 태그' if ko else 'tag of a post' }}"
        verbose_name_plural = "{{ '게시글의 태그' if ko else 'tags of posts' }}"

    def __str__(self) -> str:
        return f"{self.tag}: {self.post}"


class Comment(models.Model):
    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        related_name="comments",
        db_index=False,
        verbose_name="{{ '게시글' if ko else 'post' }}",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="comments",
        verbose_name="{{ '작성자' if ko else 'author' }}",
    )
    body = models.TextField("{{ '내용' if ko else 'body' }}", max_length=1_000)
    created_at = models.DateTimeField("{{ '작성일시' if ko else 'created at' }}", auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["post", "id"], name="comments_of_post")]
        verbose_name = "{{ '댓글' if ko else 'comment' }}"
        verbose_name_plural = "{{ '댓글' if ko else 'comments' }}"

    def __str__(self) -> str:
        return self.body[:50]


class Like(models.Model):
    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        related_name="likes",
        verbose_name="{{ '게시글' if ko else 'post' }}",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="likes",
        verbose_name="{{ '사용자' if ko else 'user' }}",
    )
    created_at = models.DateTimeField("{{ '작성일시' if ko else 'created at' }}", auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "user"], name="one_like_per_user")]
        verbose_name = "{{ '좋아요' if ko else 'like' }}"
        verbose_name_plural = "{{ '좋아요' if ko else 'likes' }}"

    def __str__(self) -> str:
        return f"{self.user} ♥ {self.post}"


@transaction.atomic
def set_liked(post: Post, user: Any, liked: bool) -> int:
    """Add or remove a user's like; return how many likes the post has. Raises DoesNotExist.

    Both rows are locked first, in the order in which the deletion of a user locks them: when two
    transactions wait for each other, the database aborts one of them.
    """
    fan = get_user_model().objects.select_for_update().get(pk=user.pk)
    post = Post.objects.select_for_update().get(pk=post.pk)
    if liked:
        changed = int(post.likes.get_or_create(user=fan)[1])
    else:
        changed = -post.likes.filter(user=fan).delete()[0]
    if changed:
        add_likes([post.pk], changed)
    return max(post.like_count + changed, 0)


def add_likes(posts: list[int], change: int) -> None:
    """Add to the counts of posts; a count that raw SQL has made too low stays at 0."""
    countable = Post.objects.filter(pk__in=posts, like_count__gte=-change)
    countable.update(like_count=F("like_count") + change)


@receiver(pre_delete, sender=settings.AUTH_USER_MODEL)
def subtract_likes(instance: AbstractBaseUser, **kwargs: Any) -> None:
    """Subtract the likes of a user who is about to be deleted, and with whom they go."""
    get_user_model().objects.select_for_update().filter(pk=instance.pk).first()
    # In one order, so that two deletions do not wait for each other
    add_likes(sorted(Like.objects.filter(user=instance.pk).values_list("post", flat=True)), -1)
