from django.shortcuts import render
from rest_framework import viewsets
from rest_framework import permissions
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.filters import SearchFilter
from django_filters.rest_framework import DjangoFilterBackend, FilterSet, filters
from .models import *
from .serializers import *


class PostFilter(FilterSet):
    title = filters.CharFilter(field_name='title', lookup_expr='icontains')
    is_mine = filters.BooleanFilter(method='filter_is_mine')

    class Meta:
        model = Post
        fields = ['title', 'author']

    def filter_is_mine(self, queryset, name, value):
        if value:
            return queryset.filter(author__user=self.request.user)
        return queryset


class ProfileViewSet(viewsets.ModelViewSet):
    queryset = Profile.objects.all()
    serializer_class = ProfileSerializer
    permission_classes = [permissions.AllowAny]


class PostViewSet(viewsets.ModelViewSet):
    queryset = Post.objects.all()
    serializer_class = PostSerializer
    permission_classes = [permissions.AllowAny]
    filter_backends = [DjangoFilterBackend, SearchFilter]
    filterset_class = PostFilter
    search_fields = ['title', 'content']

    @action(detail=True, methods=['post'])
    def like(self, request, pk):
        post = self.get_object()
        profile = Profile.objects.get(id=request.data['author'])
        like, created = Like.objects.get_or_create(post=post, author=profile)
        if not created:
            like.delete()
        return Response({'likes': post.likes.count()})


class FileViewSet(viewsets.ModelViewSet):
    queryset = File.objects.all()
    serializer_class = FileSerializer
    permission_classes = [permissions.AllowAny]


class CommentViewSet(viewsets.ModelViewSet):
    queryset = Comment.objects.all()
    serializer_class = CommentSerializer
    permission_classes = [permissions.AllowAny]
    filter_backends = [DjangoFilterBackend]
    filterset_fields = ['post', 'author']


class FollowViewSet(viewsets.ModelViewSet):
    queryset = Follow.objects.all()
    serializer_class = FollowSerializer
    permission_classes = [permissions.AllowAny]
