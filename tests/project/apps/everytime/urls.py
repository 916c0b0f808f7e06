from django.urls import path
from . import views

urlpatterns = [
    path('boards/', views.BoardList.as_view()),
    path('boards/<int:board_id>/posts/', views.PostList.as_view()),
    path('boards/posts/my/', views.MyPostList.as_view()),
    path('boards/posts/<int:pk>/', views.PostDetail.as_view()),
    path('boards/posts/<int:pk>/comments/', views.CommentCreate.as_view()),
    path('boards/posts/<int:pk>/scrap', views.ScrapView.as_view()),
]
