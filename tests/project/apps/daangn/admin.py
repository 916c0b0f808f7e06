from django.contrib import admin
from .models import Town, Item, ItemImage


class ItemImageInline(admin.StackedInline):
    model = ItemImage


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):
    inlines = [ItemImageInline, ]
    prepopulated_fields = {'slug': ('title',)}


admin.site.register(Town)
