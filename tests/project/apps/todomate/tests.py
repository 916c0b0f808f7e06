import json
from django.test import TestCase, Client
from .models import *


class TodoTest(TestCase):
    def setUp(self):
        self.client = Client()
        self.user = get_user_model().objects.create_user(email='a@a.com', password='1234', name='투두')

    def test_goal_create(self):
        response = self.client.post('/todomate/goals/', json.dumps({'user': self.user.id, 'title': '운동'}),
                                    content_type='application/json')
        self.assertEqual(response.status_code, 201)
        self.assertEqual(Goal.objects.first().title, '운동')

    def test_index(self):
        response = self.client.get('/todomate/')
        self.assertContains(response, '투두메이트')
