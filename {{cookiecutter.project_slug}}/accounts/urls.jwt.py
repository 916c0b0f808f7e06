from django.urls import path

from . import passwords, signin, views

urlpatterns = [
    path("signup/", views.SignUpView.as_view(), name="signup"),
    path("me/", views.MeView.as_view(), name="me"),
    path("token/", signin.TokenView.as_view(), name="token"),
    path("token/refresh/", signin.TokenRefreshView.as_view(), name="token-refresh"),
    path("logout/", signin.LogoutView.as_view(), name="logout"),
    path("password/change/", passwords.ChangeView.as_view(), name="password-change"),
    path("password/reset/", passwords.ResetView.as_view(), name="password-reset"),
    path("password/reset/confirm/", passwords.NewPasswordView.as_view(), name="new-password"),
    path("email/confirmation/", passwords.ConfirmationMailView.as_view(), name="confirmation"),
    path("email/confirm/", passwords.ConfirmationView.as_view(), name="email-confirm"),
]
