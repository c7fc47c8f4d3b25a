"""The starter library: handouts in the practice's own words, each citing its source."""

from dataclasses import dataclass, replace
from pathlib import Path

from django.db import transaction

from clients.handouts import layout, library
from clients.handouts.models import Audience, Handout, Version
from clients.models import Stage

_FOLDER = Path(__file__).parent
ARTICLE = next(iter(sorted((_FOLDER / "articles").glob("*.txt"))))


@dataclass(frozen=True)
class Starter:
    """One file of the library: its header lines and its Markdown body."""

    title: str
    audience: Audience
    stages: list[str]
    about_affair: bool
    summary: str
    source: str
    body: str
    topics: list[str]
    kind: Handout.Kind
    mirror: str = ""  # the name of the file that is the same matter from the other side
    name: str = ""


def read_all() -> list[Starter]:
    """Every handout of the starter library. Raises ValueError on a header that isn't right."""
    return [
        replace(parse(path.read_text(encoding="utf-8")), name=path.stem)
        for path in sorted(_FOLDER.glob("*.md"))
    ]


def parse(text: str) -> Starter:
    """Header lines up to the first blank line, then the body."""
    head, _, body = text.partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    asks = layout.laid_out(body).is_worksheet
    kind = facts.get("Kind", Handout.Kind.WORKSHEET if asks else Handout.Kind.HANDOUT)
    return Starter(
        title=facts["Title"],
        audience=Audience(facts["Audience"]),
        stages=[Stage(stage.strip()).value for stage in facts["Stages"].split(",")],
        about_affair={"yes": True, "no": False}[facts["About-affair"]],
        summary=facts["Summary"],
        source=facts["Source"],
        body=body.strip(),
        topics=[topic.strip() for topic in facts.get("Topics", "").split(",") if topic.strip()],
        kind=Handout.Kind(kind),
        mirror=facts.get("Mirror", "").strip(),
    )


@transaction.atomic
def publish_all() -> list[Version]:
    """Put what is missing of the starter library into the practice's own, as published handouts.

    What the practice has already, by title and audience, stays as it is: so it can be done again.
    Returns what was added.
    """
    there = {
        (version.title, version.handout.audience): version.handout
        for version in Version.objects.select_related("handout")
    }
    added: list[Version] = []
    by_name: dict[str, Handout] = {}
    starters = read_all()
    for starter in starters:
        handout = there.get((starter.title, starter.audience))
        if handout is None:
            added.append(_publish(starter))
            handout = added[-1].handout
        by_name[starter.name] = handout
    _pair([starter for starter in starters if starter.mirror], by_name)
    return added


def _pair(starters: list[Starter], by_name: dict[str, Handout]) -> None:
    for starter in starters:
        one, other = by_name[starter.name], by_name.get(starter.mirror)
        if other is None:
            raise ValueError(f"{starter.name} names {starter.mirror}, which isn't there.")
        if one.mirror_id is None and other.mirror_id in (None, one.pk):
            one.mirror = other
            one.save(update_fields=["mirror"])


def _publish(starter: Starter) -> Version:
    handout = Handout.objects.create(
        audience=starter.audience,
        stages=starter.stages,
        about_affair=starter.about_affair,
        topics=starter.topics,
        kind=starter.kind,
    )
    return library.add_version(
        handout,
        title=starter.title,
        body=starter.body,
        source=starter.source,
        summary=starter.summary,
    )
