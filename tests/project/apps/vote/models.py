from django.db import models
from django.contrib.auth import get_user_model

User = get_user_model()


class Team(models.Model):
    name = models.CharField(max_length=20)


class Member(models.Model):
    PART = (('FE', 'Frontend'), ('BE', 'Backend'))

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name='member')
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True)
    part = models.CharField(max_length=2, choices=PART)
    nickname = models.CharField(max_length=15)


class Candidate(models.Model):
    name = models.CharField(max_length=10)
    part = models.CharField(max_length=2, choices=Member.PART)
    votes = models.IntegerField(default=0)

    class Meta:
        ordering = ('-votes', 'name')


class Vote(models.Model):
    voter = models.OneToOneField(Member, on_delete=models.CASCADE)
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE)
    voted_at = models.DateTimeField(auto_now_add=True)
