from django.urls import path
from .views import *

urlpatterns = [
    path('guestbook/', GuestbookList.as_view()),
    path('guestbook/users/', UserList.as_view()),
]
