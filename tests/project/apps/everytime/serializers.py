from rest_framework import serializers
from .models import *


class ReplySerializer(serializers.ModelSerializer):
    class Meta:
        model = Comment
        fields = ['id', 'writer', 'content', 'created_at']


class CommentSerializer(serializers.ModelSerializer):
    replies = ReplySerializer(many=True, read_only=True)

    class Meta:
        model = Comment
        fields = ['id', 'post', 'writer', 'parent', 'content', 'replies', 'created_at']
        read_only_fields = ['writer', 'post']


class PostSerializer(serializers.ModelSerializer):
    writer = serializers.SerializerMethodField()
    comments = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = ['id', 'board', 'title', 'content', 'writer', 'is_anonymous', 'like_count', 'comments', 'created_at']

    # 익명이면 작성자를 숨김
    def get_writer(self, obj):
        if obj.is_anonymous:
            return '익명'
        return obj.writer.email

    def get_comments(self, obj):
        comments = obj.comment_set.filter(parent=None)
        return CommentSerializer(comments, many=True).data


class BoardSerializer(serializers.ModelSerializer):
    class Meta:
        model = Board
        fields = '__all__'
