"""Working on a draft: nothing is lost or overwritten, and nobody gets the other's words."""

import gzip
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from clients.handouts import drafts, library
from clients.handouts.importing import import_article
from clients.handouts.library import ImportedBefore
from clients.handouts.models import Article, Audience, Handout, Section, Version
from practice.audit import trail
from practice.audit.models import Entry
from tests.cast import Cast, make_version
from tests.clients.handouts.word_files import packed
from tests.kept import kept

TEXT = """# A hard week

This is for both of you, and it is worth reading slowly.

## For the partner who was hurt

What you feel is a sign of how much this meant. You may ask for time.

## For the partner who was involved

Say what happened without defending it. Your partner needs to know it is over.

Share this article on Facebook
"""


@kept
def article(db: None, now: Any) -> Article:
    return library.store_draft(import_article(TEXT.encode(), "week.md"))


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


def url(name: str, *args: Any) -> str:
    return reverse(f"handouts:{name}", args=[getattr(one, "pk", one) for one in args])


def headings(article: Article) -> list[str]:
    return [section.heading for section in article.sections.all()]


def section(article: Article, place: int) -> Section:
    return list(article.sections.all())[place]


def form_of(article: Article, **changed: Any) -> dict[str, Any]:
    """What the review's form sends."""
    article.refresh_from_db()
    sent: dict[str, Any] = {"title": article.title, "revision": article.revision}
    sent["about_affair"] = "on"
    for each in article.sections.all():
        sent |= {
            f"heading_{each.pk}": each.heading,
            f"audience_{each.pk}": "" if each.needs_decision else each.audience,
            f"keep_{each.pk}": "on",
            f"text_{each.pk}": each.text,
        }
    return sent | changed


def test_a_section_moves_by_one_and_stops_at_the_ends(nora: Browser, article: Article) -> None:
    first, second, third = article.sections.all()
    for act, key, order in [
        ("down", first, [second, first, third]),
        ("down", first, [second, third, first]),
        ("down", first, [second, third, first]),
        ("up", third, [third, second, first]),
    ]:
        page = nora.post(url("review", article), form_of(article, act=f"{act}:{key.pk}"))
        assert page.headers["Location"].endswith(f"#section-{key.pk}")
        assert list(article.sections.all()) == order


def test_a_section_is_cut_where_its_author_says(nora: Browser, article: Article) -> None:
    last = section(article, 2)
    words = "Own it.\r\n\r\n## A new thing\r\n\r\nDo this.\r\n\r\n---\r\n\r\nAnd that."
    sent = form_of(article, act=f"cut:{last.pk}", **{f"text_{last.pk}": words})
    nora.post(url("review", article), sent)
    assert headings(article)[2:] == [last.heading, "A new thing", ""]
    new = list(article.sections.all())[2:]
    assert [each.text for each in new] == ["Own it.", "Do this.", "And that."]
    assert {each.audience for each in new} == {"involved"}
    assert {str(each.origins) for each in new} == {"[2]"}


def test_without_a_place_to_cut_it_says_how(nora: Browser, article: Article) -> None:
    sent = form_of(article, act=f"cut:{section(article, 1).pk}")
    page = nora.post(url("review", article), sent, follow=True).content.decode()
    assert "a line of three dashes" in page
    assert article.sections.count() == 3


def test_joined_sections_of_two_audiences_ask_again_for_whom_they_are(
    nora: Browser, article: Article
) -> None:
    nora.post(url("review", article), form_of(article, act=f"join:{section(article, 2).pk}"))
    joined = section(article, 1)
    assert joined.needs_decision
    assert "### For the partner who was involved" in joined.text
    assert "how much this meant" in joined.text
    with pytest.raises(library.NotDecided):
        library.publish(article, stages=["impact"], by=trail.SYSTEM)


def test_what_was_left_out_can_be_taken_back_once(nora: Browser, article: Article) -> None:
    article.refresh_from_db()
    left = article.left_out[0]["text"]
    target = section(article, 0)
    for _ in range(2):
        sent = form_of(article, act="back:0", into_0=str(target.pk))
        nora.post(url("review", article), sent)
    target.refresh_from_db()
    assert target.text.count(left) == 1
    article.refresh_from_db()
    assert article.left_out[0]["taken_back"]


def test_what_was_left_out_may_become_a_section_that_waits_for_a_decision(
    nora: Browser, article: Article
) -> None:
    nora.post(url("review", article), form_of(article, act="back:0", into_0=""))
    assert section(article, 3).needs_decision
    assert nora.post(url("review", article), form_of(article, act="back:99")).status_code == 404


def test_two_who_edit_see_both_texts_and_lose_nothing(nora: Browser, article: Article) -> None:
    mine, theirs = form_of(article), form_of(article)
    key = f"text_{section(article, 0).pk}"
    nora.post(url("review", article), theirs | {key: "Their words.", "act": "save"})
    page = nora.post(url("review", article), mine | {key: "My words.", "act": "save"})
    assert page.status_code == 409
    said = page.content.decode()
    assert "Somebody else saved this draft meanwhile" in said
    assert ">\nMy words.</textarea>" in said
    assert "Their words." in said
    assert section(article, 0).text == "Their words."
    # Having seen both, it is saved.
    again = mine | {
        key: "Our words.",
        "act": "save",
        "revision": page.context["form"].data["revision"],
    }
    assert nora.post(url("review", article), again).status_code == 302
    assert section(article, 0).text == "Our words."


def test_words_typed_into_a_section_that_is_gone_are_shown_to_be_copied(
    nora: Browser, article: Article
) -> None:
    mine = form_of(article)
    gone = section(article, 2)
    drafts.join(article, gone, by=trail.SYSTEM)
    page = nora.post(url("review", article), mine | {f"text_{gone.pk}": "Typed for long."})
    assert page.status_code == 409
    assert page.content.decode().count("Typed for long.") == 1


def test_the_review_shows_source_grade_and_what_to_look_at_again(
    nora: Browser, article: Article
) -> None:
    key = f"text_{section(article, 1).pk}"
    nora.post(url("review", article), form_of(article, act="save", **{key: "A cheater hid it."}))
    page = nora.get(url("review", article)).content.decode()
    for words in ("how much this meant", "A cheater hid it.", "Blames somebody", "Grade"):
        assert words in page


@pytest.mark.parametrize(("audience", "shown"), [("hurt", True), ("involved", False)])
def test_a_preview_shows_one_audience_in_the_readers_own_page(
    nora: Browser, article: Article, audience: str, shown: bool
) -> None:
    page = nora.get(url("preview", article, audience))
    assert ("how much this meant" in page.content.decode()) is shown
    assert "reading/handout.html" in [template.name for template in page.templates]


def test_sections_with_stages_of_their_own_make_a_handout_of_their_own(article: Article) -> None:
    Section.objects.filter(article=article).update(audience="both", needs_decision=False)
    last = section(article, 2)
    last.stages = ["moving_on"]
    last.save()
    library.publish(article, stages=["meaning", "impact"], by=trail.SYSTEM)
    stages = {str(each.handout.stages): each.body for each in Version.objects.all()}
    assert set(stages) == {"['impact', 'meaning']", "['moving_on']"}
    assert "without defending" not in stages["['impact', 'meaning']"]


# The next version


def test_the_next_version_leaves_those_who_have_the_first_with_theirs(
    nora: Browser, article: Article
) -> None:
    Section.objects.filter(article=article).update(needs_decision=False)
    firsts = library.publish(article, stages=["impact"], by=trail.SYSTEM)
    nora.post(url("next-version", firsts[0]))
    key = f"text_{section(article, 0).pk}"
    nora.post(url("review", article), form_of(article, **{key: "Other words."}))
    assert set(Version.objects.latest_of_each()) == set(firsts)  # type: ignore[attr-defined]
    nora.post(url("publish", article), {"stages": ["impact"]})
    assert Handout.objects.count() == len(firsts)
    newest = Version.objects.newest().get(handout=firsts[0].handout)  # type: ignore[attr-defined]
    assert (newest.number, newest.body.strip()) == (2, "Other words.")
    firsts[0].refresh_from_db()
    assert "Other words." not in firsts[0].body


def test_a_starter_can_be_worked_on_though_it_never_was_an_article(
    cast: Cast, nora: Browser
) -> None:
    version = make_version(Audience.HURT, body="Before.\n\n## One\n\nTwo.", about_affair=False)
    page = nora.post(url("next-version", version), follow=True)
    assert page.status_code == 200
    (draft,) = Article.objects.all()
    assert headings(draft) == ["", "One"]
    assert {each.audience for each in draft.sections.all()} == {"hurt"}
    nora.post(url("publish", draft), {"stages": ["impact"]})
    assert Version.objects.newest().get().number == 2  # type: ignore[attr-defined]
    assert Handout.objects.get().about_affair is False


def test_what_is_out_keeps_its_tag(nora: Browser, article: Article) -> None:
    Section.objects.filter(article=article).update(needs_decision=False)
    version = library.publish(article, stages=["impact"], by=trail.SYSTEM)[0]
    nora.post(url("next-version", version))
    nora.post(url("review", article), form_of(article, about_affair=""))
    article.refresh_from_db()
    assert article.about_affair


# Bringing in


def test_an_article_is_brought_in_with_its_source_and_cited(nora: Browser) -> None:
    facts = {
        "text": TEXT,
        "source": "Hard weeks",
        "author": "A. Writer",
        "address": "https://example.org/hard",
        "dated": "2026-03-01",
    }
    page = nora.post(url("bring-in"), facts)
    article = Article.objects.get()
    assert page.headers["Location"] == url("review", article)
    assert article.dated == date(2026, 3, 1)
    assert article.citation == "Hard weeks · A. Writer · March 1, 2026 · https://example.org/hard"
    assert Entry.objects.get(resource="handouts.article").actor_kind == "staff"


def test_a_file_is_brought_in_and_what_cannot_be_read_is_refused(nora: Browser) -> None:
    good = SimpleUploadedFile("week.md", TEXT.encode())
    assert nora.post(url("bring-in"), {"file": good}).status_code == 302
    for name, data in [("a.pdf", b"%PDF-1.7 x"), ("b.txt", b"   ")]:
        page = nora.post(url("bring-in"), {"file": SimpleUploadedFile(name, data)})
        assert page.context["form"].errors
    assert nora.post(url("bring-in"), {"text": " "}).context["form"].errors["file"]
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("large.txt", b"w" * 10_000_000),
        ("large.html", b"<p>" + b"w " * 5_000_000),
        ("nested.html", b"<div>" * 100_000),
        ("packed.docx", packed({"word/document.xml": "<w:t>" + " " * 4_000_000})),
        ("packed.gz", gzip.compress(b"<p>words</p>" * 1_000_000)),
    ],
)
def test_a_hostile_upload_is_refused_in_one_sentence_and_leaves_nothing(
    nora: Browser, name: str, data: bytes
) -> None:
    given = {"file": SimpleUploadedFile(name, data), "source": "Hard weeks"}
    page = nora.post(url("bring-in"), given)
    [why] = [each for errors in page.context["form"].errors.values() for each in errors]
    assert re.fullmatch(r"[A-Z][^.\n]+\.(?: Please [^\n]+\.)?", why)
    assert page.context["form"]["source"].value() == "Hard weeks"
    assert not Article.objects.exists()


def test_an_address_is_asked_for_only_where_the_owner_allowed_its_site(
    cast: Cast, nora: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clients.handouts import bringing_in
    from practice.models import Practice

    asked: list[Any] = []

    def fetch(address: str, *, allowed_hosts: Any) -> tuple[bytes, str]:
        asked.append((address, list(allowed_hosts)))
        return TEXT.encode(), "week.md"

    monkeypatch.setattr(bringing_in, "fetch_article", fetch)
    given = {"address_to_read": "https://www.example.org/week"}
    assert nora.post(url("bring-in"), given).context["form"].errors
    Practice.objects.update(article_hosts="www.example.org")
    assert nora.post(url("bring-in"), given).status_code == 302
    assert asked == [("https://www.example.org/week", ["www.example.org"])]
    assert Article.objects.get().address == "https://www.example.org/week"


def test_the_same_article_again_shows_what_is_new_and_makes_no_twin(
    nora: Browser, article: Article
) -> None:
    newer = TEXT.replace("You may ask for time.", "You may ask for a week.") + "\n## More\n\nNew.\n"
    with pytest.raises(ImportedBefore):
        library.store_draft(import_article(newer.encode(), "week.md"))
    page = nora.post(url("bring-in"), {"text": newer}, follow=True)
    assert page.request["PATH_INFO"] == url("changes", article)
    said = page.content.decode()
    assert "<del>time.</del>" in said
    assert "week.</ins>" in said
    chosen = [str(at) for at, each in page.context["changes"] if each.kind != "same"]
    nora.post(url("changes", article), {"take": chosen})
    assert Article.objects.count() == 1
    assert "ask for a week" in section(article, 1).text
    assert headings(article)[-1] == "More"
    article.refresh_from_db()
    assert article.incoming is None
    # Once taken, the very same is nothing new.
    assert (
        "Nothing is new in it"
        in nora.post(url("bring-in"), {"text": newer}, follow=True).content.decode()
    )


def test_changes_can_be_left_as_they_are(nora: Browser, article: Article) -> None:
    drafts.note_incoming(
        article, import_article(TEXT.encode() + b"\n\nMore.", "w.md"), by=trail.SYSTEM
    )
    nora.post(url("changes", article), {"leave": "1"})
    assert nora.get(url("changes", article)).status_code == 404
    assert "More." not in section(article, 2).text
