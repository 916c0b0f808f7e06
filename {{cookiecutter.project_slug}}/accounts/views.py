from django.contrib.auth.models import AnonymousUser
from rest_framework import generics
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.throttling import ScopedRateThrottle

from .models import User
from .serializers import SignUpSerializer, UserSerializer


class SignUpView(generics.CreateAPIView):
    """Make an account. Signing in is a request of its own."""

    serializer_class = SignUpSerializer
    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "signup"


class MeView(generics.RetrieveUpdateAPIView):
    """The user who is signed in."""

    serializer_class = UserSerializer
    permission_classes = [IsAuthenticated]
    http_method_names = ["get", "patch", "head", "options"]

    def get_object(self) -> User | AnonymousUser:
        return self.request.user
