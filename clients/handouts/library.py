"""The practice's library: from an imported draft to published handouts."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from clients.handouts import layout, search
from clients.handouts.importing import ImportedArticle, to_markdown
from clients.handouts.models import Article, Audience, Handout, Section, Version
from clients.models import Stage
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb


@dataclass(frozen=True)
class Citation:
    """Where an article comes from."""

    source: str = ""
    author: str = ""
    address: str = ""
    dated: date | None = None


class AlreadyImported(Exception):
    """The very same article is in the library; `article` is it."""

    def __init__(self, article: Article) -> None:
        super().__init__(f"“{article.title}” was imported before.")
        self.article = article


class ImportedBefore(AlreadyImported):
    """The same article is in the library, and this one differs from it."""

    def __str__(self) -> str:
        return (
            f"“{self.article.title}” was imported before, and this one differs from it. "
            "Bring it in on the library’s page to see what is new."
        )


class NotDecided(Exception):
    """Sections are left for which nobody said whom they are for."""


class NothingKept(Exception):
    """No section of the draft is to be kept."""


class AlreadyPublished(Exception):
    """Somebody, or another tab, published this draft before."""


@transaction.atomic
def store_draft(
    imported: ImportedArticle,
    *,
    source: str = "",
    citation: Citation | None = None,
    original: str = "",
    by: trail.Actor = trail.SYSTEM,
) -> Article:
    """Keep an imported article as a draft to review.

    Raises AlreadyImported, or ImportedBefore where this one differs from what was imported.
    """
    cited = citation or Citation(source=source)
    digest = digest_of(imported)
    before = Article.objects.filter(digest=digest).first()
    if before:
        raise AlreadyImported(before)
    identity = identity_of(imported, cited)
    earlier = Article.objects.filter(identity=identity).first()
    if earlier:
        raise ImportedBefore(earlier)
    facts: dict[str, Any] = imported.as_dict()
    article = Article.objects.create(
        title=imported.title[:200],
        source=cited.source[:300] or imported.title[:300],
        author=cited.author[:200],
        address=cited.address[:500],
        dated=cited.dated,
        digest=digest,
        identity=identity,
        stages=[Stage.IMPACT.value, Stage.MEANING.value],
        original=original,
        imported=[[each["heading"], to_markdown(each["blocks"])] for each in facts["sections"]],
        left_out=facts["left_out"],
        imported_at=clock.now(),
    )
    Section.objects.bulk_create(
        _section(article, position, section) for position, section in enumerate(facts["sections"])
    )
    trail.record(Verb.CREATE, article, by=by)
    return article


def digest_of(imported: ImportedArticle) -> str:
    """The same for the very same article."""
    return hashlib.sha256(repr(imported).encode()).hexdigest()


def identity_of(imported: ImportedArticle, citation: Citation) -> str:
    """The same for the same article in other words: by its address, else by title and author."""
    told = citation.address.strip().rstrip("/").lower() or f"{imported.title}|{citation.author}"
    return hashlib.sha256(" ".join(told.lower().split()).encode()).hexdigest()


def _section(article: Article, position: int, section: dict[str, Any]) -> Section:
    return Section(
        article=article,
        position=position,
        heading=section["heading"][:300],
        audience=section["audience"],
        needs_decision=section["needs_decision"],
        text=to_markdown(section["blocks"]),
        origins=[position],
    )


@transaction.atomic
def publish(
    article: Article,
    *,
    stages: Sequence[str],
    by: trail.Actor,
    facts: Mapping[str, Any] | None = None,
) -> list[Version]:
    """Make one handout for each audience the article speaks to, from the sections that are kept.

    Sections with stages of their own make a handout of their own. What was published from this
    article before gets its next version. Raises NotDecided while a kept section still waits for
    somebody to say whom it is for, NothingKept and AlreadyPublished.
    """
    article = Article.objects.select_for_update().get(pk=article.pk)
    if article.published_at:
        raise AlreadyPublished
    kept = [section for section in article.sections.all() if section.keep]
    if any(section.needs_decision for section in kept):
        raise NotDecided
    if not kept:
        raise NothingKept
    article.stages = in_order(stages)
    for name, value in (facts or {}).items():  # its topics, and where it comes from
        setattr(article, name, value)
    versions = [
        _publish_for(article, audience, own_stages, chosen)
        for (audience, own_stages), chosen in _grouped(article, kept).items()
    ]
    article.published_at = clock.now()
    article.save(update_fields=["published_at", "stages", *(facts or {})])
    for version in versions:
        trail.record(Verb.CREATE, version, by=by)
    return versions


def in_order(stages: Sequence[str]) -> list[str]:
    """The stages as they follow each other."""
    return [stage.value for stage in Stage if stage.value in stages]


_Group = tuple[Audience, tuple[str, ...]]


def _grouped(article: Article, kept: list[Section]) -> dict[_Group, list[Section]]:
    """The sections of each handout: by audience, and by stages where they have their own."""
    groups: dict[_Group, list[Section]] = {}
    for section in sorted(kept, key=lambda each: list(Audience).index(Audience(each.audience))):
        stages = tuple(in_order(section.stages or article.stages))
        groups.setdefault((Audience(section.audience), stages), []).append(section)
    return groups


def _publish_for(
    article: Article, audience: Audience, stages: tuple[str, ...], sections: list[Section]
) -> Version:
    body = body_of(sections)
    handout = _handout_for(article, audience, stages)
    handout.topics = article.topics
    asks = layout.laid_out(body).is_worksheet
    handout.kind = Handout.Kind.WORKSHEET if asks else Handout.Kind.HANDOUT
    handout.save()
    return add_version(
        handout,
        title=article.title,
        body=body,
        source=article.source,
        author=article.author,
        address=article.address,
        dated=article.dated,
    )


def body_of(sections: Sequence[Section]) -> str:
    """The sections one after the other, as Markdown."""
    return "\n\n".join(_as_markdown(section) for section in sections)


def _handout_for(article: Article, audience: Audience, stages: tuple[str, ...]) -> Handout:
    """The one that these words continue, or a new one."""
    theirs = [each for each in article.handouts.all() if each.audience == audience]
    same = next((each for each in theirs if each.stages == list(stages)), None)
    if same is None and len(theirs) == 1 and _stands_alone(article, audience):
        same = theirs[0]
        same.stages = list(stages)
    return same or Handout(
        article=article,
        audience=audience,
        stages=list(stages),
        about_affair=article.about_affair,
    )


def _stands_alone(article: Article, audience: Audience) -> bool:
    """Whether all sections for this audience are for the same stages."""
    kept = article.sections.filter(keep=True, audience=audience)
    return len({tuple(in_order(each.stages or article.stages)) for each in kept}) == 1


def add_version(
    handout: Handout,
    *,
    title: str,
    body: str,
    source: str,
    summary: str = "",
    author: str = "",
    address: str = "",
    dated: date | None = None,
) -> Version:
    """Publish these words as the handout's next version; earlier ones stay as they are."""
    version = Version.objects.create(
        handout=handout,
        number=handout.versions.count() + 1,
        title=title,
        summary=summary,
        body=body,
        source=source,
        author=author,
        address=address,
        dated=dated,
        published_at=clock.now(),
    )
    search.keep(version)
    return version


def _as_markdown(section: Section) -> str:
    heading = " ".join(section.heading.split())
    return f"## {heading}\n\n{section.text}" if heading else section.text
