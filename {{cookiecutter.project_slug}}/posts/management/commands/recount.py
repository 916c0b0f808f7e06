from typing import Any

from django.core.management.base import BaseCommand

from posts.models import Post


class Command(BaseCommand):
    help = "Counts likes again, where raw SQL or bulk_create has made posts' like_count wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"like_count: {Post.objects.recount_likes()} corrected")
