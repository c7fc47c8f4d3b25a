"""One look at a case: its people, whom its parts are shown to, and which stretch of time."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import (
    Count,
    DateTimeField,
    Expression,
    F,
    Model,
    Prefetch,
    Q,
    QuerySet,
    RowRange,
    UUIDField,
    Window,
)
from django.db.models.expressions import OrderBy

from clients.models import Case, Participant
from practice.access.roles import Role
from practice.dashboard.looking import A_MOMENT, Complement, Look, somebody
from practice.models import User
from practice.together import Given

# On one page of the time line.
EVENTS = 60

_BEFORE = cast(datetime, Given("before", DateTimeField()))

M = TypeVar("M", bound=Model)


class _SomeCase(Given):
    """Whichever case of this kind will be looked at."""

    def __init__(self, case: Case) -> None:
        super().__init__("case", UUIDField())
        self.stage, self.disclosure = case.stage, case.disclosure
        self.is_affair_recovery = case.is_affair_recovery


class _SomePerson(Given):
    """Whoever has this part in such a case."""

    def __init__(self, position: int, person: Participant, case: _SomeCase) -> None:
        super().__init__(f"person {position}", UUIDField())
        self.case, self.part = case, person.part
        self.may_hear_of_affair = person.may_hear_of_affair


class CaseLook(Look):
    """What the parts of a case's page share. The case comes with its people and their cards."""

    def __init__(
        self,
        user: User,
        case: Case,
        people: Sequence[Participant],
        *,
        before: datetime | None = None,
        most: int = EVENTS,
        now: datetime | None = None,
    ) -> None:
        super().__init__(user, now)
        self.case, self.people, self.most = case, people, most
        self.before = before or self.now
        self.is_further_back = before is not None

    @property
    def shape(self) -> Hashable:
        case, people = self.case, tuple(person.part for person in self.people)
        work = (case.is_affair_recovery, case.stage, case.disclosure, people)
        return (self.user.role, self.is_further_back, self.most, work)

    @property
    def given(self) -> dict[str, Any]:
        people = {f"person {at}": person.pk for at, person in enumerate(self.people)}
        case = {"case": self.case.pk, "before": self.before}
        return {**super().given, **case, **people}

    def of_its_shape(self) -> "CaseLook":
        case = _SomeCase(self.case)
        people = [_SomePerson(at, person, case) for at, person in enumerate(self.people)]
        return CaseLook(
            somebody(self.user),
            cast(Case, case),
            cast(list[Participant], people),
            before=_BEFORE if self.is_further_back else None,
            most=self.most,
            now=A_MOMENT,
        )

    @property
    def is_own(self) -> bool:
        """Whether it is this counselor's own case: who stands in or supervises changes nothing."""
        return self.case.counselor.user_id == self.user.pk

    @property
    def may_act(self) -> bool:
        """Whether they look after its sessions: its counselor, or who stands in just now."""
        return self.user.role == Role.COUNSELOR

    def of_time_line(self, rows: "QuerySet[M]", at: Expression | F) -> "QuerySet[M]":
        """Of these the latest before the moment asked about, and all that are still to come.

        `at`: the time that they stand under. The latest come first. `rows` are all looked through,
        once: what is to be joined to those that are shown is asked of what this returns.
        """
        timed = rows.order_by().annotate(stands_at=at)
        past = Q(stands_at__lt=self.before)
        if self.is_further_back:
            shown = timed.filter(past).order_by("-stands_at")[: self.most]
        else:
            so_far = Window(
                Count("pk", filter=past),
                order_by=F("stands_at").desc(),
                frame=RowRange(end=0),
            )
            shown = timed.annotate(past_so_far=so_far).filter(past_so_far__lte=self.most)
        found = rows.model._default_manager.filter(pk__in=shown.values("pk"))
        return found.order_by(OrderBy(at, descending=True))

    def person(self, key: object) -> Participant:
        """The participant of this id, without asking."""
        return next(each for each in self.people if each.pk == key)


def with_people() -> "Prefetch[str]":
    """For cases that are called by the names of those in them."""
    return Prefetch("participants", _who_they_are())


def _who_they_are() -> QuerySet[Participant]:
    people = Participant.objects.select_related("client")
    return people.only("position", "case", "client__name")


# For the cases of a look that are called so.
TITLES = Complement(
    lambda cases: _who_they_are().filter(case__in=cases), "case_id", Case.call_it_after
)


class _CaseToOpen(Look):
    """Somebody who asks for a case by its id."""

    def __init__(self, user: User, case_id: UUID, now: datetime | None = None) -> None:
        super().__init__(user, now)
        self.case_id = case_id

    @property
    def given(self) -> dict[str, Any]:
        return {**super().given, "case": self.case_id}

    def of_its_shape(self) -> "_CaseToOpen":
        return _CaseToOpen(somebody(self.user), cast(UUID, Given("case", UUIDField())), A_MOMENT)


def open_case(user: User, case_id: UUID) -> Case | None:
    """The case with all that its pages show of it and of its people; None where it isn't theirs."""
    look = _CaseToOpen(user, case_id)
    look.load(_the_case, _its_people)
    case = next(iter(look.rows(_the_case)), None)
    if case:
        people: Any = case.participants.get_queryset()
        people._result_cache = look.rows(_its_people)
        people._prefetch_done = True
        # As `prefetch_related` leaves them; it has no way to be handed what was read already.
        case._prefetched_objects_cache = {"participants": people}  # type: ignore[attr-defined]
        for person in people:
            person.case = case
    return case


def _the_case(look: _CaseToOpen) -> QuerySet[Case]:
    found = Case.objects.for_user(look.user).filter(pk=look.case_id)
    return found.select_related("concern", "counselor__user")


def _its_people(look: _CaseToOpen) -> QuerySet[Participant]:
    found = Participant.objects.filter(case=look.case_id)
    return found.select_related("client__state", "client__card", "client__personal_code")
