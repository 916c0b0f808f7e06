from django.urls import path, include
from rest_framework import routers
from .views import *

router = routers.DefaultRouter()
router.register(r'profiles', ProfileViewSet)
router.register(r'posts', PostViewSet)
router.register(r'files', FileViewSet)
router.register(r'comments', CommentViewSet)
router.register(r'follows', FollowViewSet)

urlpatterns = router.urls
