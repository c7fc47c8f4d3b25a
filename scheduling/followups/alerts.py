"""Neutral e-mail to the staff: something waits for you. At least once; it may come twice."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from clients.contact import beside, line, mail
from practice.models import Practice
from scheduling.followups.models import Alert

log = structlog.get_logger("mendwell.flags")

_AGAIN = timedelta(minutes=5)
_MOST = 20
_SUBJECT = "Please look at your page"
_WORDS = "{name}: something waits for you, and has a time by which to look at it.\n\n{link}\n"


@beside.at_each_tick
def send(now: datetime) -> None:
    """Send those that are due; one that can't go now is tried again in five minutes."""
    due = Alert.objects.filter(sent_at=None, next_try_at__lte=now)
    for alert in due.select_related("user", "flag")[:_MOST]:
        # Whoever moves its next try has it: two ticks at once send it once.
        mine = Alert.objects.filter(pk=alert.pk, next_try_at=alert.next_try_at, sent_at=None)
        if mine.update(next_try_at=now + _AGAIN):
            _send(alert, now)


def _send(alert: Alert, now: datetime) -> None:
    if alert.flag.resolved_at is None:
        backend = line.to_the_mail_server()
        try:
            backend.send_messages([_compose(alert)])
        except Exception as error:  # whatever it is, it is tried again
            log.warning("alert not sent", alert=alert.pk, error=type(error).__name__)
            return
    Alert.objects.filter(pk=alert.pk).update(sent_at=now)


def _compose(alert: Alert) -> EmailMessage:
    name = mail.sender_name(Practice.current().display_name)
    link = f"{settings.SITE_URL}{reverse('staff-home')}"
    return EmailMessage(
        subject=_SUBJECT,
        body=_WORDS.format(name=name, link=link),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[alert.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
