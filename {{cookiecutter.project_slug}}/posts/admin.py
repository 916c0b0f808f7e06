from django.contrib import admin

from .models import Comment, Post, PostTag, Tag


class CommentInline(admin.TabularInline):
    model = Comment
    extra = 0
    raw_id_fields = ["author"]


class PostTagInline(admin.TabularInline):
    model = PostTag
    extra = 0
    autocomplete_fields = ["tag"]


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "created_at"]
    list_filter = ["tags", "created_at"]
    list_select_related = ["author"]
    search_fields = ["title", "body", "author__email"]
    autocomplete_fields = ["author"]
    inlines = [PostTagInline, CommentInline]


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    search_fields = ["name"]
