from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException

from .models import User

ACTIONS = {"add": _("Add"), "change": _("Change"), "delete": _("Delete"), "view": _("View")}


class PermissionField(forms.ModelMultipleChoiceField):
    """Permissions in the project's language; the database has their names in English."""

    def label_from_instance(self, obj: Permission) -> str:
        action = obj.codename.partition("_")[0]
        return f"{obj.content_type} | {ACTIONS.get(action, obj.name)}"


class PermissionsAdmin(admin.ModelAdmin):
    def formfield_for_manytomany(self, db_field: ManyToManyField, *args: Any, **kwargs: Any) -> Any:
        if db_field.related_model is Permission:
            permissions = Permission.objects.select_related("content_type")
            kwargs |= {"form_class": PermissionField, "queryset": permissions}
        return super().formfield_for_manytomany(db_field, *args, **kwargs)


class PasswordForm(AdminPasswordChangeForm):
    # Django's own text ends in a sentence that it has in English only.
    usable_password_help_text: Any = AdminUserCreationForm.usable_password_help_text


class LoginForm(AdminAuthenticationForm):
    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except APIException as error:
            raise ValidationError(str(error.detail)) from error


admin.site.login_form = LoginForm


@admin.register(User)
class UserAdmin(PermissionsAdmin, DjangoUserAdmin):
    list_display = ["email", "name", "is_staff", "date_joined"]
    search_fields = ["email", "name"]
    ordering = ["-date_joined"]
    readonly_fields = ["last_login", "date_joined"]
    change_password_form = PasswordForm
    fieldsets = [
        (None, {"fields": ["email", "email_confirmed", "password", "name"]}),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(PermissionsAdmin, DjangoGroupAdmin):
    pass
