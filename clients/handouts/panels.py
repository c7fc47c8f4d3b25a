"""What the staff pages show of handouts."""

from clients.handouts import propose
from clients.handouts.models import Article, Assignment
from clients.models import Case, Participant
from practice.access.roles import Role
from practice.dashboard import registry
from practice.dashboard.registry import Context
from practice.http import StaffRequest


@registry.case.panel(
    "handouts",
    title="Handouts",
    template="handouts/panel_case.html",
    order=20,
    roles=(Role.COUNSELOR,),
)
def handouts(request: StaffRequest, case: Case) -> Context:
    """For each partner: what they were given, and how many more would fit."""
    people = Participant.objects.filter(case=case).select_related("client", "case__concern")
    given = Assignment.objects.given().filter(participant__case=case).select_related("version")
    return {
        "case": case,
        "people": [
            {
                "participant": person,
                "given": [one for one in given if one.participant_id == person.pk],
                "fitting": propose.how_many(person),
            }
            for person in people
        ],
    }


@registry.today.panel(
    "drafts",
    title="Drafts to review",
    template="handouts/panel_drafts.html",
    order=60,
    roles=(Role.COUNSELOR,),
)
def drafts(request: StaffRequest) -> Context | None:
    """Imported articles that nobody has published yet."""
    waiting = Article.objects.filter(published_at=None)[:5]
    return {"drafts": waiting} if waiting else None
