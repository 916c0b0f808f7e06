"""Ask the server in this container whether it is ready: the container's health check.

Standard library only, since it runs again and again. It prints the answer, which
`docker inspect` shows, and exits with 1 unless that is 200.
"""

import os
import sys
from contextlib import closing
from http.client import HTTPConnection, HTTPException

PORT = 8000
SECONDS = 5


def allowed_host() -> str:
    """Return a host that ALLOWED_HOSTS lets pass: the first, without the dot of a wildcard."""
    hosts = os.environ.get("ALLOWED_HOSTS", "").split(",")
    return next(filter(None, (host.strip().lstrip("*.") for host in hosts)), "localhost")


def main() -> int:
    with closing(HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)) as connection:
        try:
            connection.request("GET", "/health/ready/", headers={"Host": allowed_host()})
            response = connection.getresponse()
            print(response.status, response.read().decode())
        except (OSError, HTTPException) as error:
            print(error)
            return 1
    return 0 if response.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
