from django.db import models
from django.contrib.auth import get_user_model
from django.utils import timezone

User = get_user_model()


# soft delete를 위한 매니저
class SoftDeleteManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(deleted_at__isnull=True)


class BaseModel(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, default=None)

    objects = SoftDeleteManager()
    all_objects = models.Manager()

    class Meta:
        abstract = True

    def delete(self, using=None, keep_parents=False):
        self.deleted_at = timezone.now()
        self.save()

    def restore(self):
        self.deleted_at = None
        self.save()


class School(BaseModel):
    name = models.CharField(max_length=30)

    def __str__(self):
        return self.name


class Student(BaseModel):
    user = models.OneToOneField(User, on_delete=models.CASCADE)
    school = models.ForeignKey(School, on_delete=models.SET_NULL, null=True)
    nickname = models.CharField(max_length=10)
    student_id = models.CharField(max_length=10, null=True)

    def __str__(self):
        return self.nickname


class Board(BaseModel):
    name = models.CharField(max_length=30)
    description = models.CharField(max_length=100, null=True)
    school = models.ForeignKey(School, on_delete=models.CASCADE)

    def __str__(self):
        return self.name


class Post(BaseModel):
    board = models.ForeignKey(Board, on_delete=models.CASCADE)
    writer = models.ForeignKey(User, on_delete=models.CASCADE)
    title = models.CharField(max_length=100)
    content = models.TextField()
    is_anonymous = models.BooleanField(default=True)
    is_question = models.BooleanField(default=False)
    like_count = models.IntegerField(default=0)

    def __str__(self):
        return self.title


class Comment(BaseModel):
    post = models.ForeignKey(Post, on_delete=models.CASCADE)
    writer = models.ForeignKey(User, on_delete=models.CASCADE)
    # 대댓글
    parent = models.ForeignKey('self', on_delete=models.CASCADE, null=True, blank=True, related_name='replies')
    content = models.CharField(max_length=300)


class Scrap(BaseModel):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    post = models.ForeignKey(Post, on_delete=models.CASCADE)

    class Meta:
        unique_together = ('user', 'post')


class Lecture(BaseModel):
    name = models.CharField(max_length=50)
    professor = models.CharField(max_length=20)
    credit = models.IntegerField()
    students = models.ManyToManyField(Student, through='TimeTable')


class TimeTable(BaseModel):
    student = models.ForeignKey(Student, on_delete=models.CASCADE)
    lecture = models.ForeignKey(Lecture, on_delete=models.CASCADE)
    semester = models.CharField(max_length=10)
