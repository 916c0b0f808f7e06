from django.contrib import admin
from .models import *

# Register your models here.
admin.site.register(Profile)
admin.site.register(Post)
admin.site.register(File)
admin.site.register(Comment)
admin.site.register(Like)
admin.site.register(Follow)
