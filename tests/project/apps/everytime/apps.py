from django.apps import AppConfig


class EverytimeConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'everytime'
