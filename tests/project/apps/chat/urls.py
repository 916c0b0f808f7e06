from django.urls import path

from chat.views import RoomView, RoomDetail, MessageView, ReadView

urlpatterns = [
    path('rooms/', RoomView.as_view()),
    path('rooms/<slug:slug>/', RoomDetail.as_view()),
    path('rooms/<slug:slug>/messages/', MessageView.as_view()),
    path('rooms/<slug:slug>/read/', ReadView.as_view()),
]
