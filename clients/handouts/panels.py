"""What the staff pages show of handouts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from clients.handouts import propose
from clients.handouts.models import Article, Assignment, Version
from clients.handouts.of_case import given
from clients.looking import TITLES, CaseLook
from clients.models import Case, Participant
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.looking import Look
from practice.dashboard.registry import Context
from practice.http import StaffRequest

# So long after a session, and so many people at once.
_AFTER_A_SESSION, _MOST = timedelta(days=7), 12
_ALL = 1_000_000


@dataclass(frozen=True)
class Fitting:
    """The rows of what fits one of the two now, by their position in the case."""

    position: int

    def __call__(self, look: CaseLook) -> QuerySet[Any, Any]:
        people = look.people[self.position : self.position + 1]
        if not people or not look.case.is_affair_recovery:
            return Version.objects.none().values_list("pk")
        return propose.fitting_versions(people[0]).values_list("pk")


_FITTING = (Fitting(0), Fitting(1))


@registry.case.panel(
    "handouts",
    title="Handouts",
    template="handouts/panel_case.html",
    order=20,
    roles=(Role.COUNSELOR, Role.LEAD),
    needs=(given, *_FITTING),
)
def handouts(request: StaffRequest, look: CaseLook) -> Context:
    """For each partner: what they were given, and how many more would fit."""
    rows = look.rows(given)
    return {
        "case": look.case,
        "people": [
            {
                "participant": person,
                "given": [one for one in rows if one.participant_id == person.pk],
                "fitting": len(look.rows(fitting)),
            }
            for person, fitting in zip(look.people, _FITTING, strict=False)
        ],
    }


def drafts_waiting(look: Look) -> QuerySet[Article]:
    """Imported articles that nobody has published yet."""
    return Article.objects.filter(published_at=None).only("title")[:5]


@registry.today.panel(
    "drafts",
    title="Drafts to review",
    template="handouts/panel_drafts.html",
    order=60,
    roles=(Role.COUNSELOR,),
    needs=(drafts_waiting,),
)
def drafts(request: StaffRequest, look: Look) -> Context | None:
    """The first few of them."""
    waiting = look.rows(drafts_waiting)
    return {"drafts": waiting} if waiting else None


def to_confirm(look: Look) -> QuerySet[Participant]:
    """Who was in a session lately, in a case of affair recovery, and has nothing to read next."""
    cases = Case.objects.run_by(look.user).open().filter(concern__about_affair=True)
    lately = Case.objects.order_by().filter(
        appointments__status="done",
        appointments__starts_at__range=(look.now - _AFTER_A_SESSION, look.now),
    )
    # By the limit PostgreSQL looks at these sessions first, however many cases somebody has.
    held = cases.filter(pk__in=lately.values("pk")[:_ALL])
    given = Assignment.objects.given().filter(participant=OuterRef("pk"))
    new = Q(released_at=None) | Q(confirmed_at__gte=look.now - _AFTER_A_SESSION)
    waiting = Participant.objects.filter(case__in=held).exclude(Exists(given.filter(new)))
    return waiting.select_related("client", "case").order_by("case", "position")[:_MOST]


@registry.today.panel(
    "to-confirm",
    title="Handouts to confirm",
    template="handouts/panel_to_confirm.html",
    order=30,
    roles=(Role.COUNSELOR,),
    needs=(to_confirm,),
)
def handouts_to_confirm(request: StaffRequest, look: Look) -> Context | None:
    """Nothing goes by itself: the counselor chooses what fits each of them."""
    found = look.rows(to_confirm)
    look.complete((each.case for each in found), TITLES)
    return {"people": found} if found else None
