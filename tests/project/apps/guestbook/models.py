from django.db import models


class Guestbook(models.Model):
    writer = models.CharField(max_length=10)
    content = models.TextField()
    password = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)

    def __unicode__(self):
        return self.content
