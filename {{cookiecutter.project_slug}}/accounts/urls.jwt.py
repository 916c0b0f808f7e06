from django.urls import path

from . import signin, views

urlpatterns = [
    path("signup/", views.SignUpView.as_view(), name="signup"),
    path("me/", views.MeView.as_view(), name="me"),
    path("token/", signin.TokenView.as_view(), name="token"),
    path("token/refresh/", signin.TokenRefreshView.as_view(), name="token-refresh"),
    path("logout/", signin.LogoutView.as_view(), name="logout"),
]
