from django.db import models
from django.utils import timezone
from django.contrib.auth import get_user_model


class Goal(models.Model):
    PRIVACY = (
        (0, '나만보기'),
        (1, '일부공개'),
        (2, '전체공개'),
    )
    user = models.ForeignKey(get_user_model(), on_delete=models.CASCADE)
    title = models.CharField(max_length=30)
    color = models.CharField(max_length=7, default='#000000')
    privacy = models.SmallIntegerField(choices=PRIVACY, default=2)

    def __str__(self):
        return self.title


class Todo(models.Model):
    goal = models.ForeignKey('Goal', on_delete=models.CASCADE)
    content = models.CharField(max_length=100)
    date = models.DateTimeField(default=timezone.now())
    is_done = models.BooleanField(default=False)

    def __str__(self):
        return f'{self.goal.title} - {self.content}'


class Diary(models.Model):
    user = models.ForeignKey(get_user_model(), on_delete=models.CASCADE)
    emoji = models.CharField(max_length=5, null=True, blank=True)
    content = models.TextField()
    created = models.DateField(default=timezone.now)
