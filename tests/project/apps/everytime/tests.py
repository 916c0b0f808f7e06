from django.test import TestCase
from rest_framework.test import APIClient, APITestCase
from .models import *


class EverytimeTestCase(APITestCase):
    def setUp(self):
        self.user = User.objects.create_user(email='test@ewhain.net', password='qwer1234', name='test')
        school = School.objects.create(name='이화여대')
        self.board = Board.objects.create(name='자유게시판', school=school)

    def test_글쓰기(self):
        self.client.force_authenticate(user=self.user)
        res = self.client.post('/api/boards/%d/posts/' % self.board.id, {'title': '안녕', 'content': '하세요'})
        self.assertEqual(res.status_code, 201)
        self.assertEqual(res.data['writer'], '익명')

    def test_제목_없으면_400(self):
        self.client.force_authenticate(user=self.user)
        res = self.client.post('/api/boards/%d/posts/' % self.board.id, {'content': '하세요'})
        self.assertEqual(res.status_code, 400)
        self.assertIn('title', res.data)

    def test_soft_delete(self):
        post = Post.objects.create(board=self.board, writer=self.user, title='a', content='b')
        post.delete()
        self.assertEqual(Post.objects.count(), 0)
        self.assertEqual(Post.all_objects.count(), 1)

    def test_없는_글은_404(self):
        res = self.client.get('/api/boards/posts/100/')
        self.assertEqual(res.status_code, 404)
