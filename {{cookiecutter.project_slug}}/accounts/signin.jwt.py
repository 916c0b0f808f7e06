"""Signing in with JWT: a short-lived access token, and a refresh token that works once."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView
from rest_framework_simplejwt import views
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer, TokenRefreshSerializer

from .models import SignIn, User
from .serializers import PasswordField
from .tokens import RefreshToken


class TokenPairSerializer(serializers.Serializer):
    access = serializers.CharField(read_only=True)
    refresh = serializers.CharField(read_only=True)


class SignInSerializer(TokenPairSerializer, TokenObtainPairSerializer):
    token_class = RefreshToken

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = PasswordField()


class RefreshSerializer(TokenRefreshSerializer):
    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        return pair(RefreshToken(attrs["refresh"]).rotated())


def pair(refresh: RefreshToken) -> dict[str, str]:
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


# What a user gets who changes the password: the tokens until then have ended.
SIGNED_IN = {200: TokenPairSerializer}


def stay_signed_in(request: Request, user: User) -> Response:
    """Sign in again the user who has changed the password."""
    return Response(pair(RefreshToken.for_user(user)))


@extend_schema_view(post=extend_schema(operation_id="obtain_token"))
class TokenView(views.TokenObtainPairView):
    # {% if cookiecutter.docs_language == "ko" %}
    """로그인

    이메일 주소와 비밀번호로 access 토큰과 refresh 토큰을 받습니다.
    """

    # {% else %}
    """Sign in.

    Returns an access token and a refresh token for an e-mail address and a password.
    """

    # {% endif %}
    serializer_class = SignInSerializer
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "signin"


@extend_schema_view(post=extend_schema(operation_id="refresh_token"))
class TokenRefreshView(views.TokenRefreshView):
    # {% if cookiecutter.docs_language == "ko" %}
    """토큰 갱신

    refresh 토큰을 새로운 토큰 한 쌍으로 바꿉니다. 보낸 토큰은 10초 뒤부터 쓸 수 없고, 그 뒤에 다시
    쓰면 유출된 것으로 보고 이 로그인의 토큰을 모두 끝냅니다.
    """

    # {% else %}
    """Refresh the tokens.

    Exchanges a refresh token for a new pair. If the old one is used again more than ten seconds
    later, it has been stolen, and all tokens of this sign-in end.
    """

    # {% endif %}
    serializer_class = RefreshSerializer


class LogoutView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """로그아웃

    이 로그인에서 받은 토큰을 모두 바로 쓸 수 없게 합니다.
    """

    # {% else %}
    """Sign out.

    All tokens of this sign-in end at once.
    """

    # {% endif %}
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="sign_out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        token: Any = request.auth
        SignIn.objects.filter(pk=token.get("sign_in")).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
