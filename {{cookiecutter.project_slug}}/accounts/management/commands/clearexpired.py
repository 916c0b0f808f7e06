"""`python manage.py clearexpired`: each deployment runs it."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import guessing, models


class Command(BaseCommand):
    help = "Deletes from the database what has expired: sessions, sign-ins, counted guesses."

    def handle(self, **options: object) -> None:
        now = timezone.now()
        call_command("clearsessions")
        known = models.Trace.objects.filter(kind=models.Trace.Kind.SIGN_IN)
        known.filter(at__lt=now - guessing.KNOWN_FOR).delete()
        others = models.Trace.objects.exclude(kind=models.Trace.Kind.SIGN_IN)
        others.filter(at__lt=now - guessing.HOUR).delete()
        # {% if cookiecutter.authentication == "jwt" %}
        models.SignIn.objects.filter(expires_at__lt=now).delete()
        # {% endif %}
