"""The demo's mail as files: one .eml each, named for the moment it came and nothing else."""

import os
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Letter:
    """One e-mail as it came."""

    name: str
    subject: str
    to: str
    arrived_at: datetime | None
    headers: list[tuple[str, str]]
    text: str


def folder() -> Path:
    """Where the demo's mail is kept."""
    return Path(settings.HOME) / "mail"


def keep(content: bytes) -> Path:
    """Store an e-mail; it appears whole or not at all."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder() / f"{time.time_ns()}-{secrets.token_hex(4)}.eml"
    half = path.with_suffix(".part")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    half.rename(path)
    return path


def newest_first() -> list[Letter]:
    return [_read(path) for path in sorted(folder().glob("*.eml"), reverse=True)]


def find(name: str) -> Letter | None:
    """The letter of that name; the name holds no dots or slashes (its address sees to it)."""
    if len(name) > 100:  # longer than any name of ours, and than some file systems bear
        return None
    path = folder() / f"{name}.eml"
    return _read(path) if path.is_file() else None


def _read(path: Path) -> Letter:
    mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    headers = [(name, str(value)) for name, value in mail.items()]
    date = mail["Date"]
    return Letter(
        name=path.stem,
        subject=str(mail["Subject"] or "(no subject)"),
        to=str(mail["To"] or ""),
        arrived_at=_moment(date.datetime) if date else None,
        headers=headers,
        text=_plain_text(mail),
    )


def _moment(date: datetime | None) -> datetime | None:
    """Django writes its own zone as unknown, and means UTC."""
    return date.replace(tzinfo=UTC) if date and date.tzinfo is None else date


def _plain_text(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain",))
    return str(part.get_content()) if part else ""
