import factory

from .models import User

PASSWORD = "correct-horse-battery"  # noqa: S105
# What the tests send to sign up
NEWCOMER = {"email": "new@example.com", "name": "New", "password": PASSWORD}


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"user{number}@example.com")
    name = factory.Faker("name")
    password = factory.django.Password(PASSWORD)
