"""Example accounts: user1@example.com and so on, and admin@example.com for the admin site."""

from .models import User

PASSWORD = "ceos-example-1"  # noqa: S105
NAMES = ["김서연", "이도윤", "박하은", "최민준", "정지우"]
ADMIN_NAME = "운영자"
EMAILS = [f"user{number}@example.com" for number, _ in enumerate(NAMES, start=1)]


def seed() -> str:
    """Make the accounts that are missing, and return what to sign in with."""
    for email, name in zip(EMAILS, NAMES, strict=True):
        add_user(email, name=name)
    add_user("admin@example.com", name=ADMIN_NAME, is_staff=True, is_superuser=True)
    return f"{EMAILS[0]} … {EMAILS[-1]}, admin@example.com: {PASSWORD}"


def add_user(email: str, **fields: object) -> None:
    user, created = User.objects.get_or_create(email=email, defaults=fields)
    if created:
        user.set_password(PASSWORD)
        user.save()
