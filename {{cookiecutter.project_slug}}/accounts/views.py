from django.contrib.auth.models import AnonymousUser
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.throttling import ScopedRateThrottle

from .models import User
from .serializers import SignUpSerializer, UserSerializer


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


@extend_schema_view(
    get=extend_schema(operation_id="get_me"), patch=extend_schema(operation_id="update_me")
)
class MeView(generics.RetrieveUpdateAPIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """로그인한 사용자"""

    # {% else %}
    """The user who is signed in."""

    # {% endif %}
    serializer_class = UserSerializer
    permission_classes = [IsAuthenticated]
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User | AnonymousUser:
        return self.request.user
