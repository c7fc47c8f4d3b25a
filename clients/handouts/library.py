"""The practice's library: from an imported draft to published handouts."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from clients.handouts.importing import ImportedArticle, to_markdown
from clients.handouts.models import Article, Audience, Handout, Section, Version
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb


class AlreadyImported(Exception):
    """The very same article is in the library; `article` is it."""

    def __init__(self, article: Article) -> None:
        super().__init__(f"“{article.title}” was imported before.")
        self.article = article


class NotDecided(Exception):
    """Sections are left for which nobody said whom they are for."""


class NothingKept(Exception):
    """No section of the draft is to be kept."""


class AlreadyPublished(Exception):
    """Somebody, or another tab, published this draft before."""


@transaction.atomic
def store_draft(imported: ImportedArticle, *, source: str = "") -> Article:
    """Keep an imported article as a draft to review. Raises AlreadyImported."""
    digest = hashlib.sha256(repr(imported).encode()).hexdigest()
    before = Article.objects.filter(digest=digest).first()
    if before:
        raise AlreadyImported(before)
    facts: dict[str, Any] = imported.as_dict()
    article = Article.objects.create(
        title=imported.title[:200],
        source=source[:300] or imported.title[:300],
        digest=digest,
        left_out=facts["left_out"],
        imported_at=clock.now(),
    )
    Section.objects.bulk_create(
        _section(article, position, section) for position, section in enumerate(facts["sections"])
    )
    trail.record(Verb.CREATE, article, by=trail.SYSTEM)
    return article


def _section(article: Article, position: int, section: dict[str, Any]) -> Section:
    return Section(
        article=article,
        position=position,
        heading=section["heading"][:300],
        audience=section["audience"],
        needs_decision=section["needs_decision"],
        text=to_markdown(section["blocks"]),
    )


@transaction.atomic
def publish(article: Article, *, stages: Sequence[str], by: trail.Actor) -> list[Version]:
    """Make one handout for each audience the article speaks to, from the sections that are kept.

    Raises NotDecided while a kept section still waits for somebody to say whom it is for,
    NothingKept and AlreadyPublished.
    """
    article = Article.objects.select_for_update().get(pk=article.pk)
    if article.published_at:
        raise AlreadyPublished
    kept = [section for section in article.sections.all() if section.keep]
    if any(section.needs_decision for section in kept):
        raise NotDecided
    if not kept:
        raise NothingKept
    versions = [
        _publish_for(article, audience, chosen, stages)
        for audience in Audience
        if (chosen := [section for section in kept if section.audience == audience])
    ]
    article.published_at = clock.now()
    article.save(update_fields=["published_at"])
    for version in versions:
        trail.record(Verb.CREATE, version, by=by)
    return versions


def _publish_for(
    article: Article, audience: Audience, sections: list[Section], stages: Sequence[str]
) -> Version:
    handout, _ = Handout.objects.get_or_create(
        article=article,
        audience=audience,
        defaults={"about_affair": article.about_affair, "stages": list(stages)},
    )
    body = "\n\n".join(_as_markdown(section) for section in sections)
    return add_version(handout, title=article.title, body=body, source=article.source)


def add_version(
    handout: Handout, *, title: str, body: str, source: str, summary: str = ""
) -> Version:
    """Publish these words as the handout's next version; earlier ones stay as they are."""
    return Version.objects.create(
        handout=handout,
        number=handout.versions.count() + 1,
        title=title,
        summary=summary,
        body=body,
        source=source,
        published_at=clock.now(),
    )


def _as_markdown(section: Section) -> str:
    heading = " ".join(section.heading.split())
    return f"## {heading}\n\n{section.text}" if heading else section.text
