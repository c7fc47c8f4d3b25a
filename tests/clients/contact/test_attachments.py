"""Files that messages bring along, for those alone who asked for them."""

import re
from email.errors import HeaderParseError
from email.message import EmailMessage

import pytest

from clients.contact import attachments, mail, sending
from clients.contact.attachments import Attachment
from clients.contact.models import ContactCard, Message
from practice.models import Practice
from tests.cast import make_message, open_link
from tests.smtp_sink import Answer

FILE = Attachment("note.ics", b"BEGIN:X\r\n\xc3\xa9\r\n", "text/calendar; charset=utf-8; method=X")
CONTACT = "/yours/contact/"


@pytest.fixture(autouse=True)
def note_brings_a_file(monkeypatch):
    """Messages of the purpose "note" bring FILE."""
    monkeypatch.setitem(attachments._BY_PURPOSE, "note", lambda message: FILE)


@pytest.fixture
def wants_files(hanna):
    ContactCard.objects.filter(client=hanna).update(calendar_by_mail=True)


def files(mail: EmailMessage) -> list[EmailMessage]:
    return list(mail.iter_attachments())  # type: ignore[arg-type]


def test_nobody_gets_files_who_didn_t_ask(hanna, sink):
    make_message(hanna)
    assert sending.tick() == 1
    assert files(sink.mails[0]) == []
    assert sink.mails[0].get_content_type() == "multipart/alternative"


@pytest.mark.usefixtures("wants_files")
def test_who_asked_gets_the_file_byte_for_byte_and_the_words_as_ever(hanna, ian, sink):
    make_message(hanna)
    make_message(ian)
    assert sending.tick() == 2
    [to_hanna], [to_ian] = sink.to("hanna@example.com"), sink.to("ian@example.com")
    [file] = files(to_hanna)
    assert file.get_content_type() == "text/calendar"
    assert (file.get_content_charset(), file.get_param("method")) == ("utf-8", "X")
    assert (file.get_filename(), file.get_content_disposition()) == ("note.ics", "attachment")
    assert file.get_payload(decode=True) == FILE.content
    assert files(to_ian) == []
    for kind in ("plain", "html"):
        assert to_hanna.get_body((kind,))


@pytest.mark.usefixtures("wants_files")
def test_other_messages_bring_none(hanna, sink):
    make_message(hanna, purpose="other")
    sending.tick()
    assert files(sink.mails[0]) == []


@pytest.mark.usefixtures("wants_files")
def test_it_tells_how_things_stand_when_it_goes(hanna, now, sink, travel, monkeypatch):
    told = iter([None, FILE])
    monkeypatch.setitem(attachments._BY_PURPOSE, "note", lambda message: next(told))
    sink.answers("hanna@example.com", Answer.DROP)
    make_message(hanna)
    sending.tick()
    travel(now + sending.ASK_AGAIN)
    sending.tick()
    assert [len(files(each)) for each in sink.mails] == [0, 1]


@pytest.mark.usefixtures("wants_files")
@pytest.mark.parametrize("name", ['x".ics', "x\r\nBcc: ian@example.com", "ü.ics"])
def test_the_name_of_a_file_adds_no_header(hanna, name, monkeypatch):
    odd = Attachment(name, b"x", "text/calendar")
    monkeypatch.setitem(attachments._BY_PURPOSE, "note", lambda message: odd)
    message = make_message(hanna)
    message.client = type(hanna).objects.get(pk=hanna.pk)
    written = mail.compose(message, "hanna@example.com", "t", Practice.current())
    try:
        assert "\nBcc" not in written.message().as_string()
    except HeaderParseError:  # a line break is refused
        assert "\n" in name


def test_the_tick_stands_on_their_own_page_and_is_kept(hanna, client):
    open_link(client, hanna, "reading", hanna.pk)
    page = client.get(CONTACT).content.decode()
    assert "Add a calendar file to messages about my appointments" in page
    assert "It says the office’s name and the time, nothing else." in page
    given = {"channel": "email", "email": "hanna@example.com", "safe_hours": "any"}
    client.post(CONTACT, {**given, "calendar_by_mail": "on"})
    assert ContactCard.objects.get(client=hanna).calendar_by_mail
    again = client.get(CONTACT).content.decode()
    ticked = re.search(r'<input[^>]*name="calendar_by_mail"[^>]*>', again)
    assert ticked
    assert " checked" in ticked[0]
    client.post(CONTACT, given)
    assert not ContactCard.objects.get(client=hanna).calendar_by_mail


def test_it_is_off_until_somebody_ticks_it(hanna):
    assert not ContactCard.objects.get(client=hanna).calendar_by_mail
    assert not Message.objects.exists()
