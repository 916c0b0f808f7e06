from django.urls import path

# {% if cookiecutter.authentication == "jwt" %}
from . import tokens, views
# {% else %}
from . import sessions, views
# {% endif %}

urlpatterns = [
    path("signup/", views.SignUpView.as_view(), name="signup"),
    # {% if cookiecutter.authentication == "jwt" %}
    path("token/", tokens.TokenView.as_view(), name="token"),
    path("token/refresh/", tokens.TokenRefreshView.as_view(), name="token-refresh"),
    path("logout/", tokens.LogoutView.as_view(), name="logout"),
    # {% else %}
    path("csrf/", sessions.CsrfView.as_view(), name="csrf"),
    path("login/", sessions.LoginView.as_view(), name="login"),
    path("logout/", sessions.LogoutView.as_view(), name="logout"),
    # {% endif %}
    path("me/", views.MeView.as_view(), name="me"),
]
