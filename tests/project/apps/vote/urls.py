from django.urls import path
from .views import *

urlpatterns = [
    path('signup/', SignupView.as_view()),
    path('login/', LoginView.as_view()),
    path('users/', UserListView.as_view()),
    path('candidates/<str:part>/', CandidateListView.as_view()),
    path('candidates/result/', ResultView.as_view()),
    path('candidates/<int:pk>/vote/', VoteView.as_view()),
]
