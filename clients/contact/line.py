"""The line to the mail server, which remembers how far the last hand-over came.

Where it breaks before the text was begun, nothing can have been delivered; later, nobody knows.
Where it shall be encrypted, the server's certificate must be good and name the host that we call;
else nothing is handed over, and nothing goes in the clear instead.
"""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.functional import cached_property

from clients.contact import troubles


class _Remembers(smtplib.SMTP):
    text_begun = False
    meanwhile: Iterator[object] = iter(())

    def data(self, *args: Any, **kwargs: Any) -> Any:
        self.text_begun = True
        return super().data(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        next(self.meanwhile, None)  # Something was just said to it: it needs a moment.
        return super().getreply()


class _RemembersToo(_Remembers, smtplib.SMTP_SSL):
    """The same over a line that is encrypted from its beginning."""


class Line(EmailBackend):
    """Django's own backend for SMTP, over a connection that remembers."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _RemembersToo if self.use_ssl else _Remembers

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """Certificate and host name are checked against the system's authorities, or one's own."""
        return ssl.create_default_context(cafile=settings.MAIL_CA_FILE or None)

    def open(self) -> bool | None:
        try:
            return super().open()
        except OSError as error:
            troubles.note(error)
            raise

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        connection: Any = self.connection
        if connection is not None:
            connection.text_begun = False
        return super().send_messages(email_messages) or 0


def to_the_mail_server() -> BaseEmailBackend:
    """The line that the settings name."""
    by_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    return Line() if by_smtp else get_connection()


def meanwhile(backend: BaseEmailBackend | None, steps: Iterator[object]) -> None:
    """Take these steps while the server answers, one for each answer."""
    connection = getattr(backend, "connection", None)
    if isinstance(connection, _Remembers):
        connection.meanwhile = steps


def text_begun(backend: BaseEmailBackend) -> bool:
    """Whether the last hand-over had begun to send the text; True where nobody can know."""
    return getattr(getattr(backend, "connection", None), "text_begun", True)
