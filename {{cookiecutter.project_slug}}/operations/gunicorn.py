"""How gunicorn serves in production; its documentation explains every name below."""

bind = "0.0.0.0:8000"
worker_class = "gthread"
# Requests that one process answers at a time; WEB_CONCURRENCY is the number of processes.
threads = 4
# The application is loaded once, and the processes share its memory.
preload_app = True

# Seconds. nginx closes idle connections first (after 30), so that none is closed as it is used.
keepalive = 75
timeout = 60
graceful_timeout = 30

# The root file system is read-only.
worker_tmp_dir = "/dev/shm"  # noqa: S108
control_socket_disable = True
