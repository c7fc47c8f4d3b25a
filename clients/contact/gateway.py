"""Handing text messages over to Twilio, by its own client.

Twilio takes no key of ours that would make a second request harmless. So a text that may have
arrived is looked for first, among those to the same number, by the part that no other text has.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from clients.contact.models import Message, State
from clients.contact.results import Result, uncertain
from clients.contact.text import TextMessage

_LOOKED_THROUGH = 50
# The request never left, so nothing can have been handed over.
_NOT_REACHED = (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError)
_OURS_TO_MEND = frozenset({401, 403, 404, 429})  # keys, or too many at once: not the number

# Twilio's numbers for: no such number, no mobile phone, unreachable for good.
NEVER_ARRIVES = frozenset({21211, 21214, 21217, 21614, 30005, 30006})


class _Elsewhere(TwilioHttpClient):
    """Twilio's client with another host before the same paths: a stand-in on loopback."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if settings.TWILIO_BASE_URL:
            path = urlsplit(url)
            there = urlsplit(settings.TWILIO_BASE_URL)
            whole = f"{there.path.rstrip('/')}{path.path}"
            url = urlunsplit((there.scheme, there.netloc, whole, path.query, ""))
        return super().request(method, url, *args, **kwargs)


def hand_over(prepared: TextMessage) -> Result:
    """Hand one text over; what may have arrived before is looked for, not sent blindly again."""
    try:
        if prepared.may_have_arrived and _is_there(prepared):
            return Result(State.SENT, "found at the provider")
    except (TwilioException, requests.RequestException):
        return uncertain("not looked up")
    return _create(prepared)


def _create(prepared: TextMessage) -> Result:
    try:
        taken = _client().messages.create(
            to=prepared.to,
            from_=settings.TWILIO_FROM,
            body=prepared.body,
            status_callback=notice_address(prepared.message_id),
        )
    except TwilioRestException as error:
        return _refused(error)
    except _NOT_REACHED as error:
        return Result(State.DUE, f"not handed over: {type(error).__name__}"[:40])
    except requests.ConnectionError as error:
        return _broken(error)
    except (TwilioException, requests.RequestException) as error:
        return uncertain(type(error).__name__)
    Message.objects.filter(pk=prepared.message_id).update(provider_id=str(taken.sid)[:64])
    return Result(State.SENT)


def _refused(error: TwilioRestException) -> Result:
    if error.status >= 500:
        return uncertain(f"answered with {error.status}")
    if error.status in _OURS_TO_MEND:
        return Result(State.DUE, f"put off with {error.status}")
    failed = error.code in NEVER_ARRIVES
    return Result(State.DEAD, f"refused with {error.code or error.status}"[:40], failed)


def _broken(error: requests.ConnectionError) -> Result:
    # requests tells a refused connection from one that broke later only in its cause.
    refused = "NewConnectionError" in repr(error)
    if refused:
        return Result(State.DUE, "not handed over: no connection")
    return uncertain(type(error).__name__)


def _is_there(prepared: TextMessage) -> bool:
    sent = _client().messages.list(to=prepared.to, limit=_LOOKED_THROUGH)
    return any(prepared.reference in (each.body or "") for each in sent)


def notice_address(message_id: str) -> str:
    """Where the provider says what became of this text."""
    return f"{settings.SITE_URL}{reverse('text-notice', args=[message_id])}"


def _client() -> Client:
    http = _Elsewhere(timeout=settings.EMAIL_TIMEOUT)
    return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)
