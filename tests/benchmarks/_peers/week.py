"""django-scheduler: the page of one calendar's week, as somebody sees it who is signed in."""

import re
from datetime import date, datetime
from typing import Any

from tests.benchmarks._peers import _process

_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
        ]
    },
}
_browser: Any = None


def fill(events: list[list[Any]]) -> None:
    """One calendar with these events, each [title, from, to], and somebody who looks at it."""
    from django.contrib.auth.models import User
    from django.test import Client

    global _browser
    calendar = _process.model("schedule", "Calendar").objects.create(name="All", slug="all")
    event = _process.model("schedule", "Event")
    event.objects.bulk_create(
        event(
            title=title,
            start=datetime.fromisoformat(begins),
            end=datetime.fromisoformat(ends),
            calendar=calendar,
        )
        for title, begins, ends in events
    )
    _browser = Client(headers={"host": "127.0.0.1"})
    _browser.force_login(User.objects.create(username="desk"))
    _process.analyze()


def page(monday: str) -> int:
    """Ask for the week's page; how long it is in bytes."""
    return len(_get(monday))


def shown(monday: str) -> list[str]:
    """The titles of the events that the page shows."""
    return sorted(set(re.findall(r'<h5 class="modal-title">(C\d+ [^<]*)</h5>', _get(monday))))


def queries(monday: str) -> int:
    """How many it sends for the page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        _get(monday)
    return len(captured)


def _get(monday: str) -> str:
    day = date.fromisoformat(monday)
    asked = {"year": day.year, "month": day.month, "day": day.day}
    answer = _browser.get("/calendar/week/all/", asked)
    assert answer.status_code == 200, answer.status_code
    content: str = answer.content.decode()
    return content


if __name__ == "__main__":
    _process.set_up(
        ["schedule"],
        ROOT_URLCONF="schedule.urls",
        MIDDLEWARE=_MIDDLEWARE,
        TEMPLATES=[_TEMPLATES],
        STATIC_URL="/static/",
        MEDIA_URL="/media/",
        FIRST_DAY_OF_WEEK=1,
    )
    acts = (fill, page, shown, queries)
    _process.serve({act.__name__: act for act in acts})
