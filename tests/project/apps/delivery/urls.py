from django.urls import path, include
from rest_framework.routers import DefaultRouter
from .views import *

router = DefaultRouter()
router.register(r'stores', StoreViewSet)
router.register(r'stores/(?P<store_pk>[^/.]+)/menus', MenuViewSet, basename='menu')
router.register(r'orders', OrderViewSet, basename='order')

urlpatterns = [
    path('', include(router.urls)),
]
