"""A certificate authority for tests: Pebble, which speaks ACME as Let's Encrypt does."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path

from lab.engine import LABEL, docker
from lab.machine import wait_until


class Authority:
    """Pebble under a name in a network; `folder` holds ca.pem, which vouches for Pebble itself."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.container = f"{LABEL}-pebble-{uuid.uuid4().hex[:8]}"
        folder.mkdir()
        self.make_certificates()
        self.configure()

    def make_certificates(self) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
        for arguments in (
            [*key, "-subj", "/CN=a CA for tests", "-keyout", "ca.key", "-out", "ca.pem"]
            + ["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
            [*key, "-subj", "/CN=pebble", "-addext", f"subjectAltName=DNS:{self.name}"]
            + ["-addext", "basicConstraints=critical,CA:FALSE"]
            + ["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "pebble.key", "-out", "pebble.pem"],
        ):
            command = ["openssl", "req", "-x509", *arguments]
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        for file in self.folder.iterdir():
            file.chmod(0o644)

    def configure(self) -> None:
        configuration = {
            "listenAddress": "0.0.0.0:14000",
            "managementListenAddress": "0.0.0.0:15000",
            "certificate": "/authority/pebble.pem",
            "privateKey": "/authority/pebble.key",
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "profiles": {"default": {"description": "for tests", "validityPeriod": 5_184_000}},
        }
        (self.folder / "pebble.json").write_text(json.dumps({"pebble": configuration}))

    def start(self, network: str) -> None:
        docker(
            *("run", "--detach", f"--name={self.container}", f"--label={LABEL}"),
            *(f"--network={network}", f"--network-alias={self.name}"),
            *("--env=PEBBLE_VA_NOSLEEP=1", "--env=PEBBLE_WFE_NONCEREJECT=0"),
            f"--volume={self.folder}:/authority:ro",
            *("ghcr.io/letsencrypt/pebble:latest", "-config", "/authority/pebble.json"),
        )
        wait_until(lambda: "ACME directory available" in self.logs(), 30, "Pebble listens")

    def logs(self) -> str:
        return docker("logs", self.container, check=False)

    def stop(self) -> None:
        docker("rm", "--force", "--volumes", self.container, check=False)
