from django.apps import AppConfig


class CgvConfig(AppConfig):
    default_auto_field = 'django.db.models.BigAutoField'
    name = 'cgv'
    verbose_name = '영화 예매'
