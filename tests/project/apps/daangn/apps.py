from django.apps import AppConfig


class DaangnConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'daangn'
