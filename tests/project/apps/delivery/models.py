from django.db import models
from django.contrib.auth import get_user_model
from datetime import datetime, date
import uuid

User = get_user_model()


class Category(models.Model):
    name = models.CharField(max_length=20, unique=True)

    class Meta:
        verbose_name_plural = 'categories'

    def __str__(self):
        return self.name


class Store(models.Model):
    categories = models.ManyToManyField(Category, blank=True)
    name = models.CharField(max_length=50)
    tel = models.CharField(max_length=20, null=True)
    min_price = models.IntegerField(default=0)
    is_open = models.BooleanField(default=True)

    def __str__(self):
        return self.name


class Menu(models.Model):
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name='menus')
    name = models.CharField(max_length=50)
    price = models.IntegerField()
    image = models.ImageField(upload_to='menu', null=True, blank=True)

    def __str__(self):
        return self.name


class Address(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    address = models.CharField(max_length=100)
    detail = models.CharField(max_length=100, null=True, blank=True)
    is_default = models.BooleanField(default=False)


class Point(models.Model):
    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    amount = models.IntegerField(default=0)


class Order(models.Model):
    class Status(models.IntegerChoices):
        WAIT = 0, '접수 대기'
        COOK = 1, '조리 중'
        DELIVERY = 2, '배달 중'
        DONE = 3, '배달 완료'

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    status = models.IntegerField(choices=Status.choices, default=Status.WAIT)
    menus = models.ManyToManyField(Menu, through='OrderMenu')
    request = models.CharField(max_length=100, null=True, blank=True)
    total_price = models.IntegerField(default=0)
    order_date = models.DateField(default=date.today)
    created_at = models.DateTimeField(auto_now_add=True)


class OrderMenu(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name='order_menus')
    menu = models.ForeignKey(Menu, on_delete=models.CASCADE)
    count = models.PositiveSmallIntegerField(default=1)
