"""One look of somebody at a page, and what the parts of the page share.

Each part says beforehand which rows it needs: a function from the look to a queryset. The rows of
all parts are read in one statement, once, however many parts ask for the same. Making it takes
longer than sending it, so it is made once for all looks of one shape: what such a function asks of
its look, beside the shape, stands for whatever will be given.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar, cast

from django.db import models
from django.db.models import QuerySet

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Practice, User
from practice.together import Given, GivenMany, Statement

L = TypeVar("L", bound="Look")
M = TypeVar("M", bound=models.Model)
R = TypeVar("R")
Read = Callable[[Any], QuerySet[Any]]
# What was read, with the ids of its case and of its client.
Reading = tuple[models.Model, Any, Any]

# For each shape and what is read for it.
_STATEMENTS: dict[Hashable, Statement] = {}
# Whatever moment it will be.
A_MOMENT = cast(datetime, Given("now", models.DateTimeField()))


class _Somebody(Given):
    """Whoever will look, of this role."""

    def __init__(self, role: str) -> None:
        super().__init__("user", models.UUIDField())
        self.role = role


def somebody(user: User) -> User:
    """Whoever of this role will look."""
    return cast(User, _Somebody(user.role))


# Of the rows that need something.
THEIR_KEYS = GivenMany("keys", models.UUIDField())


class Complement:
    """What rows of a page need beside what they were read with: it hangs on which they are."""

    def __init__(
        self,
        read: Callable[[GivenMany], QuerySet[Any]],
        whose: str,
        put: Callable[[Any, list[Any]], None],
    ) -> None:
        """`read`: for the rows of these keys; `whose` names the key of what is read, `put` tells
        one of them what was read for it."""
        self._read, self._whose, self._put = read, attrgetter(whose), put

    def give(self, rows: Sequence[Any]) -> None:
        """Read it for all of these, in a statement that is made once."""
        if self not in _STATEMENTS:
            _STATEMENTS[self] = Statement([self._read(THEIR_KEYS)])
        [found] = _STATEMENTS[self].rows({"keys": list({row.pk for row in rows})})
        theirs = defaultdict(list)
        for each in found:
            theirs[self._whose(each)].append(each)
        for row in rows:
            self._put(row, theirs[row.pk])


class Look:
    """Who looks, and when; the rows of the page; and what goes into the audit record."""

    def __init__(self, user: User, now: datetime | None = None) -> None:
        self.user, self.now = user, now or clock.now()
        self._found: dict[Read, list[Any]] = {}
        self._readings: list[Reading] = []
        self._incomplete: dict[Complement, list[Any]] = defaultdict(list)

    @property
    def shape(self) -> Hashable:
        """What decides which statement is sent. All else is given to it."""
        return self.user.role

    @property
    def given(self) -> dict[str, Any]:
        """What the statement is sent with."""
        return {"user": self.user.pk, "now": self.now}

    def of_its_shape(self) -> "Look":
        """A look that stands for all of this shape: reads are made from it."""
        return Look(somebody(self.user), A_MOMENT)

    @property
    def practice(self) -> Practice:
        """The practice's settings, read together with everything else."""
        found = self.rows(its_practice)
        return found[0] if found else Practice.not_set_up()

    def load(self, *reads: Read) -> None:
        """Read for all of these at once what hasn't been read yet."""
        wanted = dict.fromkeys((its_practice, *reads))
        new = tuple(read for read in wanted if read not in self._found)
        if new:
            self._found.update(zip(new, self._statement(new).rows(self.given), strict=True))

    def _statement(self, reads: tuple[Read, ...]) -> Statement:
        key = (type(self), self.shape, reads)
        if key not in _STATEMENTS:
            with clock.meaning(A_MOMENT):
                look = self.of_its_shape()
                _STATEMENTS[key] = Statement([read(look) for read in reads])
        return _STATEMENTS[key]

    def rows(self: L, read: Callable[[L], "QuerySet[M, R]"]) -> "list[R]":
        """What this finds, from the page's one statement where a part said that it needs it."""
        self.load(read)
        return self._found[read]

    def complete(self, rows: Iterable[models.Model], complement: Complement) -> None:
        """Before the page renders these rows need this too: read once for all parts."""
        self._incomplete[complement] += rows

    def has_read(self, readings: Iterable[Reading]) -> None:
        """Somebody sees this now. It is recorded before the page leaves."""
        self._readings += readings

    def finish(self, by: trail.Actor, note: str = "") -> None:
        """Read what the rows still need, and record what was seen. Then the page may render."""
        for complement, rows in self._incomplete.items():
            complement.give(rows)
        trail.record_all(Verb.READ, self._readings, by=by, note=note)
        self._incomplete.clear()
        self._readings.clear()


def its_practice(look: Look) -> QuerySet[Practice]:
    """The one row."""
    return Practice.objects.filter(pk=1)
