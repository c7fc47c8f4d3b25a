"""Working on a draft: what is saved, cut, joined, moved and taken back, and nothing overwritten."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from clients.handouts.importing import (
    Block,
    ImportedArticle,
    LeftOut,
    SectionChange,
    compare,
    to_markdown,
)
from clients.handouts.importing import Section as ImportedSection
from clients.handouts.layout import laid_out
from clients.handouts.library import digest_of
from clients.handouts.models import Article, Handout, Section
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb

# Positions are numbered anew by way of this, since no two sections may ever share one.
_ASIDE = 10_000
_CUT = re.compile(r"^(?:-{3,}|##?[ \t]+(?P<heading>\S.*?))[ \t#]*$", re.MULTILINE)


class Stale(Exception):
    """Somebody else saved the draft meanwhile."""


class NoPlaceToCut(Exception):
    """Nothing in the section says where a new one begins."""


@dataclass(frozen=True)
class Words:
    """A section as it stands in the form."""

    heading: str
    text: str
    audience: str
    stages: Sequence[str]
    keep: bool


@transaction.atomic
def save(
    article: Article,
    facts: Mapping[str, Any],
    sections: Mapping[int, Words],
    *,
    revision: int,
    by: trail.Actor,
) -> Article:
    """Keep the review. Raises Stale where `revision` isn't the newest, and then keeps nothing."""
    current = Article.objects.select_for_update().get(pk=article.pk)
    if current.revision != revision or current.published_at:
        raise Stale
    for name, value in facts.items():
        setattr(current, name, value)
    if current.handouts.exists():  # what is out keeps its tag; the database wouldn't have another
        current.about_affair = current.handouts.all()[0].about_affair
    for section in current.sections.all():
        if section.pk in sections:
            _write(section, sections[section.pk])
    return _saved(current, by)


def _write(section: Section, words: Words) -> None:
    section.heading, section.text = words.heading, words.text
    section.audience = words.audience or section.audience
    section.needs_decision = section.needs_decision and not words.audience
    section.stages, section.keep = list(words.stages), words.keep
    section.save()


def _saved(article: Article, by: trail.Actor, note: str = "") -> Article:
    article.revision += 1
    article.save()
    trail.record(Verb.CHANGE, article, by=by, note=note)
    return article


@transaction.atomic
def move(article: Article, section: Section, step: int, *, by: trail.Actor) -> None:
    """Up (-1) or down (1) among the article's sections."""
    order = list(article.sections.all())
    at = next(place for place, each in enumerate(order) if each.pk == section.pk)
    to = min(max(at + step, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    _number(article, order)
    _saved(article, by, "moved")


@transaction.atomic
def cut(article: Article, section: Section, *, by: trail.Actor) -> None:
    """A new section begins at each line of three dashes, and at each line with “##”, its heading.

    Raises NoPlaceToCut.
    """
    pieces = _pieces(section.text)
    if len(pieces) < 2:
        raise NoPlaceToCut
    order = list(article.sections.all())
    at = next(place for place, each in enumerate(order) if each.pk == section.pk)
    first, *rest = pieces
    section.heading, section.text = first[0] or section.heading, first[1]
    section.save()
    new = [_like(section, *piece, position=2 * _ASIDE + n) for n, piece in enumerate(rest)]
    order[at + 1 : at + 1] = Section.objects.bulk_create(new)
    _number(article, order)
    _saved(article, by, "cut")


def _pieces(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    heading, start = "", 0
    for place in _CUT.finditer(text):
        found.append((heading, text[start : place.start()].strip()))
        heading, start = place["heading"] or "", place.end()
    found.append((heading, text[start:].strip()))
    return [each for each in found if any(each)]


def _like(section: Section, heading: str, text: str, position: int) -> Section:
    return Section(
        article_id=section.article_id,
        position=position,
        heading=heading[:300],
        audience=section.audience,
        stages=section.stages,
        needs_decision=section.needs_decision,
        keep=section.keep,
        text=text,
        origins=section.origins,
    )


@transaction.atomic
def join(article: Article, section: Section, *, by: trail.Actor) -> None:
    """Into the section above it. For whom it is must be said anew where the two differ."""
    order = list(article.sections.all())
    at = next(place for place, each in enumerate(order) if each.pk == section.pk)
    if at == 0:
        return
    above = order[at - 1]
    heading = f"### {section.heading}\n\n" if section.heading else ""
    above.text = f"{above.text.rstrip()}\n\n{heading}{section.text}"
    above.needs_decision |= section.needs_decision or above.audience != section.audience
    above.keep |= section.keep
    above.origins = sorted({*above.origins, *section.origins})
    above.save()
    section.delete()
    _number(article, [each for each in order if each.pk is not None])
    _saved(article, by, "joined")


@transaction.atomic
def take_back(article: Article, place: int, section: Section | None, *, by: trail.Actor) -> None:
    """Put a passage that was left out at the end of a section, or into one of its own."""
    passage = article.left_out[place]
    if passage.get("taken_back"):
        return
    words = to_markdown([Block("paragraph", text=passage["text"])])
    if section is None:
        article.sections.create(
            position=_next_position(article),
            audience="both",
            needs_decision=True,
            text=words,
        )
    else:
        section.text = f"{section.text.rstrip()}\n\n{words}"
        section.save()
    article.left_out[place] = {**passage, "taken_back": True}
    _saved(article, by, "taken back")


def _next_position(article: Article) -> int:
    last = article.sections.last()
    return last.position + 1 if last else 0


def _number(article: Article, order: Sequence[Section]) -> None:
    article.sections.update(position=F("position") + _ASIDE)
    for position, section in enumerate(order):
        Section.objects.filter(pk=section.pk).update(position=position)


@transaction.atomic
def begin_next(handout: Handout, *, by: trail.Actor) -> Article:
    """A draft of the handout's next version, from the words that are out; they stay meanwhile."""
    version = handout.versions.order_by("-number")[0]
    article = handout.article
    if article is None:
        article = _article_of(handout)
    elif article.published_at is None:
        return article
    article.published_at = None
    _words_again(article)
    trail.record(Verb.CHANGE, version, by=by, note="next version")
    return _saved(article, by, "made a draft again")


def _article_of(handout: Handout) -> Article:
    """What never was an article, such as a starter, becomes one when it is first worked on."""
    version = handout.versions.order_by("-number")[0]
    article = Article.objects.create(
        title=version.title,
        source=version.source,
        author=version.author,
        address=version.address,
        dated=version.dated,
        digest=uuid.uuid4().hex,
        about_affair=handout.about_affair,
        stages=handout.stages,
        topics=handout.topics,
        original=version.body,
        imported=[[each.heading, each.text] for each in laid_out(version.body).sections],
        imported_at=clock.now(),
    )
    handout.article = article
    handout.save(update_fields=["article"])
    return article


def _words_again(article: Article) -> None:
    """The sections of a draft that has none: those of the handouts that are out."""
    if article.sections.exists():
        return
    position = 0
    for handout in article.handouts.all():
        version = handout.versions.order_by("-number")[0]
        for section in laid_out(version.body).sections:
            article.sections.create(
                position=position,
                heading=section.heading[:300],
                audience=handout.audience,
                stages=handout.stages if handout.stages != article.stages else [],
                text=section.text,
                origins=[position],
            )
            position += 1


@transaction.atomic
def note_incoming(article: Article, imported: ImportedArticle, *, by: trail.Actor) -> None:
    """Keep what came when the article was imported again, until somebody says what to take."""
    article.incoming = imported.as_dict()
    article.save(update_fields=["incoming"])
    trail.record(Verb.CHANGE, article, by=by, note="imported again")


def changes(article: Article) -> list[SectionChange]:
    """What came, section by section, beside what was imported before."""
    if article.incoming is None:
        return []
    before = [(heading, text) for heading, text in article.imported]
    return compare(before, _imported(article.incoming))


@transaction.atomic
def take_changes(article: Article, chosen: Sequence[int], *, by: trail.Actor) -> Article:
    """Take these of the changes into the draft; a published article becomes a draft again."""
    article = Article.objects.select_for_update().get(pk=article.pk)
    found = changes(article)
    if article.published_at:
        article.published_at = None
        _words_again(article)
    came = _imported(article.incoming or {"title": "", "sections": [], "left_out": []})
    for place in chosen:
        if 0 <= place < len(found):
            _take(article, found[place], came)
    article.imported = [
        [change.heading, change.new_text] for change in found if change.kind != "removed"
    ]
    article.digest, article.incoming = digest_of(came), None
    article.left_out = [each.as_dict() for each in came.left_out]
    return _saved(article, by, "took changes")


def _take(article: Article, change: SectionChange, came: ImportedArticle) -> None:
    theirs = article.sections.filter(heading=change.old_heading[:300]).first()
    if change.kind == "removed" and theirs:
        theirs.keep = False
        theirs.save()
    elif change.kind == "changed" and theirs:
        theirs.heading, theirs.text = change.heading[:300], change.new_text
        theirs.save()
    elif change.kind in ("added", "changed"):
        told = next(each for each in came.sections if each.heading == change.heading)
        article.sections.create(
            position=_next_position(article),
            heading=change.heading[:300],
            audience=told.audience,
            needs_decision=told.needs_decision,
            text=change.new_text,
        )


@transaction.atomic
def leave_changes(article: Article, *, by: trail.Actor) -> None:
    """Nothing of what came is wanted."""
    article.incoming = None
    article.save(update_fields=["incoming"])
    trail.record(Verb.CHANGE, article, by=by, note="left changes")


def _imported(facts: Mapping[str, Any]) -> ImportedArticle:
    """The article again, from what was kept of it."""
    return ImportedArticle(
        facts["title"],
        [
            ImportedSection(
                each["heading"],
                each["audience"],
                each["needs_decision"],
                [
                    Block(block["kind"], block.get("text", ""), tuple(block.get("items", ())))
                    for block in each["blocks"]
                ],
            )
            for each in facts["sections"]
        ],
        [LeftOut(each["text"], each["reason"]) for each in facts["left_out"]],
    )
