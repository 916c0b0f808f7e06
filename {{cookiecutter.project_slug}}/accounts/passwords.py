"""Changing a password, and resetting a forgotten one with a link in a mail.

A new password ends every session and token from before; whoever has changed it stays signed in.
"""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import guessing, mails, signin
from .models import Trace, User
from .serializers import CurrentPasswordField, PasswordField
from .texts import DEAD_LINK


def set_password(user: User, password: str) -> None:
    """Store a new password; raises a ValidationError of REST framework if it is too easy."""
    try:
        validate_password(password, user)
    except DjangoValidationError as error:
        raise serializers.ValidationError({"new_password": error.messages}) from error
    user.set_password(password)
    user.save(update_fields=["password"])


class ChangeSerializer(serializers.Serializer):
    current_password = CurrentPasswordField()
    new_password = PasswordField()


class EmailSerializer(serializers.Serializer):
    email = serializers.EmailField(write_only=True, max_length=254)


class NewPasswordSerializer(serializers.Serializer):
    uid = serializers.CharField(write_only=True, max_length=100)
    token = serializers.CharField(write_only=True, max_length=100)
    new_password = PasswordField()


class ConfirmationSerializer(serializers.Serializer):
    token = serializers.CharField(write_only=True, max_length=500)


class ChangeView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """비밀번호 변경

    다른 기기의 로그인은 모두 끝나고, 이 요청을 보낸 쪽은 로그인된 채로 남습니다.
    """

    # {% else %}
    """Change the password.

    All other devices are signed out; the one that sends this stays signed in.
    """

    # {% endif %}
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="change_password", request=ChangeSerializer, responses=signin.SIGNED_IN
    )
    def post(self, request: Request) -> Response:
        values = validated(ChangeSerializer, request)
        user: Any = request.user
        set_password(user, values["new_password"])
        return signin.stay_signed_in(request, user)


class ResetView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """비밀번호 재설정 메일 받기

    계정이 있으면 한 시간 동안 쓸 수 있는 링크를 메일로 보냅니다. 계정이 없어도 응답은 같습니다.
    """

    # {% else %}
    """Ask for a mail that resets the password.

    If there is an account, it gets a link that works for an hour. The answer is always the same.
    """

    # {% endif %}
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="request_password_reset", request=EmailSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        user = recipient(request)
        mails.send_reset(user if user.has_usable_password() else User(), request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class NewPasswordView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """비밀번호 재설정

    메일로 받은 링크의 값은 한 번만 쓸 수 있습니다. 모든 기기의 로그인이 끝납니다.
    """

    # {% else %}
    """Reset the password.

    The values of the link in the mail work once. All devices are signed out.
    """

    # {% endif %}
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="reset_password", request=NewPasswordSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        values = validated(NewPasswordSerializer, request)
        # Of two requests with one token, the second waits for the first.
        with transaction.atomic():
            user = mails.user_of_reset(values["uid"], values["token"])
            if user is None:
                raise serializers.ValidationError({"token": [DEAD_LINK]}, code="dead_link")
            # Whoever reads the mail has the address.
            user.email_confirmed = True
            user.save(update_fields=["email_confirmed"])
            set_password(user, values["new_password"])
        guessing.remember(user, request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConfirmationMailView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """이메일 주소 확인 메일 받기

    아직 확인하지 않은 계정이면 사흘 동안 쓸 수 있는 링크를 메일로 보냅니다. 응답은 늘 같습니다.
    """

    # {% else %}
    """Ask for a mail that confirms the e-mail address.

    An account that is not confirmed yet gets a link that works for three days. The answer is always
    the same.
    """

    # {% endif %}
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="request_confirmation", request=EmailSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        user = recipient(request)
        mails.send_confirmation(User() if user.email_confirmed else user, request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConfirmationView(APIView):
    # {% if cookiecutter.docs_language == "ko" %}
    """이메일 주소 확인

    메일로 받은 링크의 값을 보냅니다.
    """

    # {% else %}
    """Confirm the e-mail address.

    Takes the value of the link in the mail.
    """

    # {% endif %}
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="confirm_email", request=ConfirmationSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        if not mails.confirm(validated(ConfirmationSerializer, request)["token"]):
            raise serializers.ValidationError({"token": [DEAD_LINK]}, code="dead_link")
        return Response(status=status.HTTP_204_NO_CONTENT)


def validated(serializer_class: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.data, context={"request": request})
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def recipient(request: Request) -> User:
    """Return the user whose address is in the body, or one without an address, who gets no mail.

    Raises Throttled if the address or the network has asked for too many.
    """
    email = validated(EmailSerializer, request)["email"]
    user = User.objects.filter(email=email, is_active=True).first()
    guessing.count(Trace.Kind.MAIL, user.email if user else email, request)
    return user or User()
