from rest_framework import serializers
from chat.models import ChatRoom, Message


class MessageSerializer(serializers.ModelSerializer):
    sender = serializers.StringRelatedField()
    sent_time = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = ['id', 'sender', 'text', 'photo', 'reply_to', 'sent_time']

    def get_sent_time(self, message):
        return message.sent_at.strftime('%H:%M')


class ChatRoomSerializer(serializers.ModelSerializer):
    last_message = serializers.SerializerMethodField('get_last')
    member_ids = serializers.PrimaryKeyRelatedField(source='members', many=True, read_only=True)

    class Meta:
        model = ChatRoom
        fields = ['slug', 'name', 'member_ids', 'last_message']

    def get_last(self, room):
        message = room.messages.last()
        if message is None:
            return None
        return MessageSerializer(message).data
