from django.db import models
from django.conf import settings
from django.contrib.auth.models import AbstractUser
import datetime


# 인스타그램 클론 모델
class BaseModel(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Profile(BaseModel):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    nickname = models.CharField(max_length=20, unique=True)
    introduce = models.TextField(blank=True, null=True)
    website = models.URLField(null=True, blank=True)
    profile_image = models.ImageField(upload_to='profile/', null=True, blank=True)

    def __str__(self):
        return self.nickname


# 팔로우 (중간 테이블)
class Follow(models.Model):
    follower = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name='following')
    following = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name='follower')

    def __str__(self):
        return '{} -> {}'.format(self.follower.nickname, self.following.nickname)


class Post(BaseModel):
    author = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name='posts')
    title = models.CharField(max_length=50)
    content = models.TextField()
    location = models.CharField(max_length=100, null=True, blank=True)

    def __str__(self):
        return self.title


class File(BaseModel):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name='files')
    file = models.FileField(upload_to='post/%Y/%m/%d')
    type = models.CharField(max_length=10, choices=[('image', '사진'), ('video', '동영상')], default='image')


class Comment(BaseModel):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name='comments')
    author = models.ForeignKey(Profile, on_delete=models.CASCADE)
    content = models.TextField()

    def __str__(self):
        return self.content


class Like(BaseModel):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name='likes')
    author = models.ForeignKey(Profile, on_delete=models.CASCADE)
