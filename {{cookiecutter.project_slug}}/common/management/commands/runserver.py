from django.contrib.staticfiles.management.commands import runserver


class Command(runserver.Command):
    """Django's, at localhost: to a browser 127.0.0.1 is another site, which gets no cookies."""

    default_addr = "localhost"
