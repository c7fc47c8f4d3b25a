"""A real mail server on loopback, and a person to write to."""

from collections.abc import Iterator

import pytest

from clients.contact import cards
from clients.contact.models import Channel, Purpose
from clients.models import Client
from tests.cast import Cast, make_client
from tests.kept import kept
from tests.sms_stub import SmsStub
from tests.smtp_sink import SmtpSink


@pytest.fixture
def hanna(cast: Cast) -> Client:
    """The partner who was hurt; her card says hanna@example.com."""
    return cast.hanna.client


@pytest.fixture
def ian(cast: Cast) -> Client:
    """Her partner."""
    return cast.ian.client


@pytest.fixture
def sink(settings) -> Iterator[SmtpSink]:
    """The product's mail goes to this server."""
    server = SmtpSink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stub(settings) -> Iterator[SmsStub]:
    """The product's texts go to this stand-in for Twilio."""
    server = SmsStub()
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "ACtest", "a-token"
    settings.TWILIO_FROM, settings.TWILIO_BASE_URL = "+12015550100", server.address
    settings.MESSAGES_PER_SECOND = {}
    server.start()
    yield server
    server.stop()


@kept
def tess(cast: Cast) -> Client:
    """She wants texts, and agreed to them."""
    client = make_client("Tess", phone="212-555-0134", channel=Channel.TEXT)
    cards.agree(client, Purpose.SMS)
    return client
