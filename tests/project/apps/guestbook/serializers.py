from rest_framework import serializers
from django.contrib.auth.models import User
from .models import Guestbook


class GuestbookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Guestbook
        fields = ['id', 'writer', 'content', 'password', 'created_at']


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ['id', 'username', 'email']
