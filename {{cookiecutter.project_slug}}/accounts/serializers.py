from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, transaction
from rest_framework import serializers
from rest_framework.fields import empty

from .models import User
from .texts import UNKNOWN_DOMAIN, WRONG_PASSWORD


class PasswordField(serializers.CharField):
    """A password as it is typed, blanks at its edges included."""

    def __init__(self, **options: Any) -> None:
        style = {"input_type": "password"}
        super().__init__(
            write_only=True, trim_whitespace=False, max_length=128, style=style, **options
        )


class CurrentPasswordField(PasswordField):
    """The password of the user who is signed in, whose wrong ones count as guesses."""

    def run_validation(self, data: Any = empty) -> str:
        password = super().run_validation(data)
        request = self.context["request"]
        if authenticate(request, username=request.user.email, password=password) is None:
            raise serializers.ValidationError(WRONG_PASSWORD, code="wrong_password")
        return password


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "email", "name", "date_joined"]
        read_only_fields = ["email", "date_joined"]


class DeletionSerializer(serializers.Serializer):
    password = CurrentPasswordField()


class AuthorSerializer(serializers.ModelSerializer):
    # {% if cookiecutter.docs_language == "ko" %}
    """누구나 볼 수 있는 사용자 정보. 이메일 주소는 없습니다."""

    # {% else %}
    """What everyone may know of a user; never the e-mail address."""

    # {% endif %}
    class Meta:
        model = User
        fields = ["id", "name"]


class SignUpSerializer(serializers.ModelSerializer):
    password = PasswordField()

    class Meta:
        model = User
        fields = ["id", "email", "name", "password"]

    def validate_email(self, value: str) -> str:
        """Check the address as it will be stored: in lower case a few letters become two."""
        email = User._meta.get_field("email").clean(value, None)
        domains = settings.SIGN_UP_EMAIL_DOMAINS
        if domains and email.rpartition("@")[2] not in domains:
            message = UNKNOWN_DOMAIN.format(domains=", ".join(domains))
            raise serializers.ValidationError(message, code="unknown_domain")
        return email

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Apply AUTH_PASSWORD_VALIDATORS; they compare the password with the other fields."""
        user = User(email=attrs["email"], name=attrs["name"])
        try:
            validate_password(attrs["password"], user)
        except DjangoValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from error
        return attrs

    def create(self, validated_data: dict[str, Any]) -> User:
        try:
            with transaction.atomic():
                return User.objects.create_user(**validated_data)
        except IntegrityError:
            # Another request took the address after it was validated here: now that is found.
            self.run_validation(self.initial_data)
            raise
