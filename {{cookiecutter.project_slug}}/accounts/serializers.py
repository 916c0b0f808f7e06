from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, transaction
from rest_framework import serializers

from .models import User


class UserSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "email", "name", "date_joined"]
        read_only_fields = ["email", "date_joined"]


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
    class Meta:
        model = User
        fields = ["id", "email", "name", "password"]
        extra_kwargs = {"password": {"write_only": True, "style": {"input_type": "password"}}}

    def validate_email(self, value: str) -> str:
        """Check the address as it will be stored: in lower case a few letters become two."""
        return User._meta.get_field("email").clean(value, None)

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
        except IntegrityError as error:
            # Another request took the address after it was validated here.
            field = User._meta.get_field("email")
            message = field.error_messages["unique"] % {
                "model_name": User._meta.verbose_name,
                "field_label": field.verbose_name,
            }
            raise serializers.ValidationError({"email": [message]}, code="unique") from error
