from django.urls import path

from . import signin, views

urlpatterns = [
    path("signup/", views.SignUpView.as_view(), name="signup"),
    path("me/", views.MeView.as_view(), name="me"),
    path("csrf/", signin.CsrfView.as_view(), name="csrf"),
    path("login/", signin.LoginView.as_view(), name="login"),
    path("logout/", signin.LogoutView.as_view(), name="logout"),
]
