"""What is out: withdrawing it, its mirror, favorites, and who has it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from clients.handouts.models import Assignment, Audience, AutoAttach, Handout, Version
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User


class NotTheOtherSide(Exception):
    """A mirror is for the other partner: one is for each."""


@transaction.atomic
def withdraw(handout: Handout, *, by: trail.Actor) -> None:
    """Nobody gets it anew; who has it keeps it, and what waited isn't released."""
    handout.withdrawn_at = handout.withdrawn_at or clock.now()
    handout.save(update_fields=["withdrawn_at"])
    trail.record(Verb.CHANGE, handout, by=by, note="withdrawn")


@transaction.atomic
def bring_back(handout: Handout, *, by: trail.Actor) -> None:
    """It may be given again."""
    handout.withdrawn_at = None
    handout.save(update_fields=["withdrawn_at"])
    trail.record(Verb.CHANGE, handout, by=by, note="brought back")


def holders(handout: Handout, user: User) -> list[Assignment]:
    """Those who have it, in this counselor's own cases; nobody for anybody else."""
    if user.role != Role.COUNSELOR:
        return []
    own = Assignment.objects.for_user(user).given().filter(version__handout=handout)
    found = own.select_related("participant__client", "participant__case", "version")
    return list(found.order_by("-confirmed_at"))


def times_given(handout: Handout) -> int:
    """How often it was given, to anybody."""
    return Assignment.objects.given().filter(version__handout=handout).count()


def use_of(versions: Sequence[Version]) -> Mapping[UUID, int]:
    """How often the handouts of these versions were given, to anybody; none where never."""
    handouts = [version.handout_id for version in versions]
    given = Assignment.objects.given().filter(version__handout__in=handouts).order_by()
    counted = given.values_list("version__handout").annotate(number=Count("pk"))
    return dict(counted)


@transaction.atomic
def set_mirror(handout: Handout, other: Handout | None, *, by: trail.Actor) -> None:
    """The two are each other's mirror from now on, or the handout has none.

    Raises NotTheOtherSide.
    """
    if other and {handout.audience, other.audience} != {Audience.HURT, Audience.INVOLVED}:
        raise NotTheOtherSide
    concerned = [handout.pk, other.pk] if other else [handout.pk]
    Handout.objects.filter(Q(pk__in=concerned) | Q(mirror__in=concerned)).update(mirror=None)
    if other:
        Handout.objects.filter(pk=handout.pk).update(mirror=other)
        Handout.objects.filter(pk=other.pk).update(mirror=handout)
    trail.record(Verb.CHANGE, handout, by=by, note="mirror")


def set_favorite(handout: Handout, user: User, *, is_one: bool) -> None:
    """A mark of one person's own."""
    if is_one:
        handout.favored_by.add(user)
    else:
        handout.favored_by.remove(user)


@transaction.atomic
def set_auto_attach(
    handout: Handout, user: User, stages: Sequence[str], *, by: trail.Actor
) -> None:
    """It is confirmed by itself when a case of this counselor comes to one of these stages."""
    AutoAttach.objects.filter(user=user, handout=handout).exclude(stage__in=stages).delete()
    for stage in stages:
        AutoAttach.objects.get_or_create(user=user, handout=handout, stage=stage)
    trail.record(
        Verb.CHANGE, handout, by=by, note=f"by itself at: {','.join(stages) or 'no stage'}"[:100]
    )
