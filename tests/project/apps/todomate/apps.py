from django.apps import AppConfig


class TodomateConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'todomate'
