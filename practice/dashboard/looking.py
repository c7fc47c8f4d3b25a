"""One look of somebody at a page, and what the parts of the page share.

Each part says beforehand which rows it needs: a function from the look to a queryset. The rows of
all parts are read in one statement, once, however many parts ask for the same. Making it takes
longer than sending it, so it is made once for all looks of one shape: what such a function asks of
its look, beside the shape, stands for whatever will be given.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Any, TypeVar, cast

from django.db import models
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Practice, User
from practice.together import Given, Statement

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


class Look:
    """Who looks, and when; the rows of the page; and what goes into the audit record."""

    def __init__(self, user: User, now: datetime | None = None) -> None:
        self.user, self.now = user, now or clock.now()
        self._found: dict[Read, list[Any]] = {}
        self._readings: list[Reading] = []
        self._incomplete: dict[Prefetch[Any], list[models.Model]] = defaultdict(list)

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

    def complete(self, rows: Iterable[models.Model], prefetch: "Prefetch[Any]") -> None:
        """Before the page renders these rows need this too: read once for all parts."""
        self._incomplete[prefetch] += rows

    def has_read(self, readings: Iterable[Reading]) -> None:
        """Somebody sees this now. It is recorded before the page leaves."""
        self._readings += readings

    def finish(self, by: trail.Actor, note: str = "") -> None:
        """Read what the rows still need, and record what was seen. Then the page may render."""
        for prefetch, rows in self._incomplete.items():
            _complete(rows, prefetch)
        trail.record_all(Verb.READ, self._readings, by=by, note=note)
        self._incomplete.clear()
        self._readings.clear()


def _complete(rows: list[Any], prefetch: "Prefetch[Any]") -> None:
    # Two panels may have read the same row, each for itself.
    each_once = {row.pk: row for row in rows}
    prefetch_related_objects(list(each_once.values()), prefetch)
    for row in rows:
        # As `prefetch_related` leaves them; it would ask again for each of the same.
        row._prefetched_objects_cache = each_once[row.pk]._prefetched_objects_cache


def its_practice(look: Look) -> QuerySet[Practice]:
    """The one row."""
    return Practice.objects.filter(pk=1)
