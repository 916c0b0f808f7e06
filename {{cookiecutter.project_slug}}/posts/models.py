# {% set ko = cookiecutter.docs_language == "ko" %}
from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Count, Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


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
        likes = Like.objects.filter(post=OuterRef("pk"))
        comments = Comment.objects.filter(post=OuterRef("pk"))
        # Authors too in a query of their own: joined to so few users, MySQL would read and sort all
        # posts to show one page of them.
        return self.prefetch_related("author", "tags").annotate(
            like_count=count_per_post(likes),
            comment_count=count_per_post(comments),
            liked=Exists(likes.filter(user=user.pk)) if user.pk else Value(False),
        )


def count_per_post(queryset: models.QuerySet) -> Coalesce:
    """Return a subquery that counts; counting over two joins at once would multiply the rows."""
    counts = queryset.order_by().values("post").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counts), 0)


class Post(models.Model):
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="posts",
        verbose_name="{{ '작성자' if ko else 'author' }}",
    )
    title = models.CharField("{{ '제목' if ko else 'title' }}", max_length=100)
    body = models.TextField("{{ '내용' if ko else 'body' }}", max_length=10_000)
    image = models.ImageField("{{ '이미지' if ko else 'image' }}", upload_to=image_path, blank=True)
    tags = models.ManyToManyField(
        Tag,
        blank=True,
        related_name="posts",
        verbose_name="{{ '태그' if ko else 'tags' }}",
    )
    created_at = models.DateTimeField(
        "{{ '작성일시' if ko else 'created at' }}",
        auto_now_add=True,
        db_index=True,
    )
    updated_at = models.DateTimeField("{{ '수정일시' if ko else 'updated at' }}", auto_now=True)

    # What `for_api` adds; a new post has none.
    like_count = comment_count = 0
    liked = False

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "{{ '게시글' if ko else 'post' }}"
        verbose_name_plural = "{{ '게시글' if ko else 'posts' }}"

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    post = models.ForeignKey(
        Post,
        on_delete=models.CASCADE,
        related_name="comments",
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
        ordering = ["created_at", "pk"]
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
