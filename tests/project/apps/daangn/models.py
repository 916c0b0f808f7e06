from django.db import models
from django.conf import settings
from django.utils.text import slugify


class Town(models.Model):
    name = models.CharField('동네', max_length=20)
    slug = models.SlugField(unique=True, allow_unicode=True)

    def __str__(self):
        return self.name


class ItemManager(models.Manager):
    def on_sale(self):
        return self.filter(status='판매중')

    def popular(self):
        return self.annotate(num=models.Count('interests')).order_by('-num')


class Item(models.Model):
    STATUS_CHOICES = (
        ('판매중', '판매중'),
        ('예약중', '예약중'),
        ('거래완료', '거래완료'),
    )
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='items')
    town = models.ForeignKey(Town, on_delete=models.PROTECT)
    title = models.CharField('제목', max_length=100)
    slug = models.SlugField(max_length=120, allow_unicode=True, unique=True, blank=True)
    price = models.PositiveIntegerField('가격', default=0)
    description = models.TextField('설명')
    image = models.ImageField('대표 사진', upload_to='items/', null=True, blank=True)
    status = models.CharField(max_length=10, choices=STATUS_CHOICES, default='판매중')
    interests = models.ManyToManyField(settings.AUTH_USER_MODEL, through='Interest', related_name='interest_items')
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ItemManager()

    def save(self, *args, **kwargs):
        if not self.slug:
            self.slug = slugify(self.title, allow_unicode=True)
        super(Item, self).save(*args, **kwargs)

    def __str__(self):
        return self.title


class ItemImage(models.Model):
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name='images')
    image = models.ImageField(upload_to='items/detail/')


class Interest(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    item = models.ForeignKey(Item, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
