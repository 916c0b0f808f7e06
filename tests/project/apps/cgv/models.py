from django.db import models
from django.utils import timezone
from django.core.validators import MinValueValidator, MaxValueValidator
from accounts.models import User

GENRE_CHOICES = (
    ('action', '액션'),
    ('romance', '로맨스'),
    ('comedy', '코미디'),
    ('horror', '공포'),
)


class Movie(models.Model):
    title = models.CharField(max_length=100)
    genre = models.CharField(max_length=20, choices=GENRE_CHOICES)
    running_time = models.PositiveIntegerField(help_text='분')
    open_date = models.DateField()
    poster = models.ImageField(upload_to='posters', blank=True)
    trailer = models.FileField(upload_to='trailers', null=True, blank=True)
    rating = models.FloatField(default=0, validators=[MinValueValidator(0), MaxValueValidator(5)])

    class Meta:
        db_table = 'movie'
        ordering = ['-open_date']

    def __str__(self):
        return self.title


class Theater(models.Model):
    class Region(models.TextChoices):
        SEOUL = 'SEOUL', '서울'
        GYEONGGI = 'GYEONGGI', '경기'
        BUSAN = 'BUSAN', '부산'

    name = models.CharField(max_length=50)
    region = models.CharField(max_length=10, choices=Region.choices, default=Region.SEOUL)
    address = models.CharField(max_length=255, null=True)

    def __str__(self):
        return self.name


class Hall(models.Model):
    theater = models.ForeignKey(Theater, on_delete=models.CASCADE, related_name='halls')
    name = models.CharField(max_length=10)
    rows = models.IntegerField()
    cols = models.IntegerField()


class Schedule(models.Model):
    movie = models.ForeignKey(Movie, on_delete=models.CASCADE, related_name='schedules')
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    start_at = models.DateTimeField()
    movies_seats = models.ManyToManyField('Seat', through='Ticket')


class Seat(models.Model):
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name='seats')
    row = models.CharField(max_length=1)
    col = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=['hall', 'row', 'col'], name='unique_seat'),
        ]


class Reservation(models.Model):
    STATUS = [('R', '예매완료'), ('C', '취소')]
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE)
    status = models.CharField(choices=STATUS, max_length=1, default='R')
    price = models.DecimalField(max_digits=10, decimal_places=0, default=0)
    created_at = models.DateTimeField(auto_now_add=True)


class Ticket(models.Model):
    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name='tickets')
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE)
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE)

    class Meta:
        unique_together = [['schedule', 'seat']]
