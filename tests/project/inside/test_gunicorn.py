"""Where numbers of gunicorn, Compose and nginx have to fit together."""

import re

from django.conf import settings

from operations import gunicorn


def seconds(file: str, pattern: str) -> int:
    found = re.search(pattern, (settings.BASE_DIR / file).read_text(encoding="utf-8"))
    assert found, pattern
    return int(found[1])


def test_requests_under_way_have_time_to_end_before_docker_kills() -> None:
    grace = seconds("docker-compose.prod.yml", r"stop_grace_period: (\d+)s")
    assert gunicorn.graceful_timeout < grace


def test_nginx_closes_idle_connections_first() -> None:
    idle = seconds("deploy/nginx/nginx.conf", r"upstream[^}]*keepalive_timeout (\d+)s")
    assert idle < gunicorn.keepalive
