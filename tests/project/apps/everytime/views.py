from django.http import Http404
from django.shortcuts import render, get_object_or_404
from rest_framework import status, generics
from rest_framework.permissions import IsAuthenticatedOrReadOnly, AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import *
from .serializers import *


class BoardList(APIView):
    permission_classes = [AllowAny]

    def get(self, request, format=None):
        boards = Board.objects.all()
        serializer = BoardSerializer(boards, many=True)
        return Response(serializer.data)

    def post(self, request, format=None):
        serializer = BoardSerializer(data=request.data)
        if serializer.is_valid():
            serializer.save()
            return Response(serializer.data, status=status.HTTP_201_CREATED)
        return Response(serializer.errors, status=status.HTTP_400_BAD_REQUEST)


class PostList(APIView):
    permission_classes = [IsAuthenticatedOrReadOnly]

    def get(self, request, board_id):
        board = get_object_or_404(Board, pk=board_id)
        posts = Post.objects.filter(board=board).order_by('-created_at')
        return Response(PostSerializer(posts, many=True).data)

    def post(self, request, board_id):
        data = request.data.copy()
        data['board'] = board_id
        serializer = PostSerializer(data=data)
        if serializer.is_valid():
            serializer.save(writer=request.user)
            return Response(serializer.data, status=201)
        return Response(serializer.errors, status=400)


class PostDetail(APIView):
    def get_object(self, pk):
        try:
            return Post.objects.get(pk=pk)
        except Post.DoesNotExist:
            raise Http404

    def get(self, request, pk, format=None):
        post = self.get_object(pk)
        serializer = PostSerializer(post)
        return Response(serializer.data)

    def put(self, request, pk, format=None):
        post = self.get_object(pk)
        if post.writer != request.user:
            return Response({'message': '작성자만 수정할 수 있습니다.'}, status=status.HTTP_403_FORBIDDEN)
        serializer = PostSerializer(post, data=request.data, partial=True)
        if serializer.is_valid():
            serializer.save()
            return Response(serializer.data)
        return Response(serializer.errors, status=status.HTTP_400_BAD_REQUEST)

    def delete(self, request, pk, format=None):
        post = self.get_object(pk)
        post.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class CommentCreate(APIView):
    def post(self, request, pk):
        post = get_object_or_404(Post, id=pk)
        serializer = CommentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save(writer=request.user, post=post)
        return Response(serializer.data, status=status.HTTP_201_CREATED)


class ScrapView(APIView):
    def post(self, request, pk):
        post = get_object_or_404(Post, id=pk)
        scrap, created = Scrap.objects.get_or_create(user=request.user, post=post)
        if not created:
            return Response({'message': '이미 스크랩한 글입니다.'}, status=400)
        return Response({'message': '스크랩 성공'}, status=201)


# 내가 쓴 글
class MyPostList(generics.ListAPIView):
    serializer_class = PostSerializer

    def get_queryset(self):
        return Post.objects.filter(writer=self.request.user.id)
