"""A user signs in with an e-mail address; there are no user names."""

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.fields import LowercaseEmailField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    # AbstractUser's types do not foresee that a field is left out, or another manager.
    username = first_name = last_name = None  # type: ignore[assignment]
    email = LowercaseEmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=50)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()  # type: ignore[assignment, misc]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name
