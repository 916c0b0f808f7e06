from rest_framework import serializers
from django.db import transaction
from cgv.models import *


class MovieSerializer(serializers.ModelSerializer):
    class Meta:
        model = Movie
        fields = '__all__'


class TheaterSerializer(serializers.ModelSerializer):
    hall_count = serializers.SerializerMethodField(read_only=True)

    class Meta:
        model = Theater
        fields = ('id', 'name', 'region', 'address', 'hall_count')

    def get_hall_count(self, theater):
        return theater.halls.count()


class TicketSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ticket
        fields = ['id', 'seat']


# 예매할 때 좌석까지 같이 저장 (nested write)
class ReservationSerializer(serializers.ModelSerializer):
    tickets = TicketSerializer(many=True)

    class Meta:
        model = Reservation
        fields = ['id', 'user', 'schedule', 'status', 'price', 'tickets', 'created_at']
        read_only_fields = ['user', 'price', 'status']

    def create(self, validated_data):
        tickets = validated_data.pop('tickets')
        with transaction.atomic():
            reservation = Reservation.objects.create(price=14000 * len(tickets), **validated_data)
            for ticket in tickets:
                Ticket.objects.create(reservation=reservation, schedule=reservation.schedule, **ticket)
        return reservation
