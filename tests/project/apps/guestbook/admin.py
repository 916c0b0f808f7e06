from django.contrib import admin
from .models import Guestbook

admin.site.register(Guestbook)
