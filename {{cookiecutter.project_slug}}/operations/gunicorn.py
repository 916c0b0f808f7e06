"""How gunicorn serves in production; its documentation explains every setting and hook below.

`timeout` ends a worker whose main thread is stuck, but requests run in other threads. The hooks
apply it to requests too: a worker in which one hangs ends, and gunicorn starts another.
"""

import faulthandler
import fcntl
import gc
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

bind = "0.0.0.0:8000"
worker_class = "operations.worker.Worker"
# Requests that one worker answers at a time; WEB_CONCURRENCY is the number of workers.
threads = 4
# A worker accepts only what it can answer at once, and keeps no connection open: a request goes to
# whichever worker is free, and never waits behind a slow one.
worker_connections = threads
keepalive = 0
# The application is loaded once, and the workers share its memory.
preload_app = True

# Seconds. nginx gives up on a request after 30.
timeout = 60
graceful_timeout = 30
# nginx has the whole body of a request before it connects: what is left of it comes at once.
seconds_to_drain = 2

# nginx has refused what is too long; nothing that it lets through is too long here.
limit_request_line = 0
limit_request_field_size = 2**16
limit_request_fields = 200

# The root file system is read-only.
worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True

# The requests that run in this worker: when each began and its address, by thread.
running: dict[int, tuple[float, str]] = {}

# A request of REST framework is in a cycle with its view, and so is what was parsed of its body.
# Python's collector counts objects, not bytes, and may leave gigabytes: it is called after these.
LARGE_BODY = 100_000
large_body_read = threading.Event()


def pre_request(worker: Any, req: Any) -> None:
    running[threading.get_ident()] = (time.monotonic(), f"{req.method} {req.path}")


def post_request(worker: Any, req: Any, environ: Any, resp: Any) -> None:
    """Read what the application has left of the body.

    To close a connection with unread data resets it, and nginx then answers 502 in place of what
    the application has answered, such as a 401 or a 413.
    """
    with suppress(Exception):
        environ["gunicorn.socket"].settimeout(seconds_to_drain)
        while req.body.read(2**16):
            pass
    if int(environ.get("CONTENT_LENGTH") or 0) >= LARGE_BODY:
        large_body_read.set()
    running.pop(threading.get_ident(), None)


def is_hung(began: float) -> bool:
    return time.monotonic() - began > timeout


def end_when_hung(log: Any) -> None:
    """Wait until a request hangs; then let the others finish, and end this process.

    While it waits, it collects the garbage of large requests.
    """
    while not (hung := [name for began, name in running.copy().values() if is_hung(began)]):
        if large_body_read.is_set():
            large_body_read.clear()
            gc.collect()
        time.sleep(1)
    log.critical("Hung for %s s: %s. This worker ends; its threads:", timeout, ", ".join(hung))
    faulthandler.dump_traceback()
    # One worker after the other, so that some worker always accepts connections.
    with Path(__file__).open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        os.kill(os.getpid(), signal.SIGTERM)
        end = time.monotonic() + graceful_timeout
        while time.monotonic() < end:
            # A connection that was accepted just now is not in `running` yet.
            time.sleep(1)
            if all(is_hung(began) for began, _ in running.copy().values()):
                break
        # sys.exit() would wait for the thread that hangs.
        os._exit(1)


def post_worker_init(worker: Any) -> None:
    threading.Thread(target=end_when_hung, args=[worker.log], daemon=True).start()
