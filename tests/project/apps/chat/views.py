from django.shortcuts import get_object_or_404
from rest_framework import generics, mixins, status
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from chat.models import *
from chat.serializers import *


class RoomView(mixins.ListModelMixin, mixins.CreateModelMixin, GenericAPIView):
    queryset = ChatRoom.objects.all()
    serializer_class = ChatRoomSerializer
    permission_classes = [IsAuthenticated]

    def get(self, request, *args, **kwargs):
        return self.list(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        return self.create(request, *args, **kwargs)

    def perform_create(self, serializer):
        room = serializer.save()
        ChatMember.objects.create(room=room, user=self.request.user)


class RoomDetail(generics.RetrieveDestroyAPIView):
    queryset = ChatRoom.objects.all()
    serializer_class = ChatRoomSerializer
    lookup_field = 'slug'


class MessageView(generics.ListCreateAPIView):
    serializer_class = MessageSerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self):
        room = get_object_or_404(ChatRoom, slug=self.kwargs['slug'])
        return room.messages.all()

    def perform_create(self, serializer):
        room = get_object_or_404(ChatRoom, slug=self.kwargs['slug'])
        serializer.save(room=room, sender=self.request.user)


# 읽음 처리
class ReadView(GenericAPIView):
    permission_classes = [IsAuthenticated]

    def post(self, request, slug):
        room = get_object_or_404(ChatRoom, slug=slug)
        count = room.messages.exclude(sender=request.user).update(is_read=True)
        return Response({'read': count}, status=status.HTTP_200_OK)
