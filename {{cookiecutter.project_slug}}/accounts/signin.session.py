"""Signing in with a session cookie.

Every request that changes something, signing in included, carries the header `X-CSRFToken`:
fetch a token from `/api/auth/csrf/` first, and a new one after signing in or out.
"""

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from .models import User
from .serializers import PasswordField, UserSerializer


class CsrfSerializer(serializers.Serializer):
    csrf_token = serializers.CharField(read_only=True)


class LoginSerializer(serializers.Serializer):
    email = serializers.EmailField(write_only=True)
    password = PasswordField()


# What a user gets who changes the password: this session goes on, the others have ended.
SIGNED_IN = {204: None}


def stay_signed_in(request: Request, user: User) -> Response:
    """Keep signed in the user who has changed the password."""
    update_session_auth_hash(request, user)
    return Response(status=status.HTTP_204_NO_CONTENT)


class CsrfView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """CSRF 토큰 받기

    `X-CSRFToken` 헤더에 넣을 토큰을 돌려주고, 짝이 되는 쿠키를 설정합니다.
    """

    # {% else %}
    """Get a CSRF token.

    Returns a token for the header `X-CSRFToken` and sets the matching cookie.
    """

    # {% endif %}
    permission_classes = [AllowAny]

    @extend_schema(operation_id="get_csrf_token", responses=CsrfSerializer)
    def get(self, request: Request) -> Response:
        return Response({"csrf_token": get_token(request)})


class LoginView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """로그인

    응답이 세션 쿠키를 설정합니다.
    """

    # {% else %}
    """Sign in.

    The response sets the session cookie.
    """

    # {% endif %}
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "signin"

    @extend_schema(operation_id="sign_in", request=LoginSerializer, responses=UserSerializer)
    def post(self, request: Request) -> Response:
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = authenticate(request, **serializer.validated_data)
        if user is None:
            raise AuthenticationFailed
        login(request, user)
        return Response(UserSerializer(user).data)


class LogoutView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """로그아웃

    세션을 서버에서 끝내므로, 복사해 둔 쿠키도 쓸 수 없습니다.
    """

    # {% else %}
    """Sign out.

    The session ends on the server, so that a copy of its cookie is worthless.
    """

    # {% endif %}
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="sign_out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        logout(request)
        return Response(status=status.HTTP_204_NO_CONTENT)
