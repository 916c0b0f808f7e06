"""What preflight finds of the database; the errors are those of real servers, made by hand."""

import socket
from contextlib import closing
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.db.migrations.exceptions import BadMigrationError
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import User
from operations import compatibility, services
from operations.services import check_database
from template_tests.found import PASSWORD, ids, notes
from template_tests.options import OPTIONS


def refused(error: Exception, host: str = "db.example.com") -> SimpleNamespace:
    """Return a stand-in for Django's connection, to a server that refuses it with an error."""

    def refuse() -> None:
        raise error

    address = {"HOST": host, "PORT": 3306, "NAME": "service", "USER": "admin"}
    return SimpleNamespace(
        settings_dict={**address, "PASSWORD": PASSWORD}, ensure_connection=refuse
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(-2, "Name or service not known"), "unresolved"),
        (UnicodeError("label empty or too long"), "unresolved"),
        (TimeoutError("timed out"), "timeout"),
        (OSError(113, "No route to host"), "timeout"),
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
    ],
)
def test_a_database_server_out_of_reach_is_found(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    def refuse(address: tuple[str, int], timeout: float) -> None:
        assert address == ("db.example.com", 3306)
        assert timeout <= 5
        raise error

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(services, "connection", refused(error))
    (found,) = check_database()
    assert found.id == f"database.{kind}"
    assert "admin@db.example.com:3306/service" in found.msg


def test_a_port_that_listens_is_reachable_and_one_that_does_not_refuses() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        assert services.why_unreachable("127.0.0.1", port) == ""
    assert services.why_unreachable("127.0.0.1", port) == "refused"


@pytest.mark.parametrize(
    "host", ["https://db.example.com", f"mysql://admin:{PASSWORD}@db.example.com/service"]
)
def test_an_address_instead_of_a_host_is_found_and_its_password_not_shown(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setattr(services, "connection", refused(OperationalError(), host))
    assert ids(check_database()) == ["operations.E001"]


if OPTIONS["database"] == "mysql":
    DATABASE_ERRORS = [
        ("credentials", (1045, "Access denied for user 'admin'@'10.0.0.1' (using password: YES)")),
        ("missing", (1049, "Unknown database 'service'")),
        ("denied", (1044, "Access denied for user 'admin'@'%' to database 'service'")),
        ("denied", (1130, "Host '10.0.0.1' is not allowed to connect to this MySQL server")),
        ("tls", (3159, "Connections using insecure transport are prohibited")),
        ("tls", (2026, "TLS/SSL error: self-signed certificate in certificate chain")),
        ("silent", (2013, "Lost connection to server at 'handshake', system error: 110")),
        ("other", (1040, "Too many connections")),
    ]
else:
    SERVER = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '
    UNENCRYPTED = (
        f'\n{SERVER}FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "admin", '
        'database "service", no encryption'
    )
    DATABASE_ERRORS = [
        ("credentials", (f'{SERVER}FATAL:  password authentication failed for user "admin"',)),
        (
            "credentials",
            (f'{SERVER}FATAL:  password authentication failed for user "admin"{UNENCRYPTED}',),
        ),
        ("missing", (f'{SERVER}FATAL:  database "service" does not exist',)),
        ("missing", (f'{SERVER}FATAL:  database "service" does not exist{UNENCRYPTED}',)),
        ("denied", (f'{SERVER}FATAL:  permission denied for database "service"{UNENCRYPTED}',)),
        ("denied", (f'{SERVER}FATAL:  no pg_hba.conf entry for host "10.0.0.1", SSL encryption',)),
        ("tls", (UNENCRYPTED,)),
        ("tls", (f"{SERVER}server does not support SSL, but SSL was required",)),
        ("silent", ("connection timeout expired",)),
        ("other", (f"{SERVER}FATAL:  sorry, too many clients already",)),
    ]


@pytest.mark.parametrize(("kind", "arguments"), DATABASE_ERRORS)
def test_the_database_s_errors_are_distinguished(
    monkeypatch: pytest.MonkeyPatch, kind: str, arguments: tuple
) -> None:
    monkeypatch.setattr(services, "why_unreachable", lambda host, port: "")
    monkeypatch.setattr(services, "connection", refused(OperationalError(*arguments)))
    found = list(check_database())
    assert ids(found) == [f"database.{kind}"]
    assert "admin@db.example.com:3306/service" in found[0].msg


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_is_fine() -> None:
    found = list(check_database())
    assert ids(found) == []
    assert len(notes(found)) == 1


@pytest.fixture
def recorder(db: None) -> MigrationRecorder:
    return MigrationRecorder(services.connection)


def test_migrations_to_be_applied_are_mentioned(recorder: MigrationRecorder) -> None:
    recorder.record_unapplied("sessions", "0001_initial")
    found = list(check_database())
    assert ids(found) == []
    assert "sessions.0001_initial" in notes(found)[-1]


def test_an_empty_database_is_fine(recorder: MigrationRecorder) -> None:
    recorder.migration_qs.all().delete()
    found = list(check_database())
    assert ids(found) == []
    assert len(notes(found)) == 2


def test_a_history_that_contradicts_the_code_is_found(recorder: MigrationRecorder) -> None:
    recorder.record_unapplied(User._meta.app_label, "0001_initial")
    assert ids(check_database()) == ["history"]


@pytest.mark.django_db
def test_migrations_that_cannot_be_loaded_are_no_fault_of_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(connection: object) -> None:
        raise BadMigrationError

    monkeypatch.setattr(compatibility, "MigrationExecutor", fail)
    assert ids(check_database()) == []
