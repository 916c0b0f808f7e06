from django.urls import re_path, path
from . import views

urlpatterns = [
    path('', views.index, name='index'),
    re_path(r'^goals/?$', views.goal_list),
    re_path(r'^goals/(?P<goal_id>\d+)/todos/$', views.TodoView.as_view()),
]
