from django.db import models
from accounts.models import User
import uuid


class ChatRoom(models.Model):
    name = models.CharField(max_length=50, blank=True)
    slug = models.SlugField(unique=True, default=uuid.uuid4)
    members = models.ManyToManyField(User, through='ChatMember', related_name='rooms')
    created_at = models.DateTimeField(auto_now_add=True)


class ChatMember(models.Model):
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        unique_together = ['room', 'user']


class Message(models.Model):
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE, related_name='messages')
    sender = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    reply_to = models.ForeignKey('self', null=True, blank=True, on_delete=models.SET_NULL)
    text = models.TextField(null=True, blank=True)
    photo = models.ImageField(upload_to='chat/%Y%m%d/', null=True, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    is_read = models.BooleanField(default=False)

    class Meta:
        get_latest_by = 'sent_at'
        indexes = [models.Index(fields=['room', 'sent_at'])]
