"""The outlines with which notes may begin, as the practice words them."""

from django.db import transaction
from django.db.models import Max

from clients.notes.models import Outline
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User


@transaction.atomic
def reword(key: str, *, name: str, body: str, in_use: bool, user: User, by: trail.Actor) -> Outline:
    """The next version; notes begun with an earlier one stay as they are."""
    newest = Outline.objects.filter(key=key).aggregate(version=Max("version"))["version"] or 0
    outline = Outline.objects.create(
        key=key,
        version=newest + 1,
        name=name,
        body=body,
        in_use=in_use,
        made_at=clock.now(),
        made_by=user,
    )
    trail.record(Verb.CHANGE, outline, by=by)
    return outline


def newest() -> list[Outline]:
    """Each outline as it is worded now, also those that are no longer offered."""
    held: dict[str, Outline] = {}
    for outline in Outline.objects.order_by("version"):
        held[outline.key] = outline
    return sorted(held.values(), key=lambda each: each.name)


def free_key(wanted: str) -> str:
    """A key that no outline has yet."""
    base = wanted[:40] or "outline"
    taken = set(Outline.objects.filter(key__startswith=base).values_list("key", flat=True))
    numbers = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    # "new" is the address at which another one is made.
    return base if base not in {*taken, "new"} else next(k for k in numbers if k not in taken)
