from django.urls import path, include, re_path
from rest_framework.routers import DefaultRouter
from . import views

app_name = 'cgv'

router = DefaultRouter()
router.register('movies', views.MovieViewSet, basename='movie')

urlpatterns = [
    path('', include(router.urls)),
    path('theaters/', views.theater_list),
    re_path(r'^theaters/(?P<pk>[0-9]+)/$', views.theater_detail),
    path('reservations/', views.ReservationView.as_view(), name='reservation'),
]
