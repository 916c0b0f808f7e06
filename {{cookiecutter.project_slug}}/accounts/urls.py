from django.urls import include, path

from . import views

urlpatterns = [
    path("signup/", views.SignUpView.as_view(), name="signup"),
    path("me/", views.MeView.as_view(), name="me"),
    # {% if cookiecutter.authentication == "jwt" %}
    path("", include("accounts.tokens")),
    # {% else %}
    path("", include("accounts.sessions")),
    # {% endif %}
]
