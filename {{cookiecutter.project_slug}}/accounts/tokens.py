"""A token stands for a sign-in, a row of the database: signing out deletes it, and ends them all.

`RefreshToken.for_user(user)` signs a user in, after a password as after a social login. A refresh
token works once. One that comes back later has been copied, by a thief or from its owner: its
sign-in ends, for both. Tokens that other code has made with simplejwt work too, as simplejwt's do:
a new password ends them, signing out does not.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.utils import timezone
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt import authentication, tokens
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import get_md5_hash_password

from .models import SignIn, User

ENDED = "Token is invalid"


class RefreshToken(tokens.RefreshToken):
    @classmethod
    def for_user(cls, user: Any) -> "RefreshToken":
        """Return the first token of a new sign-in; its attribute `access_token` has the other."""
        token: Any = super().for_user(user)
        expires_at = timezone.now() + token.lifetime
        token["sign_in"] = SignIn.objects.create(user=user, expires_at=expires_at).pk
        token["generation"] = 1
        return token

    def rotated(self) -> "RefreshToken":
        """Return the token that takes the place of this one, at most once in REFRESH_TOKEN_GRACE.

        Raises AuthenticationFailed if the user may not sign in, and TokenError if the sign-in has
        ended, or ends now, because this token had been replaced before.
        """
        user = JWTAuthentication().get_user(self)
        if "sign_in" not in self:
            return self.for_user(user)
        now = timezone.now()
        recently = now - settings.REFRESH_TOKEN_GRACE
        sign_ins = SignIn.objects.filter(pk=self["sign_in"])
        # Of requests at the same moment, one changes the row.
        due = sign_ins.filter(generation=self["generation"]).exclude(refreshed_at__gt=recently)
        rotated = due.update(
            generation=F("generation") + 1, refreshed_at=now, expires_at=now + self.lifetime
        )
        sign_in: Any = sign_ins.first()
        if sign_in is None:
            raise TokenError(ENDED)
        age = sign_in.generation - self["generation"]
        late = age > 1 or (age == 1 and sign_in.refreshed_at <= recently)
        if late and not rotated:
            sign_ins.delete()
            raise TokenError(ENDED)
        token: Any = super().for_user(user)
        token["sign_in"], token["generation"] = sign_in.pk, sign_in.generation
        return token


class JWTAuthentication(authentication.JWTAuthentication):
    def authenticate(self, request: Request) -> Any:
        """Return the user and the token, or None without one.

        A token that has ended is an error only where nobody may come without one.
        """
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            request.user = AnonymousUser()
            view = request.parser_context["view"]
            if all(each.has_permission(request, view) for each in view.get_permissions()):
                return None
            raise

    def get_user(self, validated_token: tokens.Token) -> Any:
        """Return the user whose sign-in the token stands for, in one query.

        A new password ends the tokens from before: they hold a hash that it no longer matches.
        """
        if "sign_in" in validated_token:
            owner = {"sign_ins": validated_token["sign_in"]}
        else:
            owner = {"pk": validated_token.get(api_settings.USER_ID_CLAIM)}
        try:
            user = User.objects.get(**owner, is_active=True)
        except User.DoesNotExist as error:
            raise InvalidToken(ENDED) from error
        password = validated_token.get(api_settings.REVOKE_TOKEN_CLAIM)
        if password != get_md5_hash_password(user.password):
            raise InvalidToken(ENDED)
        return user


class JWTScheme(SimpleJWTScheme):
    target_class = "accounts.tokens.JWTAuthentication"
