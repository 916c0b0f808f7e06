from django.test import TestCase
from django.contrib.auth import get_user_model
from .models import *


class PostTest(TestCase):
    def setUp(self):
        user = get_user_model().objects.create_user('ceos@naver.com', 'ceos1234!')
        self.profile = Profile.objects.create(user=user, nickname='세오스')
        Post.objects.create(author=self.profile, title='첫번째 글', content='안녕하세요')
        Post.objects.create(author=self.profile, title='두번째 글', content='반갑습니다')

    def test_post_count(self):
        self.assertEqual(Post.objects.count(), 2)
        self.assertEqual(self.profile.posts.count(), 2)

    def test_like(self):
        post = Post.objects.get(title='첫번째 글')
        Like.objects.create(post=post, author=self.profile)
        self.assertEqual(post.likes.count(), 1)
