import pytest
from rest_framework.test import APIClient
from .models import *

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    store = Store.objects.create(name='엽기떡볶이')
    Menu.objects.create(store=store, name='엽떡', price=14000)
    return store


def test_회원가입하면_포인트():
    user = User.objects.create_user(email='a@b.com', password='pw', name='배달')
    assert user.point.amount == 1000


def test_가게_목록(store):
    res = APIClient().get('/api/delivery/stores/')
    assert res.status_code == 200
    assert res.data['count'] == 1


def test_주문(store):
    user = User.objects.create_user(email='a@b.com', password='pw', name='배달')
    client = APIClient()
    client.force_authenticate(user)
    res = client.post('/api/delivery/orders/', {
        'store': store.id,
        'order_menus': [{'menu': store.menus.first().id, 'count': 2}],
    }, format='json')
    assert res.status_code == 201
    assert res.data['total_price'] == 28000
    assert Point.objects.get(user=user).amount == 1280
