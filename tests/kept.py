"""Rows that many tests begin with are made once; each test finds them as they were.

```python
@kept
def session(cast: Cast) -> Appointment:
    return make_session(cast.case, ...)
```

is a fixture like any other to the tests that ask for it. Beneath them its rows lie in an open
transaction, at the hour at which every test begins. A test has a savepoint of its own above that,
and copies of the objects, browsers among them, so that nothing that it does is seen by the next
one. What another module begins with lies above what both have in common, and is rolled back when
the tests come to something else. Only for rows: what a fixture does to files, mails or settings is
undone by nobody, or undone too early. It may ask for other kept fixtures and for `now` and `db`.

A test with real transactions gets rows of its own.
"""

import copyreg
import inspect
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client as Browser

Make = Callable[..., Any]
_BESIDE = {"now", "db"}
_VALUES = "_kept_values"


def _browser(cookies: SimpleCookie, defaults: dict[str, Any]) -> Browser:
    browser = Browser()
    browser.cookies, browser.defaults = cookies, defaults
    return browser


# Somebody's browser, as far as they have come: what the server knows of it are rows.
copyreg.pickle(Browser, lambda each: (_browser, (each.cookies, each.defaults)))  # type: ignore[arg-type]


def kept(make: Make) -> Any:
    """A fixture of this name, whose rows are made once for all tests in a row that begin so."""
    asked = inspect.signature(make).parameters

    def fixture(**given: Any) -> Any:
        values = given[_VALUES]
        if values is None:
            return make(**{name: given[name] for name in asked})
        return values[make.__name__]

    needs = dict.fromkeys([_VALUES, "db", *asked])
    fixture.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in needs]
    )
    fixture.made_by = make  # type: ignore[attr-defined]
    return pytest.fixture(name=make.__name__)(fixture)


@dataclass
class _Layer:
    """What one fixture made, above what those before it made."""

    make: Make
    values: bytes
    transaction: transaction.Atomic


@dataclass
class Layers:
    """The rows that lie there now, the first at the bottom."""

    now: datetime
    _stack: list[_Layer] = field(default_factory=list)

    def bring(self, makes: list[Make]) -> dict[str, Any]:
        """See that exactly what these make lies there; returns new copies of it by their names."""
        same = 0
        while same < min(len(makes), len(self._stack)) and makes[same] is self._stack[same].make:
            same += 1
        while len(self._stack) > same:
            _undo(self._stack.pop().transaction)
        for make in makes[same:]:
            self._add(make)
        return self._copies()

    def _copies(self) -> dict[str, Any]:
        """All at once: what is one object to two of them stays one."""
        return pickle.loads(self._stack[-1].values) if self._stack else {}  # noqa: S301

    def _add(self, make: Make) -> None:
        values = self._copies()
        beside = {"now": self.now, "db": None}
        needs = {name: (beside | values)[name] for name in inspect.signature(make).parameters}
        begun = transaction.atomic()
        begun._from_testcase = True  # type: ignore[attr-defined]  # As Django's own are.
        begun.__enter__()
        try:
            with time_machine.travel(self.now, tick=False):
                values[make.__name__] = make(**needs)
            connection.check_constraints()
            self._stack.append(_Layer(make, pickle.dumps(values), begun))
        except BaseException:
            _undo(begun)
            raise
        connection.run_on_commit.clear()  # It never comes to that.


def _undo(begun: transaction.Atomic) -> None:
    transaction.set_rollback(True)
    begun.__exit__(None, None, None)


def made_by(request: pytest.FixtureRequest) -> list[Make]:
    """What makes the kept rows of this test, those first that others need."""
    found: list[Make] = []

    def find(name: str) -> None:
        definitions = request._fixturemanager.getfixturedefs(name, request.node)  # type: ignore[attr-defined]
        make = getattr(definitions[-1].func, "made_by", None) if definitions else None
        if make is None or make in found:
            return
        for needed in inspect.signature(make).parameters:
            find(needed)
            assert needed in _BESIDE or any(each.__name__ == needed for each in found), needed
        found.append(make)

    for name in request.fixturenames:
        find(name)
    return found
