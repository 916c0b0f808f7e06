"""Pages that links in mails lead to, unless FRONTEND_URL says that the front end has them."""

from typing import Any

from django import forms
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse
from django.shortcuts import render
from django.views.generic import FormView

from . import guessing, mails
from .texts import CONFIRMATION_DONE, CONFIRMATION_PAGE, DEAD_LINK, RESET_DONE, RESET_PAGE

TEMPLATE = "common/page.html"


class ResetPage(PasswordResetConfirmView):
    template_name = TEMPLATE
    success_url = "/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        title, button = RESET_PAGE
        return context | {"title": title, "button": button, "text": DEAD_LINK}

    def form_valid(self, form: Any) -> HttpResponse:
        # Whoever reads the mail has the address.
        form.user.email_confirmed = True
        super().form_valid(form)
        guessing.remember(form.user, self.request)
        return render(self.request, TEMPLATE, {"title": RESET_PAGE[0], "text": RESET_DONE})


class ConfirmationPage(FormView):
    """A button: programs that look into mails open links, but press nothing."""

    form_class = forms.Form
    template_name = TEMPLATE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title, button = CONFIRMATION_PAGE
        return super().get_context_data(**kwargs) | {"title": title, "button": button}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        text = CONFIRMATION_DONE if mails.confirm(self.kwargs["token"]) else DEAD_LINK
        return render(self.request, TEMPLATE, {"title": CONFIRMATION_PAGE[0], "text": text})
