from django.contrib import admin
from everytime.models import *

admin.site.register([School, Student, Board, Lecture, TimeTable])


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    list_display = ['id', 'title', 'writer', 'created_at']
    search_fields = ['title']


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    list_display = ('id', 'post', 'content')
