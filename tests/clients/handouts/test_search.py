"""Finding handouts by words, audience, stage and topic, however large the library is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.handouts import library, published, search, views
from clients.handouts.models import Audience, Searchable, Version
from practice.audit import trail
from tests.cast import Cast, make_version

LIBRARY = reverse("handouts:library")


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


def titles(browser: Browser, **asked: str) -> list[str]:
    page = browser.get(LIBRARY, asked)
    return [version.title for version, _ in page.context["rows"]]


def with_topics(version: Version, *topics: str) -> Version:
    version.handout.topics = list(topics)
    version.handout.save()
    search.keep(version)
    return version


def test_words_are_found_in_title_text_and_topics_and_titles_come_first(nora: Browser) -> None:
    make_version(title="A walk", body="About trusting somebody again.")
    make_version(title="Trust")
    with_topics(make_version(title="Evenings"), "trust")
    make_version(title="Something else")
    assert titles(nora, q="trust") == ["Trust", "A walk", "Evenings"]
    assert titles(nora, q="TRUSTED") == ["Trust", "A walk", "Evenings"]
    assert titles(nora, q="trust walk") == ["A walk"]


@pytest.mark.parametrize(
    "odd", ['"', "'", "NEAR(", "a OR b", "title:", "*", "%", "\\", "() AND", "trust*", "é ß 漢"]
)
def test_odd_signs_are_words_or_nothing(nora: Browser, odd: str) -> None:
    make_version(title="Trust")
    assert titles(nora, q=odd) in ([], ["Trust"])


def test_the_newest_words_are_those_that_are_found(nora: Browser) -> None:
    version = make_version(title="Old name", body="Old words.")
    library.add_version(version.handout, title="New name", body="New words.", source="")
    assert titles(nora, q="old") == []
    assert titles(nora, q="new") == ["New name"]
    assert titles(nora) == ["New name"]
    Searchable.objects.all().delete()
    assert titles(nora, q="new") == []


def test_it_narrows_by_audience_stage_topic_favorites_and_withdrawn(
    cast: Cast, nora: Browser
) -> None:
    hurt = with_topics(make_version(Audience.HURT, title="Hurt"), "sleep")
    make_version(Audience.INVOLVED, title="Involved", stages=["moving_on"])
    gone = make_version(title="Gone")
    published.withdraw(gone.handout, by=trail.SYSTEM)
    nora.post(reverse("handouts:favorite", args=[hurt.pk]))
    assert titles(nora) == ["Hurt", "Involved"]
    assert titles(nora, audience="hurt") == ["Hurt"]
    assert titles(nora, stage="moving_on") == ["Involved"]
    assert titles(nora, topic="sleep") == ["Hurt"]
    assert titles(nora, mine="on") == ["Hurt"]
    assert titles(nora, withdrawn="on") == ["Gone", "Hurt", "Involved"]
    nora.post(reverse("handouts:favorite", args=[hurt.pk]), {"not": "1"})
    assert titles(nora, mine="on") == []


def test_favorites_are_ones_own(cast: Cast, signed_in: Callable[..., Browser]) -> None:
    version = make_version()
    signed_in(cast.ida.user).post(reverse("handouts:favorite", args=[version.pk]))
    assert titles(signed_in(cast.nora.user), mine="on") == []


def test_the_database_is_asked_as_often_for_many_as_for_few(nora: Browser) -> None:
    counts = []
    for number in (3, 30):
        for n in range(number):
            with_topics(make_version(title=f"Trust {n}", about_affair=bool(n % 2)), f"topic {n}")
        nora.get(LIBRARY, {"q": "trust"})
        with CaptureQueriesContext(connection) as asked:
            nora.get(LIBRARY, {"q": "trust", "stage": "impact"})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_more_than_anybody_turns_pages_is_not_counted(
    nora: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_MOST", 2)
    make_version(title="Trust")
    assert "1 handout<" in nora.get(LIBRARY).content.decode()
    for n in range(2):
        make_version(title=f"Trust {n}")
    assert "2 handouts or more." in nora.get(LIBRARY, {"q": "trust"}).content.decode()


def test_a_page_goes_on_from_titles_to_texts_and_shows_each_once(nora: Browser) -> None:
    in_text = [make_version(title=f"A {n:02}", body="Trust.").title for n in range(30)]
    in_title = [make_version(title=f"Trust {n:02}").title for n in range(45)]
    pages = [titles(nora, q="trust", page=str(number)) for number in (1, 2)]
    assert pages == [in_title[:40], in_title[40:] + in_text]


def test_long_lists_have_pages_that_keep_what_was_asked(nora: Browser) -> None:
    for n in range(41):
        make_version(title=f"Trust {n:02}")
    page: Any = nora.get(LIBRARY, {"q": "trust"})
    assert len(page.context["page"]) == 40
    assert "q=trust&amp;page=2" in page.content.decode()
    assert titles(nora, q="trust", page="2") == ["Trust 40"]
