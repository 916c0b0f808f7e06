from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import ScopedRateThrottle

from . import mails
from .models import User
from .serializers import DeletionSerializer, SignUpSerializer, UserSerializer


@extend_schema_view(post=extend_schema(operation_id="sign_up"))
class SignUpView(generics.CreateAPIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """회원 가입

    계정을 만듭니다. 로그인은 따로 요청합니다.
    """

    # {% else %}
    """Create an account.

    This does not sign you in.
    """

    # {% endif %}
    serializer_class = SignUpSerializer
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "signup"

    def perform_create(self, serializer: BaseSerializer) -> None:
        user = serializer.save()
        if settings.REQUIRE_CONFIRMED_EMAIL:
            mails.send_confirmation(user, self.request)


@extend_schema_view(
    get=extend_schema(operation_id="get_me"),
    patch=extend_schema(operation_id="update_me"),
    delete=extend_schema(
        operation_id="delete_me", request=DeletionSerializer, responses={204: None}
    ),
)
class MeView(generics.RetrieveUpdateDestroyAPIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """로그인한 사용자"""

    # {% else %}
    """The user who is signed in."""

    # {% endif %}
    serializer_class = UserSerializer
    permission_classes = [IsAuthenticated]
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_object(self) -> User | AnonymousUser:
        return self.request.user

    def perform_destroy(self, instance: User) -> None:
        """Delete the account, and with it what `on_delete` of the models names: posts, comments."""
        serializer = DeletionSerializer(
            data=self.request.data, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        instance.delete()
