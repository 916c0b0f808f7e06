from rest_framework.routers import SimpleRouter

from . import views

router = SimpleRouter(use_regex_path=False)
router.register("posts", views.PostViewSet)
router.register("posts/<int:post_id>/comments", views.CommentViewSet)

urlpatterns = router.urls
