from django.contrib.auth.models import User
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework import generics
from .models import Guestbook
from .serializers import GuestbookSerializer, UserSerializer


class GuestbookList(generics.ListCreateAPIView):
    queryset = Guestbook.objects.all().order_by('-id')
    serializer_class = GuestbookSerializer
    permission_classes = []


class UserList(APIView):
    def get(self, request):
        users = User.objects.all()
        return Response(UserSerializer(users, many=True).data)
