from django.contrib import admin
from .models import *

admin.site.register(Category)
admin.site.register(Store)
admin.site.register(Menu)
admin.site.register(Order)
admin.site.register(Address)
