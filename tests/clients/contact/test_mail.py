"""The words of a message: a postcard that anybody may read."""

import re
from email.message import EmailMessage
from itertools import product
from typing import Any

import pytest

from clients.contact import mail, sending
from clients.contact.models import Message, State
from clients.handouts.models import Audience
from clients.models import Client
from practice.models import Practice
from scheduling.followups.starter import QUESTIONS
from tests.cast import make_message, make_version
from tests.smtp_sink import Answer, SmtpSink

RISKY = re.compile(
    r"affair|therap|counsel|couple|marri|marital|infidel|cheat|betray|partner|spouse|husband|wife"
    r"|recover|trauma|heal|disclos|session|treatment|clinic|mental|health|relationship|intimacy"
    r"|handout|check-in|checkin|question|hurt|involved|secret|trust|lmft|lcsw|psych"
)
TITLE = "Owning what happened"
EVIL = [
    "Oak\r\nBcc: everybody@example.com",
    "Oak\nX-Spy: 1\n\nHello",
    "Oak\rTo: x@example.com",
    "=?utf-8?q?Oak=0D=0ABcc:_x@example.com?=",
    'Oak" <x@example.com>, "',
    "Ōak Štreet <x@example.com>",
]


def send(client: Client, sink: SmtpSink, **facts: Any) -> EmailMessage:
    make_message(client, **facts)
    assert sending.tick() == 1
    return sink.mails[-1]


def body(sent: EmailMessage, kind: str) -> str:
    part = sent.get_body((kind,))
    assert part
    return str(part.get_content())


@pytest.mark.parametrize(
    ("template", "is_follow_up"), list(product(Message.Template.values, [True, False]))
)
def test_no_word_of_a_message_tells_what_it_is_about(
    cast, hanna, now, sink, template, is_follow_up
):
    make_version(Audience.HURT, title=TITLE)
    sent = send(hanna, sink, template=template, is_follow_up=is_follow_up, tells_time=now)
    parts = [part.get_content() for part in sent.walk() if not part.is_multipart()]
    assert len(parts) == 2
    said = "\n".join([*(f"{name}: {value}" for name, value in sent.items()), *parts])
    # The token is random: by chance it may hold any letters.
    said = re.sub(r"/(s|stop|told)/[\w-]+", "", said).lower()
    names = [person.client.name.split()[0] for person in (cast.ian, cast.mia, cast.max)]
    names += [cast.nora.public_name, hanna.name, "Tester", TITLE]
    names += [question["text"] for question in QUESTIONS]
    said = said.replace("hanna@example.com", "")
    assert RISKY.findall(said) == []
    assert [name for name in names if name.lower() in said] == []


def test_both_partners_read_the_same_words(hanna, ian, sink):
    hers, his = send(hanna, sink), send(ian, sink)
    assert hers["Subject"] == his["Subject"] == "A message from Oak Street Office"
    texts = [re.sub(r"/(s|stop)/[\w-]+", "", body(each, "plain")) for each in (hers, his)]
    assert texts[0] == texts[1]
    assert list(hers) == list(his)


def test_nothing_is_attached_counted_or_fetched(hanna, sink):
    sent = send(hanna, sink)
    shown = body(sent, "html")
    assert not list(sent.iter_attachments())
    assert not re.search(r"<img|<link|<script|background|src=", shown)
    addresses = set(re.findall(r'https?://[^"\s<]+', sent.as_string()))
    assert {address.split("/")[3] for address in addresses} == {"s", "stop"}
    assert not [address for address in addresses if "?" in address]


def test_the_sender_is_the_neutral_name(hanna, sink):
    sent = send(hanna, sink)
    assert sent["From"] == "Oak Street Office <office@example.com>"
    assert sent["To"] == "hanna@example.com"
    assert sent["Auto-Submitted"] == "auto-generated"


def test_the_message_id_is_the_row_s_and_stays_the_same_on_every_try(hanna, now, sink, travel):
    sink.answers("hanna@example.com", Answer.DROP)
    message = make_message(hanna)
    sending.tick()
    travel(now + sending.ASK_AGAIN)
    sending.tick()
    assert [str(each["Message-ID"]) for each in sink.mails] == [f"<{message.pk}@example.com>"] * 2


def test_a_follow_up_can_be_stopped_with_one_click(hanna, sink):
    sent = send(hanna, sink)
    where = str(sent["List-Unsubscribe"]).strip()
    assert re.fullmatch(r"<http://testserver/stop/[\w-]{43}>", where)
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/stop/" in body(sent, "plain")


def test_a_message_about_an_appointment_offers_no_stop(hanna, now, sink):
    sent = send(hanna, sink, template="booked", is_follow_up=False, tells_time=now)
    assert sent["List-Unsubscribe"] is None
    assert "/stop/" not in sent.as_string()


def test_an_appointment_s_time_is_told_on_the_reader_s_clock(hanna, now, sink):
    hanna.time_zone = "America/Chicago"
    hanna.save()
    sent = send(hanna, sink, template="booked", is_follow_up=False, tells_time=now)
    text = body(sent, "plain")
    assert "Wednesday, Dec 2, 9:00 AM Central (CST)" in text
    assert str(sent["Subject"]) == "Your appointment"


@pytest.mark.parametrize("name", EVIL)
def test_a_name_injects_no_header(hanna, sink, name):
    plain = send(hanna, sink)
    Practice.objects.update(display_name=name)
    sent = send(hanna, sink)
    assert [header.lower() for header in sent] == [header.lower() for header in plain]
    assert sent["From"].addresses[0].addr_spec == "office@example.com"
    assert len(sent["From"].addresses) == len(sent["To"].addresses) == 1
    assert {attempt.recipient for attempt in sink.attempts} == {"hanna@example.com"}


@pytest.mark.parametrize(
    "address",
    [
        "hanna@example.com, ian@example.com",
        "hanna@example.com;ian@example.com",
        "hanna@example.com\r\nBcc: ian@example.com",
        "hanna@example.com\nian@example.com",
        "<ian@example.com> hanna@example.com",
        "a@b@example.com",
        "nobody",
        "x" * 320 + "@example.com",
    ],
)
def test_an_address_that_isn_t_exactly_one_is_never_written_to(hanna, ian, sink, address):
    hanna.card.email = address
    hanna.card.save()
    poisoned = make_message(hanna)
    make_message(ian)
    assert sending.tick() == 1
    assert [attempt.recipient for attempt in sink.attempts] == ["ian@example.com"]
    poisoned.refresh_from_db()
    assert (poisoned.state, poisoned.attempt) == (State.DUE, 1)
    assert poisoned.reason == "not prepared: ValidationError"


def test_there_is_one_recipient_always(hanna, ian, sink):
    for client in (hanna, ian) * 3:
        make_message(client)
    assert sending.tick() == 6
    assert len(sink.attempts) == len(sink.mails) == 6
    for sent in sink.mails:
        assert len(sent["To"].addresses) == 1
        assert sent["Cc"] is sent["Bcc"] is None


def test_the_words_are_those_of_reviewed_templates_alone():
    assert set(mail._SUBJECTS) == set(Message.Template)
    words = {"Your appointment", "A message from {name}", "Please confirm"}
    assert set(mail._SUBJECTS.values()) == words


def test_a_reminder_asks_to_confirm_and_tells_the_time(hanna, now, sink):
    sent = send(hanna, sink, template="reminder", is_follow_up=False, tells_time=now)
    assert sent["Subject"] == "Please confirm"
    for kind in ("plain", "html"):
        assert "on Wednesday, Dec 2, 10:00 AM Eastern (EST)." in body(sent, kind)
        assert "open your link to say that you will come" in body(sent, kind)


def test_on_the_day_the_time_is_told_once_more(hanna, now, sink):
    sent = send(hanna, sink, template="soon", is_follow_up=False, tells_time=now)
    assert sent["Subject"] == "Your appointment"
    assert "today: Wednesday, Dec 2, 10:00 AM Eastern (EST)." in body(sent, "plain")


def test_an_invitation_asks_for_the_number_and_names_nobody(hanna, sink):
    sent = send(hanna, sink, template="invited", is_follow_up=False)
    for kind in ("plain", "html"):
        assert "Somebody asked us to write to you" in body(sent, kind)
        assert "It asks for the number that you were given" in body(sent, kind)
        assert "private code" not in body(sent, kind)
        assert re.search(r"http://testserver/s/[\w-]{43}", body(sent, kind))


def test_news_of_a_state_lead_to_a_page_without_a_code(hanna, sink):
    sent = send(hanna, sink, template="state_opens", is_follow_up=False)
    for kind in ("plain", "html"):
        assert re.search(r"http://testserver/told/[\w-]{43}", body(sent, kind))
        assert "code" not in body(sent, kind)
        assert "/s/" not in body(sent, kind)


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_every_other_message_says_that_the_code_is_asked_for(hanna, sink, kind):
    for template in ("news", "booked", "reminder", "soon"):
        sent = send(hanna, sink, template=template)
        assert "It asks for your private code." in body(sent, kind)
