from rest_framework.routers import DefaultRouter
from daangn import views

router = DefaultRouter()
router.register(r'towns', views.TownViewSet)
router.register(r'items', views.ItemViewSet)

urlpatterns = []
urlpatterns += router.urls
