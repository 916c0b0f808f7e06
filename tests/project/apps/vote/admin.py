from django.contrib import admin
from .models import *

admin.site.register(Team)
admin.site.register(Member)
admin.site.register(Candidate)
admin.site.register(Vote)
