"""The staff pages' navigation: by role, in one place."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from practice.access.roles import Role

_ENTRIES: list[tuple[str, str, tuple[Role, ...]]] = [
    ("Today", "dashboard:today", (Role.COUNSELOR, Role.OWNER, Role.LEAD)),
    ("Requests", "requests:inbox", (Role.COUNSELOR,)),
    ("Cases", "cases:list", (Role.COUNSELOR, Role.LEAD)),
    ("Notes", "notes:find", (Role.COUNSELOR,)),
    ("Library", "handouts:library", (Role.COUNSELOR, Role.OWNER)),
    ("Plans", "followups:plans", (Role.COUNSELOR,)),
    ("Messages", "messages:list", (Role.COUNSELOR, Role.OWNER)),
    ("Day", "desk:day", (Role.DESK, Role.OWNER)),
    ("Week", "desk:week", (Role.DESK, Role.OWNER)),
    ("Gaps", "desk:gaps", (Role.DESK, Role.OWNER)),
    ("Search", "desk:search", (Role.DESK, Role.OWNER)),
    ("Requests", "requests:inbox", (Role.DESK,)),
    ("Hours", "desk:hours", (Role.DESK, Role.OWNER)),
    ("Hours", "sessions:hours", (Role.COUNSELOR,)),
    ("Numbers", "figures:numbers", (Role.OWNER,)),
    ("Standing in", "cases:covers", (Role.COUNSELOR, Role.LEAD)),
    ("Who saw what", "audit:who-saw-what", (Role.OWNER, Role.LEAD)),
    ("Settings", "admin:index", (Role.OWNER,)),
]


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    current: bool


def entries(request: HttpRequest) -> list[Entry]:
    """What this person may open; empty for people who aren't on the staff."""
    role = getattr(getattr(request, "user", None), "role", None)
    shown = [(label, reverse(name)) for label, name, roles in _ENTRIES if role in roles]
    return [Entry(label, url, request.path == url) for label, url in shown]
