from django.db.models.signals import post_save, post_delete
from django.dispatch import receiver
from django.contrib.auth import get_user_model
from .models import Address, Order, Point


# 회원가입하면 포인트 지급
@receiver(post_save, sender=get_user_model())
def create_point(sender, instance, created, **kwargs):
    if created:
        Point.objects.create(user=instance, amount=1000)


@receiver(post_save, sender=Order)
def add_point(sender, instance, created, **kwargs):
    if created:
        point, _ = Point.objects.get_or_create(user=instance.user)
        point.amount += int(instance.total_price * 0.01)
        point.save()
