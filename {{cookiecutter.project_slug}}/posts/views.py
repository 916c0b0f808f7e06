from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from common.permissions import IsAuthorOrReadOnly

from .filters import PostFilter
from .models import Comment, Post, set_liked
from .serializers import CommentSerializer, LikeSerializer, PostImageSerializer, PostSerializer


class PostViewSet(viewsets.ModelViewSet):
    # {% if cookiecutter.docs_language == "en" %}
    """Posts.

    Everyone reads, signed-in users write, authors change their own.
    """

    # {% else %}
    """게시글

    누구나 읽고, 로그인한 사용자가 쓰고, 작성자가 고칩니다.
    """

    # {% endif %}
    serializer_class = PostSerializer
    permission_classes = [IsAuthenticatedOrReadOnly, IsAuthorOrReadOnly]
    filterset_class = PostFilter
    search_fields = ["title", "body"]
    # Each has an index; the number of comments has none, since it is counted for every answer.
    ordering_fields = ["created_at", "like_count"]
    lookup_value_converter = "int"
    queryset = Post.objects.all()

    def get_queryset(self) -> QuerySet[Post]:
        return Post.objects.for_api(self.request.user)

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.save(author=self.request.user)

    def lock(self) -> Post:
        """Lock the row of the post until the transaction ends: others may like or delete it."""
        return get_object_or_404(Post.objects.select_for_update(), pk=self.kwargs["pk"])

    @transaction.atomic
    def perform_update(self, serializer: BaseSerializer) -> None:
        self.lock()
        serializer.save()

    @transaction.atomic
    def perform_destroy(self, instance: Post) -> None:
        self.lock().delete()

    @extend_schema(operation_id="upload_post_image")
    @action(
        detail=True,
        methods=["put"],
        parser_classes=[MultiPartParser],
        serializer_class=PostImageSerializer,
    )
    def image(self, request: Request, pk: int) -> Response:
        # {% if cookiecutter.docs_language == "ko" %}
        """이미지 올리기

        multipart/form-data로 보냅니다. 이미 있는 이미지는 바뀝니다.
        """
        # {% else %}
        """Upload an image.

        It comes as multipart/form-data, and replaces the one that is there.
        """
        # {% endif %}
        serializer = self.get_serializer(self.get_object(), data=request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        return Response(serializer.data)

    @extend_schema(operation_id="delete_post_image", responses={204: None})
    @image.mapping.delete
    @transaction.atomic
    def delete_image(self, request: Request, pk: int) -> Response:
        # {% if cookiecutter.docs_language == "ko" %}
        """이미지 삭제"""
        # {% else %}
        """Delete the image."""
        # {% endif %}
        self.get_object()
        post = self.lock()
        post.image = ""
        post.save(update_fields=["image", "updated_at"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={200: LikeSerializer})
    @action(detail=True, methods=["post"], permission_classes=[IsAuthenticated])
    def like(self, request: Request, pk: int) -> Response:
        # {% if cookiecutter.docs_language == "ko" %}
        """좋아요

        다시 눌러도 달라지지 않습니다.
        """
        # {% else %}
        """Like a post.

        Liking it again changes nothing.
        """
        # {% endif %}
        return self.set_liked(True)

    @extend_schema(request=None, responses={200: LikeSerializer})
    @like.mapping.delete
    def unlike(self, request: Request, pk: int) -> Response:
        # {% if cookiecutter.docs_language == "ko" %}
        """좋아요 취소

        누르지 않았다면 달라지지 않습니다.
        """
        # {% else %}
        """Remove your like.

        Without a like, nothing changes.
        """
        # {% endif %}
        return self.set_liked(False)

    def set_liked(self, liked: bool) -> Response:
        try:
            like_count = set_liked(self.get_object(), self.request.user, liked)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        return Response({"like_count": like_count, "liked": liked})


class CommentViewSet(viewsets.ModelViewSet):
    # {% if cookiecutter.docs_language == "ko" %}
    """게시글의 댓글"""

    # {% else %}
    """The comments of one post."""

    # {% endif %}
    serializer_class = CommentSerializer
    permission_classes = [IsAuthenticatedOrReadOnly, IsAuthorOrReadOnly]
    filter_backends = []
    lookup_value_converter = "int"
    queryset = Comment.objects.select_related("author")

    def get_queryset(self) -> QuerySet[Comment]:
        return super().get_queryset().filter(post=self.kwargs["post_id"])

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        get_object_or_404(Post, pk=self.kwargs["post_id"])

    def perform_create(self, serializer: BaseSerializer) -> None:
        serializer.save(author=self.request.user, post_id=self.kwargs["post_id"])
