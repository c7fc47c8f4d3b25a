"""A real mail server on loopback, and a person to write to."""

from collections.abc import Iterator

import pytest

from clients.models import Client
from tests.cast import Cast
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
