"""The starter library: handouts in the practice's own words, each citing its source."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from clients.handouts import library
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


def read_all() -> list[Starter]:
    """Every handout of the starter library. Raises ValueError on a header that isn't right."""
    return [parse(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.md"))]


def parse(text: str) -> Starter:
    """Header lines up to the first blank line, then the body."""
    head, _, body = text.partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    return Starter(
        title=facts["Title"],
        audience=Audience(facts["Audience"]),
        stages=[Stage(stage.strip()).value for stage in facts["Stages"].split(",")],
        about_affair={"yes": True, "no": False}[facts["About-affair"]],
        summary=facts["Summary"],
        source=facts["Source"],
        body=body.strip(),
    )


@transaction.atomic
def publish_all() -> list[Version]:
    """Put the starter library into the practice's own, as published handouts."""
    return [_publish(starter) for starter in read_all()]


def _publish(starter: Starter) -> Version:
    handout = Handout.objects.create(
        audience=starter.audience, stages=starter.stages, about_affair=starter.about_affair
    )
    return library.add_version(
        handout,
        title=starter.title,
        body=starter.body,
        source=starter.source,
        summary=starter.summary,
    )
