from typing import Any

from django.db import transaction
from rest_framework import serializers

from accounts.serializers import AuthorSerializer
from common.fields import ImageField

from .models import Comment, Post, Tag


class TagNameField(serializers.CharField):
    """A name in lower case; its length is checked then, for a few letters become two."""

    def to_internal_value(self, data: str) -> str:
        return super().to_internal_value(data).lower()


class TagNamesField(serializers.ListField):
    """Tags as a list of names."""

    child = TagNameField(max_length=30)

    def to_representation(self, data: Any) -> list[str]:
        return [tag.name for tag in data.all()]


class PostSerializer(serializers.ModelSerializer):
    author = AuthorSerializer(read_only=True)
    tags = TagNamesField(required=False, max_length=10)
    image = serializers.ImageField(read_only=True, allow_null=True)
    comment_count = serializers.IntegerField(read_only=True)
    liked = serializers.BooleanField(read_only=True)

    class Meta:
        model = Post
        fields = [
            "id",
            "author",
            "title",
            "body",
            "image",
            "tags",
            "like_count",
            "comment_count",
            "liked",
            "created_at",
            "updated_at",
        ]

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Post:
        tags = validated_data.pop("tags", [])
        post = super().create(validated_data)
        post.tags.set(Tag.objects.named(tags))
        return post

    @transaction.atomic
    def update(self, instance: Post, validated_data: dict[str, Any]) -> Post:
        tags = validated_data.pop("tags", None)
        post = super().update(instance, validated_data)
        if tags is not None:
            post.tags.set(Tag.objects.named(tags))
        return post


class PostImageSerializer(serializers.ModelSerializer):
    image = ImageField()

    class Meta:
        model = Post
        fields = ["image"]


class CommentSerializer(serializers.ModelSerializer):
    author = AuthorSerializer(read_only=True)

    class Meta:
        model = Comment
        fields = ["id", "author", "body", "created_at"]


class LikeSerializer(serializers.Serializer):
    like_count = serializers.IntegerField(read_only=True)
    liked = serializers.BooleanField(read_only=True)
