"""Is the process alive, and is it ready for traffic?"""

import logging
from uuid import uuid4

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.errors import problem_response
from common.messages import NOT_READY

logger = logging.getLogger(__name__)


def check_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def check_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def check_cache() -> bool:
    # A new key each time: several clients may ask at once.
    key = f"health-{uuid4().hex}"
    cache.set(key, "ok", timeout=10)
    return cache.get(key) == "ok"


CHECKS = {"database": check_database, "migrations": check_migrations, "cache": check_cache}


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200, or 503 with the name of the first check that failed; the log says more."""
    for name, check in CHECKS.items():
        try:
            passed = check()
        except Exception:
            logger.exception("health check failed: %s", name)
            passed = False
        if not passed:
            return problem_response(503, NOT_READY.format(name=name), reason=name)
    return JsonResponse({"status": "ok"})


class HealthMiddleware(MiddlewareMixin):
    """Answer before the Host is checked: containers and load balancers ask by IP address."""

    views = {"/health/live": live, "/health/ready": ready}

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        view = self.views.get(request.path.rstrip("/"))
        return view(request) if view else None
