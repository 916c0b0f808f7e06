from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    default_auto_field = 'django.db.models.AutoField'
    name = 'delivery'

    def ready(self):
        import delivery.signals
