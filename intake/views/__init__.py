"""Asking for a complimentary consultation, one question a page."""

from intake.views.sending import agree, booked
from intake.views.telling import about_you, alone, what_brings_you
from intake.views.when import waitlist, when
from intake.views.where import tell_me, told, where

__all__ = [
    "about_you",
    "agree",
    "alone",
    "booked",
    "tell_me",
    "told",
    "waitlist",
    "what_brings_you",
    "when",
    "where",
]
