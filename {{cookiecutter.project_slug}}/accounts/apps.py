from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "{{ '계정' if cookiecutter.docs_language == 'ko' else 'Accounts' }}"
