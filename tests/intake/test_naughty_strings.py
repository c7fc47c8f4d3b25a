"""Words of every kind go in and come out as they were, or are refused in words."""

import unicodedata
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import codes, links
from clients.contact.codes import Answer
from intake.models import ConsultationRequest
from tests.cast import Cast
from tests.intake.walking import ABOUT_YOU, send, take_a_time

NAUGHTY = [
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
    "🙂🙃🙂🙃",
    "e\u0301\u0301\u0301\u0301\u0301",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "\u202eanna\u202c",
    "\u200f\u200eVera",
    "a\u200bb\u200cc\u200dd",
    "\ufeffBeginning",
    "\u2066isolated\u2069",
    "line\u2028separator",
    "next\u0085line",
    "tab\tbetween",
    "bell\x07 and escape\x1b[31m",
    "delete\x7f",
    "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "\ufffe\uffff",
    "\U0010ffff",
    "<script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }} {% debug %}",
    "${7*7} #{7*7}",
    "%s %d %(name)s %n",
    "{0.__class__}",
    "'; DROP TABLE clients_client; --",
    "1' OR '1'='1",
    "Robert\\'); --",
    "\\x00 \\u0000 \\n",
    "C:\\CON\\..\\..\\etc",
    "../../etc/passwd",
    '=HYPERLINK("http://example.com")',
    "+1+1",
    "@SUM(A1)",
    "-2-3",
    "null",
    "None",
    "undefined",
    "NaN",
    "true",
    "0",
    "1e309",
    "&lt;&amp;&#39;",
    "a" * 90,
    "=?utf-8?B?aGk=?=",
    "Vera (a comment) <v@example.com>",
    "ﷺ ﷽",
    "ß ẞ İ ı ŉ",
]
# Refused or tidied: what must never reach a header, a column or a log.
BROKEN = [
    "Vera\x00Visitor",
    "\x00",
    "v" * 101,
    "v" * 100_000,
    " ",
    "\u00a0\u2003",
    "\r\n",
]


def book_as(browser: Browser, **changed: Any) -> Any:
    take_a_time(browser)
    return send(browser, "about-you", {**ABOUT_YOU, **changed}, follow=True)


@pytest.mark.parametrize("odd", NAUGHTY, ids=range(len(NAUGHTY)))
def test_name_words_and_code_come_back_as_they_were_typed(
    client: Browser, cast: Cast, signed_in: Any, odd: str
) -> None:
    words = f"{odd}\r\n{odd}"
    code = f"{odd} abc123"[:100]
    page = book_as(client, name=odd, words=words, code=code)
    assert page.redirect_chain, page.context["form"].errors
    asked = ConsultationRequest.objects.get()
    assert asked.client.name == odd.strip()
    assert asked.words.split("\r\n") == words.strip().split("\r\n")
    token = links.make(asked.client.pk, "appointment", asked.appointment_id)
    assert codes.answer(links.find(token), code) is Answer.OPEN
    shown = signed_in(cast.nora.user).get(reverse("consultations:page", args=[asked.pk]))
    assert shown.status_code == 200
    for dangerous in ("<script>alert", "<img src=x", "<svg onload"):
        assert dangerous not in shown.content.decode()
    desk = reverse("desk:appointment", args=[asked.appointment_id])
    assert signed_in(cast.dan).get(desk).status_code == 200


@pytest.mark.parametrize("odd", BROKEN, ids=range(len(BROKEN)))
def test_what_no_column_could_hold_is_refused_in_words(
    client: Browser, cast: Cast, odd: str
) -> None:
    page = book_as(client, name=odd)
    assert page.status_code == 200
    assert "name" in page.context["form"].errors
    assert not ConsultationRequest.objects.exists()


@pytest.mark.parametrize("field", ["name", "email", "phone", "code", "words", "concern", "slot"])
def test_a_nul_in_any_field_is_an_error_beside_it_and_never_a_crash(
    client: Browser, cast: Cast, field: str
) -> None:
    page = book_as(client, **{field: "a\x00b"})
    assert page.status_code == 200
    assert field == "slot" or field in page.context["form"].errors


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
        "v@example.com\x00",
        "\u202ev@example.com",
    ],
)
def test_an_address_that_could_mean_two_mailboxes_is_refused(
    client: Browser, cast: Cast, email: str
) -> None:
    page = book_as(client, email=email)
    assert "email" in page.context["form"].errors
    assert not ConsultationRequest.objects.exists()


def test_bytes_that_are_no_text_are_read_as_replacement_signs(client: Browser, cast: Cast) -> None:
    """A lone surrogate can't be typed, but its bytes can be sent."""
    take_a_time(client)
    body = "&".join(f"{name}={value}" for name, value in ABOUT_YOU.items() if name != "name")
    page = client.generic(
        "POST",
        reverse("intake:about-you"),
        f"{body}&name=Vera%ED%A0%80%FF%C0%80".encode(),
        content_type="application/x-www-form-urlencoded",
    )
    assert page.status_code == 302
    name = ConsultationRequest.objects.get().client.name
    assert name.startswith("Vera")
    assert {unicodedata.category(sign) for sign in name[4:]} == {"So"}


def test_five_thousand_fields_are_refused_without_a_crash(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    page = send(client, "about-you", {f"field{number}": "x" for number in range(5000)})
    assert page.status_code == 400
