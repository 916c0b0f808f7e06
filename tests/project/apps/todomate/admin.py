from django.contrib import admin
from .models import Goal, Todo, Diary
# Register your models here.

for model in (Goal, Todo, Diary):
    admin.site.register(model)
