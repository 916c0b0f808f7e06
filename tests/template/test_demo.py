"""`make demo`, as a newcomer runs it: in a fresh copy, from a terminal, with Ctrl-C at the end."""

from __future__ import annotations

import json
import os
import socket
import sys
import urllib.request
from pathlib import Path

import pexpect
import pytest

from lab.machine import free_port
from lab.rendering import copy_template

if os.name != "posix":
    pytest.skip("pexpect needs a POSIX terminal", allow_module_level=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return copy_template(tmp_path)


def make_demo(clone: Path, port: int) -> pexpect.spawn:
    arguments = ["demo", f"PORT={port}", f"PYTHON={sys.executable}"]
    return pexpect.spawn("make", arguments, cwd=clone, encoding="utf-8", timeout=120)


@pytest.mark.slow
def test_demo_serves_the_docs_until_interrupted_and_starts_again(clone):
    port = free_port()
    for _ in ("first", "again"):
        demo = make_demo(clone, port)
        demo.expect(r"http://localhost:(\d+)/api/docs/")
        assert demo.match[1] == str(port)
        demo.expect("Quit the server")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/docs/") as response:  # noqa: S310
            assert response.status == 200
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/posts/") as response:  # noqa: S310
            assert json.load(response)["results"]
        demo.sendintr()
        demo.expect(pexpect.EOF)
        demo.close()
        assert "Traceback" not in demo.before
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port)) != 0
        # As if an earlier version of the template had rendered it.
        (readme,) = clone.glob("demo/*/README.md")
        assert readme.read_text(encoding="utf-8") != "Earlier"
        readme.write_text("Earlier", encoding="utf-8")


def test_a_busy_port_is_said_before_any_work(clone):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]

        demo = make_demo(clone, port)
        demo.expect(pexpect.EOF)
        demo.close()

    assert demo.exitstatus != 0
    assert f"Port {port} cannot be used" in demo.before
    assert not (clone / "demo").exists()
    assert not (clone / ".cache").exists()


def test_a_port_that_is_none_is_refused(clone):
    demo = make_demo(clone, 65536)
    demo.expect(pexpect.EOF)
    demo.close()

    assert demo.exitstatus != 0
    assert "PORT=65536 is no port" in demo.before
