"""A user signs in with an e-mail address; there are no user names."""

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.fields import LowercaseEmailField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        fields |= {"is_staff": True, "is_superuser": True, "email_confirmed": True}
        return self.create_user(email, password, **fields)


class User(AbstractUser):
    # AbstractUser's types do not foresee that a field is left out, or another manager.
    username = first_name = last_name = None  # type: ignore[assignment]
    email = LowercaseEmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=50)
    email_confirmed = models.BooleanField(
        "{{ '이메일 확인' if cookiecutter.docs_language == 'ko' else 'e-mail confirmed' }}",
        default=False,
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()  # type: ignore[assignment, misc]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name


# {% if cookiecutter.authentication == "jwt" %}
class SignIn(models.Model):
    """What the tokens of one device stand for; without it they are worth nothing."""

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="sign_ins",
        verbose_name="{{ '사용자' if cookiecutter.docs_language == 'ko' else 'user' }}",
    )
    # Of its refresh token that works
    generation = models.PositiveIntegerField(default=1)
    refreshed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        verbose_name = "{{ '로그인' if cookiecutter.docs_language == 'ko' else 'sign-in' }}"
        verbose_name_plural = "{{ '로그인' if cookiecutter.docs_language == 'ko' else 'sign-ins' }}"

    def __str__(self) -> str:
        return str(self.pk)


# {% endif %}
class Trace(models.Model):
    """A guess at a password, a mail that was asked for, or a network that has signed in."""

    class Kind(models.TextChoices):
        GUESS = "guess"
        MAIL = "mail"
        SIGN_IN = "sign-in"

    kind = models.CharField(max_length=10, choices=Kind)
    # A hash: addresses that have no account are counted too, and need not be known.
    account = models.CharField(max_length=64)
    network = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["account", "kind", "at"], name="trace_of_account"),
            models.Index(fields=["network", "kind", "at"], name="trace_of_network"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.network}"
