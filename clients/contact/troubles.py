"""What is the matter with the line to the mail server, in the words of monitors and of the staff.

A sender that finds the line broken notes when, and why. It is forgotten by itself: while something
waits the line is tried each minute.
"""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from clients.contact.models import Heartbeat
from practice import clock

_FRESH = timedelta(minutes=3)
_PREFIX = "mail "  # of the heartbeats' names
_NO_TLS_NOW = 454


class Trouble(StrEnum):
    """Why nothing was handed over."""

    CERTIFICATE = "certificate"
    ENCRYPTION = "encryption"
    SIGN_IN = "sign-in"
    UNREACHABLE = "unreachable"


NAMES = [f"{_PREFIX}{each}" for each in Trouble]


def kind_of(error: Exception) -> Trouble:
    """What such an error means for whoever looks after the mail server."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble.CERTIFICATE
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Trouble.SIGN_IN
    if isinstance(error, ssl.SSLError) or _refuses_tls(error):
        return Trouble.ENCRYPTION
    return Trouble.UNREACHABLE


def _refuses_tls(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "STARTTLS" in str(error)
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code == _NO_TLS_NOW


def note(error: Exception) -> None:
    """The line could not be opened just now."""
    name = f"{_PREFIX}{kind_of(error)}"
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


def latest(beats: Sequence[Heartbeat], now: datetime) -> Trouble | None:
    """What these say of the line as it is now."""
    fresh = [each for each in beats if each.name in NAMES and now - each.at < _FRESH]
    last = max(fresh, key=lambda each: each.at, default=None)
    return Trouble(last.name.removeprefix(_PREFIX)) if last else None
