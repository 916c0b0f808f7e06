"""How gunicorn serves in production; its documentation explains every name below."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY_PER_WORKER = 384 * 2**20  # bytes; a worker with its threads needs far less while idle
# Of control groups version 2, and of version 1
CGROUP_LIMITS = [
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
]


def usable_cpus() -> int:
    """Return how many CPUs this process may run on, as far as this Python can tell."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1


def usable_memory() -> int:
    """Return the bytes of memory that this container may use."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [file.read_text(encoding="ascii").strip() for file in CGROUP_LIMITS if file.exists()]
    return min([total, *(int(limit) for limit in limits if limit != "max")])


def number_of_workers(cpus: int, memory: int, replicas: int = 1) -> int:
    """Return how many processes suit the CPUs and the memory (bytes) that the replicas share."""
    return max(1, min(2 * cpus + 1, memory // MEMORY_PER_WORKER) // replicas)


def number_of_threads(workers: int) -> int:
    """Return how many threads a worker has: the more, the fewer workers there is memory for."""
    return max(2, 8 // workers)


bind = "0.0.0.0:8000"
# WEB_CONCURRENCY=0 leaves the number to the machine.
workers = int(os.environ.get("WEB_CONCURRENCY") or 0) or number_of_workers(
    usable_cpus(),
    usable_memory(),
    int(os.environ.get("WEB_REPLICAS") or 1),
)
worker_class = "gthread"
threads = number_of_threads(workers)
# The application is loaded once, and the workers share its memory.
preload_app = True

# Seconds. nginx closes idle connections first (after 30), so that none is closed as it is used.
keepalive = 75
timeout = 60
graceful_timeout = 30

# The root file system is read-only.
worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True


class Pieces(list):
    """Stands in for a connection, and keeps what is sent."""

    sendall = list.append


def in_one_piece(write: Callable[[Any, bytes], None]) -> Callable[[Any, bytes], None]:
    """Return gunicorn's `Response.write`, but the head leaves together with the body's start.

    gunicorn sends one after the other, and nginx passes the head on to the client. Were this
    process killed in between, it would be too late for nginx to ask another replica.
    """

    def write_in_one_piece(response: Any, data: bytes) -> None:
        if response.headers_sent:
            return write(response, data)
        connection, response.sock = response.sock, Pieces()
        try:
            write(response, data)
        finally:
            pieces, response.sock = response.sock, connection
        return connection.sendall(b"".join(pieces))

    return write_in_one_piece


def on_starting(server: Any) -> None:
    from gunicorn.http.wsgi import Response

    Response.write = in_one_piece(Response.write)
