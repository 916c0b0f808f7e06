from django.db import models
from django.contrib.auth.models import User


class Diary(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    title = models.CharField(max_length=30)
    content = models.TextField()
    mood = models.IntegerField(choices=[(1, '나쁨'), (2, '보통'), (3, '좋음')], default=2)
    created_at = models.DateTimeField(auto_now_add=True)
