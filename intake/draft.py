"""What a visitor has told so far: kept until they send it, and readable by nobody before that.

A request is told in several steps. What was typed must survive a reload, the back button and a
mistake; and it is about somebody's worst week. So it stands in the visitor's own session, as
ciphertext, bound to that session alone; it ends with the session, and with "Leave this page".
"""

import json
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from practice import encryption

_KEY = "draft"


class Draft:
    """The steps a visitor has filled in, by name; each is what their browser sent."""

    def __init__(self, request: HttpRequest) -> None:
        self._session = request.session
        self._steps = _opened(self._session)

    def __getitem__(self, step: str) -> dict[str, Any] | None:
        return self._steps.get(step)

    def keep(self, step: str, told: dict[str, Any]) -> None:
        """Remember a step."""
        self._steps[step] = told
        self._save()

    def forget(self, *steps: str) -> None:
        """Forget these steps; all of them if none is named."""
        for step in steps or tuple(self._steps):
            self._steps.pop(step, None)
        self._save()

    def _save(self) -> None:
        if not self._steps:  # nobody gets a session for having told nothing
            self._session.pop(_KEY, None)
            return
        if not self._session.session_key:
            self._session.create()
        text = json.dumps(self._steps)
        self._session[_KEY] = encryption.encrypt(text, _place(self._session))


def _opened(session: SessionBase) -> dict[str, Any]:
    sealed = session.get(_KEY)
    if not sealed:
        return {}
    try:
        steps: dict[str, Any] = json.loads(encryption.decrypt(sealed, _place(session)))
    except encryption.CannotDecrypt:  # the session got another key: somebody signed in or out
        return {}
    return steps


def _place(session: SessionBase) -> str:
    return f"intake|draft|{session.session_key}"
