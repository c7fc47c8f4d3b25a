"""From a draft to published handouts that never change."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from clients.handouts import library
from clients.handouts.importing import import_article
from clients.handouts.library import (
    AlreadyImported,
    AlreadyPublished,
    NotDecided,
    NothingKept,
)
from clients.handouts.models import Article, Audience, Handout, Version
from practice.audit import trail
from practice.audit.models import Entry
from tests.cast import Cast, make_version
from tests.kept import kept
from tests.scheduling.racing import of_kind, race

TEXT = """# After a hard discovery

Both of you have had a hard week. This is for both of you to read slowly and then talk about.

## For the partner who was hurt

What you feel is a sign of how much this meant. You may ask for time before you decide.

## For the partner who was involved

Say what happened without defending it. Your partner needs to know that it is over.
"""


@kept
def article(db: None, now: Any) -> Article:
    return library.store_draft(import_article(TEXT.encode(), "hard.md"), source="Our own words")


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


def publish(article: Article) -> list[Version]:
    return library.publish(article, stages=["impact"], by=trail.SYSTEM)


def decide(article: Article) -> Article:
    """Say of every section for whom it is: the first for both, then one for each."""
    for section, audience in zip(article.sections.all(), Audience, strict=False):
        section.audience, section.needs_decision = audience, False
        section.save()
    return article


def url(name: str, *args: Any) -> str:
    return reverse(f"handouts:{name}", args=[getattr(one, "pk", one) for one in args])


def review_of(article: Article, **changed: str) -> dict[str, str]:
    """What the form sends: every section for its audience, kept, in its words."""
    given = {"title": article.title, "about_affair": "on"}
    for section, audience in zip(article.sections.all(), Audience, strict=False):
        given |= {
            f"audience_{section.pk}": audience.value,
            f"keep_{section.pk}": "on",
            f"text_{section.pk}": section.text,
        }
    return {key: value for key, value in (given | changed).items() if value}


def test_an_imported_article_waits_as_a_draft(article: Article) -> None:
    assert article.published_at is None
    assert article.source == "Our own words"
    assert article.sections.count() == 3
    assert Entry.objects.filter(resource="handouts.article", verb="create").count() == 1
    assert not Handout.objects.exists()


def test_the_same_article_is_not_imported_twice(article: Article) -> None:
    with pytest.raises(AlreadyImported) as refused:
        library.store_draft(import_article(TEXT.encode(), "hard.md"))
    assert refused.value.article == article
    assert Article.objects.count() == 1


def test_publishing_makes_one_handout_for_each_audience(article: Article) -> None:
    versions = publish(decide(article))
    by_audience = {version.handout.audience: version for version in versions}
    assert set(by_audience) == {"both", "hurt", "involved"}
    assert "how much this meant" in by_audience["hurt"].body
    assert "without defending" not in by_audience["hurt"].body
    assert "without defending" in by_audience["involved"].body
    assert "how much this meant" not in by_audience["both"].body
    assert {version.number for version in versions} == {1}
    assert {version.source for version in versions} == {"Our own words"}
    assert {str(version.handout.stages) for version in versions} == {"['impact']"}


def test_a_section_that_is_not_kept_reaches_nobody(article: Article) -> None:
    decide(article).sections.filter(audience="hurt").update(keep=False)
    assert {version.handout.audience for version in publish(article)} == {"both", "involved"}


def test_an_undecided_section_stops_publishing(article: Article) -> None:
    decide(article).sections.filter(audience="hurt").update(needs_decision=True)
    with pytest.raises(NotDecided):
        publish(article)
    assert not Version.objects.exists()
    article.refresh_from_db()
    assert article.published_at is None


def test_an_undecided_section_that_is_left_out_stops_nothing(article: Article) -> None:
    decide(article).sections.filter(audience="hurt").update(needs_decision=True, keep=False)
    assert len(publish(article)) == 2


def test_nothing_kept_is_nothing_published(article: Article) -> None:
    decide(article).sections.update(keep=False)
    with pytest.raises(NothingKept):
        publish(article)
    article.refresh_from_db()
    assert article.published_at is None


def test_a_draft_is_published_once_whatever_another_tab_knows(article: Article) -> None:
    stale = Article.objects.get(pk=decide(article).pk)
    publish(article)
    with pytest.raises(AlreadyPublished):
        publish(stale)
    assert Version.objects.count() == 3


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_draft_published_in_two_tabs_at_once_is_published_once(now: Any) -> None:
    article = decide(library.store_draft(import_article(TEXT.encode(), "hard.md")))
    results = race(*[partial(publish, article)] * 4)
    assert len(of_kind(results, AlreadyPublished)) == 3
    assert Version.objects.count() == 3


def test_the_next_version_leaves_the_first_as_it_was(db: None, now: Any) -> None:
    first = make_version()
    second = library.add_version(first.handout, title="New", body="New", source="")
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert first.title == "For both"
    assert list(Version.objects.newest()) == [second]


def test_what_is_withdrawn_is_no_longer_newest(db: None, now: Any) -> None:
    version = make_version()
    Handout.objects.update(withdrawn_at=version.published_at)
    assert not Version.objects.newest().exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE handouts_version SET body = 'other'",
        "UPDATE handouts_version SET title = 'other'",
        "DELETE FROM handouts_version",
        "UPDATE handouts_handout SET audience = 'involved'",
        "UPDATE handouts_handout SET about_affair = NOT about_affair",
    ],
)
def test_the_database_freezes_what_was_published(db: None, now: Any, sql: str) -> None:
    version = make_version()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    version.refresh_from_db()
    assert (version.title, version.handout.audience) == ("For both", "both")


def test_stages_and_withdrawal_may_still_change(db: None, now: Any) -> None:
    version = make_version()
    version.handout.stages = ["meaning"]
    version.handout.save()
    assert Handout.objects.get().stages == ["meaning"]


def test_a_review_is_kept_and_leads_on_to_publishing(nora: Browser, article: Article) -> None:
    page = nora.post(url("review", article), review_of(article, title="Another title"))
    assert page.headers["Location"] == url("publish", article)
    article.refresh_from_db()
    assert (article.title, article.about_affair) == ("Another title", True)
    assert [each.audience for each in article.sections.all()] == ["both", "hurt", "involved"]
    done = nora.post(url("publish", article), {"stages": ["impact", "meaning"]}, follow=True)
    assert "Published: 3 handouts." in done.content.decode()
    assert Version.objects.filter(title="Another title").count() == 3


def test_leaving_a_section_undecided_is_no_decision(nora: Browser, article: Article) -> None:
    section = article.sections.last()
    assert section
    article.sections.filter(pk=section.pk).update(needs_decision=True)
    nora.post(url("review", article), review_of(article, **{f"audience_{section.pk}": ""}))
    page = nora.post(url("publish", article), {"stages": ["impact"]}, follow=True)
    assert "Please decide first for whom each section is." in page.content.decode()
    assert not Version.objects.exists()


def test_an_audience_that_is_none_is_refused(nora: Browser, article: Article) -> None:
    section = article.sections.first()
    assert section
    page = nora.post(
        url("review", article), review_of(article, **{f"audience_{section.pk}": "everybody"})
    )
    assert page.context["form"].errors
    assert article.sections.first().audience == section.audience  # type: ignore[union-attr]


def test_publishing_needs_a_stage(nora: Browser, article: Article) -> None:
    page = nora.post(url("publish", decide(article)), {})
    assert not Version.objects.exists()
    page = nora.post(url("publish", article), {"stages": ["later"]})
    assert page.context["form"].errors["stages"]


def test_keeping_nothing_is_said_on_the_review(nora: Browser, article: Article) -> None:
    decide(article).sections.update(keep=False)
    page = nora.post(url("publish", article), {"stages": ["impact"]}, follow=True)
    assert "Please keep at least one section." in page.content.decode()


def test_a_published_draft_has_no_review_any_more(nora: Browser, article: Article) -> None:
    publish(decide(article))
    for name in ("review", "publish"):
        assert nora.get(url(name, article)).status_code == 404
        assert nora.post(url(name, article), {"stages": ["impact"]}).status_code == 404


def test_the_owner_reads_the_library_and_publishes_nothing(
    cast: Cast, signed_in: Callable[..., Browser], article: Article
) -> None:
    version = make_version()
    owner = signed_in(cast.olga)
    assert version.title in owner.get(url("library")).content.decode()
    assert owner.get(url("version", version)).status_code == 200
    for name in ("review", "publish"):
        assert owner.get(url(name, article)).status_code == 404
        assert owner.post(url(name, article), {"stages": ["impact"]}).status_code == 404


def test_the_desk_has_no_library(
    cast: Cast, signed_in: Callable[..., Browser], article: Article
) -> None:
    desk, version = signed_in(cast.dan), make_version()
    for address in (url("library"), url("version", version), url("review", article)):
        assert desk.get(address).status_code == 404


def test_what_was_left_out_is_shown_with_its_reason(nora: Browser) -> None:
    text = TEXT + "\n\nShare this article on Facebook\n"
    article = library.store_draft(import_article(text.encode(), "hard.md"))
    assert article.left_out
    page = nora.get(url("review", article)).content.decode()
    assert article.left_out[0]["reason"] in page
