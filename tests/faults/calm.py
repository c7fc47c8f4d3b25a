"""A mail server for real senders in the tests' own database, and a clock that is set back after."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from practice import clock
from scheduling.followups.drill import post_office
from scheduling.followups.drill.post_office import PostOffice

_PATIENCE = 0.5  # seconds; a mail server that hangs shall not hold up a run
_NAMES = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_TIMEOUT")


@contextmanager
def mail_server() -> Iterator[PostOffice]:
    """The settings lead to it until the block ends."""
    before = {name: getattr(settings, name) for name in _NAMES}
    offset = clock.offset()
    home = Path(settings.HOME)
    (home / "post.jsonl").unlink(missing_ok=True)
    with post_office.running(home) as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        settings.EMAIL_TIMEOUT = _PATIENCE
        try:
            yield office
        finally:
            clock.set_offset(offset)
            for name, value in before.items():
                setattr(settings, name, value)
