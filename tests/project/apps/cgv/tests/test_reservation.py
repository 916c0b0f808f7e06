import pytest
from datetime import datetime
from rest_framework.test import APIClient
from accounts.models import User
from cgv.models import *


@pytest.fixture
def client():
    return APIClient()


@pytest.fixture
def schedule(db):
    movie = Movie.objects.create(title='파묘', genre='horror', running_time=134, open_date='2024-02-22')
    theater = Theater.objects.create(name='신촌아트레온')
    hall = Hall.objects.create(theater=theater, name='1관', rows=10, cols=10)
    Seat.objects.create(hall=hall, row='A', col=1)
    Seat.objects.create(hall=hall, row='A', col=2)
    return Schedule.objects.create(movie=movie, hall=hall, start_at=datetime(2024, 3, 1, 19, 30))


@pytest.mark.django_db
def test_예매(client, schedule):
    user = User.objects.create_user(email='ceos@gmail.com', password='1234', name='세오스')
    client.force_authenticate(user)
    seats = [{'seat': seat.id} for seat in Seat.objects.all()]
    response = client.post('/api/cgv/reservations/', {'schedule': schedule.id, 'tickets': seats}, format='json')
    assert response.status_code == 201
    assert Ticket.objects.count() == 2
    assert response.data['price'] == '28000'


@pytest.mark.django_db
def test_영화_목록(client, schedule):
    response = client.get('/api/cgv/movies/?title=파묘')
    assert response.status_code == 200
    assert response.json()['count'] == 1
