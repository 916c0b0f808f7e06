"""A mail server for the projects under test, which keeps the mails instead of sending them on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lab.machine import free_port, wait_until


@dataclass
class MailServer:
    """Each mail is added to `mails`, and written to a file in `folder` for other programs.

    The file has the recipient's name and is JSON; whoever has read it deletes it, and waits for the
    next one.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The value of EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = (envelope.original_content or b"").replace(b"\r\n", b"\n")
        mail = message_from_bytes(content, policy=policy.default)
        self.mails.append(mail)
        texts = {"subject": mail["Subject"], **{name: part_of(mail, name) for name in PARTS}}
        for recipient in envelope.rcpt_tos:
            new = self.folder / f"{recipient}.new"
            new.write_text(json.dumps(texts), encoding="utf-8")
            # At once, so that nobody reads half of it.
            new.replace(self.folder / f"{recipient}.json")
        return "250 OK"

    def wait_for_mail(self, recipient: str) -> EmailMessage:
        """Return the first mail that came for this address, when it is there."""
        return wait_until(
            lambda: next((mail for mail in self.mails if mail["To"] == recipient), None),
            10,
            f"a mail for {recipient}",
        )


PARTS = ("plain", "html")


def part_of(mail: EmailMessage, kind: str) -> str:
    """Return the text of a part of a mail, `plain` or `html`; empty: there is none."""
    parts = [part for part in mail.walk() if part.get_content_type() == f"text/{kind}"]
    return parts[0].get_content() if parts else ""


@contextmanager
def mail_server(folder: Path) -> Iterator[MailServer]:
    """Receive mails while the block runs."""
    folder.mkdir()
    mails = MailServer(folder)
    controller = Controller(mails, hostname="127.0.0.1", port=mails.port)
    controller.start()
    try:
        yield mails
    finally:
        controller.stop()
