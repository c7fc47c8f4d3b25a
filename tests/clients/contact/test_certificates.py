"""A mail server whose certificate is wrong gets nothing, and the staff hear why in plain words."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Keeping
from aiosmtpd.smtp import AuthResult

from clients.contact import health, sending
from clients.contact.models import State
from practice.serving import free_port
from tests.cast import make_message
from tests.certificates import ENDED, Authority, Pair

PLAIN = {
    "certificate": "certificate can’t be trusted",
    "encryption": "takes no encrypted mail",
    "sign-in": "doesn’t take the practice’s name and password",
    "unreachable": "can’t be reached",
}


class Server(Controller):
    """Knocks at its own door with no word of TLS, which its parent's knock can't."""

    def _trigger_server(self) -> None:
        socket.create_connection((self.hostname, self.port), 1).close()


class Kept(Keeping):
    """What came, and whether it was encrypted on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.encrypted: list[bool] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        by_tls = server.transport.get_extra_info("cipher") is not None
        self.encrypted.append(by_tls)
        return "250 Kept"

    def handle_message(self, message) -> None: ...


@pytest.fixture
def serve(settings) -> Iterator[Callable[..., Kept]]:
    """`serve(pair)`: a mail server with this certificate; `at_once`: encrypted from its beginning.

    Without a certificate it offers no encryption.
    """
    running: list[Controller] = []
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    def start(pair: Pair | None = None, *, at_once: bool = False, **more: Any) -> Kept:
        while running:
            running.pop().stop()
        kept, context = Kept(), None
        if pair:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair.certificate, pair.key)
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = at_once, not at_once
        ways: dict[str, Any] = {"ssl_context": context} if at_once else {"tls_context": context}
        running.append(Server(kept, hostname="127.0.0.1", port=settings.EMAIL_PORT, **ways, **more))
        running[-1].start()
        return kept

    yield start
    while running:
        running.pop().stop()


@pytest.fixture
def authority(tmp_path: Path, settings) -> Authority:
    """Whom the practice believes."""
    own = Authority(tmp_path)
    settings.MAIL_CA_FILE = str(own.file)
    return own


def wrong(kind: str, authority: Authority) -> Pair:
    if kind == "of somebody unknown":
        return Authority(authority.folder, "Somebody").signs("127.0.0.1")
    if kind == "of another name":
        return authority.signs("mail.example.com")
    return authority.signs("127.0.0.1", ends=ENDED)


@pytest.mark.parametrize("at_once", [False, True], ids=["STARTTLS", "TLS"])
@pytest.mark.parametrize("kind", ["of somebody unknown", "of another name", "that has run out"])
def test_nothing_goes_under_a_certificate(kind, at_once, hanna, now, travel, serve, authority):
    message = make_message(hanna)
    kept = serve(wrong(kind, authority), at_once=at_once)
    assert sending.tick() == 0
    assert kept.encrypted == []
    message.refresh_from_db()
    assert (message.state, message.attempt) == (State.DUE, 0)
    assert health.delivery().mail == "certificate"

    kept = serve(authority.signs("127.0.0.1"), at_once=at_once)
    travel(message.next_try_at)
    assert sending.tick() == 1
    assert all(kept.encrypted)
    assert len(kept.encrypted) == 1


def test_without_a_file_of_one_s_own_the_system_s_authorities_are_asked(
    hanna, settings, serve, authority
):
    settings.MAIL_CA_FILE = ""
    make_message(hanna)
    kept = serve(authority.signs("127.0.0.1"))
    assert (sending.tick(), kept.encrypted) == (0, [])
    assert health.delivery().mail == "certificate"


def nobody(server, session, envelope, mechanism, data) -> AuthResult:
    return AuthResult(success=False, handled=False)


def in_trouble(kind: str, serve: Callable[..., Kept], authority: Authority, settings) -> None:
    good = authority.signs("127.0.0.1")
    if kind == "certificate":
        serve(authority.signs("mail.example.com"))
    elif kind == "encryption":
        serve()
    elif kind == "sign-in":
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "somebody"
        serve(good, authenticator=nobody)
    else:
        settings.EMAIL_PORT = free_port()


@pytest.mark.parametrize("kind", PLAIN)
def test_the_owner_is_told_what_is_the_matter_and_soon_that_it_is_over(
    kind, cast, hanna, now, travel, serve, authority, settings, signed_in
):
    def today() -> str:
        return str(signed_in(cast.olga).get("/dashboard/").content.decode())

    make_message(hanna)
    in_trouble(kind, serve, authority, settings)
    sending.tick()
    assert "Messages are waiting" not in today()  # a minute's trouble is none
    for minutes in range(1, 7):
        travel(now + timedelta(minutes=minutes))
        sending.tick()
    delivery, page = health.delivery(), today()
    assert (delivery.mail, delivery.late, delivery.waiting) == (kind, 1, 1)
    assert not delivery.is_well
    assert "1</strong> message should have gone" in page
    assert [each for each in PLAIN.values() if each in page] == [PLAIN[kind]]

    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    serve(authority.signs("127.0.0.1"))
    travel(now + timedelta(minutes=7))
    assert sending.tick() == 1
    assert "Messages are waiting" not in today()
    travel(now + timedelta(minutes=10))
    assert health.delivery().mail == "reachable"
