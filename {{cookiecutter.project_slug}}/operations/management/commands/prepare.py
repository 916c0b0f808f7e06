"""`python manage.py prepare blue`: what a release needs before it starts in a colour.

It migrates the database and deletes what has expired there, copies the static files to where nginx
serves them, and writes nginx's complete configuration for this release to a folder of its own; it
prints the folder's name last.
"""

import os
from argparse import ArgumentParser
from ipaddress import ip_network
from pathlib import Path
from shutil import copyfile, copytree

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from operations.messages import CERTIFICATE

SOURCE = settings.BASE_DIR / "deploy/nginx"
NGINX = Path("/srv/nginx")
STATIC = Path("/srv/static")
# A page that is open since an earlier release still finds its files.
SECONDS_TO_KEEP_STATIC_FILES = 30 * 24 * 3600


def copy_static_files(source: Path, target: Path) -> None:
    """Copy the files of this release next to those of earlier ones, and remove the oldest."""
    marker = target / ".copied"
    # All files of the last release, which is still live, were copied at this time.
    copied = marker.stat().st_mtime if marker.exists() else 0.0
    for file in target.rglob("*"):
        if file.is_file() and file.stat().st_mtime < copied - SECONDS_TO_KEEP_STATIC_FILES:
            file.unlink()
    copytree(source, target, copy_function=place_file, dirs_exist_ok=True)
    marker.touch()


def place_file(source: str, target: str) -> None:
    """Copy a file; nobody sees half of it."""
    copyfile(source, f"{target}.new")
    os.replace(f"{target}.new", target)


def configuration_values(colour: str) -> dict[str, str]:
    """Return what nginx's files hold in place of `${NAME}`."""
    domain, proxies = settings.DOMAIN_NAME, settings.TRUSTED_PROXIES
    origins = settings.CORS_ALLOWED_ORIGINS
    host = domain or settings.ALLOWED_HOSTS[0].removeprefix(".")
    # check.sh asks from here, as the load balancer would.
    trusted = [*(str(ip_network(proxy)) for proxy in proxies), "127.0.0.1"] if proxies else []
    return {
        "COLOUR": colour,
        "RELEASE": settings.RELEASE,
        "DOMAIN_NAME": domain,
        # `.example.com` means the same to nginx as to Django.
        "SERVER_NAMES": " ".join(settings.ALLOWED_HOSTS),
        "SCHEME": "https" if domain else "http",
        "SITE": f"{'https' if domain and not proxies else 'http'}://{host}",
        "TRUSTED_PROXIES": " ".join(f"{proxy} 1;" for proxy in trusted),
        "ALLOWED_ORIGINS": " ".join(f"{origin} $http_origin;" for origin in origins),
        "REAL_IP_FROM": " ".join(f"set_real_ip_from {proxy};" for proxy in trusted),
        **{name: text.format(domain=domain) for name, text in CERTIFICATE.items()},
    }


def write_configuration(colour: str) -> str:
    """Write nginx's files for this release; return their folder's name.

    The link `next` names the folder, for `docker compose up` by hand.
    """
    values = configuration_values(colour)
    secure = settings.DOMAIN_NAME and not settings.TRUSTED_PROXIES
    unused = {"http.conf"} if secure else {"https.conf", "certificate.sh", "certbot.sh"}
    number = 1
    while (NGINX / (name := f"{colour}-{settings.RELEASE or 'manual'}-{number}")).exists():
        number += 1
    folder = NGINX / f".{name}.new"
    folder.mkdir(exist_ok=True)
    for file in SOURCE.iterdir():
        text = file.read_text(encoding="utf-8")
        for key, value in values.items():
            text = text.replace("${" + key + "}", value)
        if file.name not in unused:
            new_name = "servers.conf" if file.name in ("http.conf", "https.conf") else file.name
            (folder / new_name).write_text(text, encoding="utf-8")
    # For a rollback to this release: see preflight.
    with (folder / "migrations").open("w") as plan:
        call_command("showmigrations", "--plan", stdout=plan)
    folder.replace(NGINX / name)
    link = NGINX / f".next.{name}"
    link.symlink_to(name)
    link.replace(NGINX / "next")
    return name


class Command(BaseCommand):
    help = "Migrates, copies static files and writes nginx's configuration for this release."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("colour", choices=["blue", "green"])

    def handle(self, *, colour: str, **options: object) -> None:
        # What would be no configuration of nginx
        call_command("check", tags=["hosts", "origins"], deploy=True)
        call_command("migrate", interactive=False)
        call_command("clearexpired")
        copy_static_files(Path(settings.STATIC_ROOT), STATIC)
        self.stdout.write(write_configuration(colour))
