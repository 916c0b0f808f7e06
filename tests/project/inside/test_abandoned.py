"""Requests whose client has gone."""

import socket
from collections.abc import Iterator

import pytest
from django.test import Client

LIVE = "/health/live/"


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a connection: the client's and gunicorn's."""
    client, server = socket.socketpair()
    with client, server:
        yield client, server


def test_a_request_is_answered_while_its_client_waits(client: Client, connection: tuple) -> None:
    assert client.get(LIVE, **{"gunicorn.socket": connection[1]}).status_code == 200


def test_a_request_is_skipped_when_its_client_has_gone(client: Client, connection: tuple) -> None:
    connection[0].close()
    assert client.get(LIVE, **{"gunicorn.socket": connection[1]}).status_code == 499


def test_what_a_client_sent_before_it_left_makes_no_difference(
    client: Client, connection: tuple
) -> None:
    connection[0].sendall(b"a body")
    connection[0].close()
    assert client.get(LIVE, **{"gunicorn.socket": connection[1]}).status_code == 499
