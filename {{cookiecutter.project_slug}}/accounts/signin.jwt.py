"""Signing in with JWT: a short-lived access token, and a refresh token that works once."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView
from rest_framework_simplejwt import tokens, views
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings

from .models import User


class AccessToken(tokens.BlacklistMixin, tokens.AccessToken):
    """An access token that signing out ends at once, at the price of one query a request."""


class RefreshSerializer(TokenRefreshSerializer):
    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        try:
            return super().validate(attrs)
        except User.DoesNotExist as error:
            message = self.error_messages["no_active_account"]
            raise AuthenticationFailed(message, "no_active_account") from error


class LogoutSerializer(serializers.Serializer):
    refresh = serializers.CharField(write_only=True)

    def validate_refresh(self, value: Any) -> tokens.RefreshToken:
        """Return the token behind the text: the user's own, and still valid."""
        try:
            token = tokens.RefreshToken(value)
        except TokenError as error:
            raise serializers.ValidationError(str(error), code="token_not_valid") from error
        if token[api_settings.USER_ID_CLAIM] != str(self.context["request"].user.pk):
            raise serializers.ValidationError(gettext("Token is invalid"), code="token_not_valid")
        return token


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
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "signin"


@extend_schema_view(post=extend_schema(operation_id="refresh_token"))
class TokenRefreshView(views.TokenRefreshView):
    # {% if cookiecutter.docs_language == "ko" %}
    """토큰 갱신

    refresh 토큰을 새로운 토큰 한 쌍으로 바꿉니다. 보낸 토큰은 더 이상 쓸 수 없습니다.
    """

    # {% else %}
    """Refresh the tokens.

    Exchanges a refresh token for a new pair; the old one is revoked.
    """

    # {% endif %}
    serializer_class = RefreshSerializer


class LogoutView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """로그아웃

    요청에 쓴 access 토큰과 본문으로 보낸 refresh 토큰을 더 이상 쓸 수 없게 합니다.
    """

    # {% else %}
    """Sign out.

    Revokes the access token of this request and the refresh token in its body.
    """

    # {% endif %}
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="sign_out", request=LogoutSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        serializer = LogoutSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        serializer.validated_data["refresh"].blacklist()
        access: Any = request.auth
        access.blacklist()
        return Response(status=status.HTTP_204_NO_CONTENT)
