"""A message is a postcard: no word in it tells what the work is about."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from clients.contact import mail, text
from clients.contact.models import Message
from practice.models import Practice
from practice.neutral import check_neutral, risky_words
from scheduling import calendar_file
from tests.cast import in_days, make_message, make_session

CORPUS = Path(__file__).with_name("risky_words.txt").read_text().splitlines()
RISKY = [line for line in CORPUS if line.strip()]
HARMLESS = [
    "Oak Street Office",
    "Maple & Third",
    "Bond Street Desk",
    "Harbor House",
    "The front desk",
    "Secretary’s desk",
    "Willow 12",
    "Your appointment",
    "Please confirm",
    "A message from Oak Street Office",
]


def test_the_corpus_is_large_enough_to_say_something():
    assert len(set(RISKY)) >= 200


def test_no_risky_words_pass():
    assert [line for line in RISKY if not risky_words(line)] == []


@pytest.mark.parametrize("words", HARMLESS)
def test_harmless_words_pass(words):
    assert risky_words(words) == []
    check_neutral(words)


def test_a_name_that_tells_is_refused_with_the_word():
    with pytest.raises(ValidationError, match="couples"):
        check_neutral("Oak Street Couples")


@pytest.mark.parametrize("template", Message.Template)
def test_every_message_that_goes_is_neutral_in_all_its_parts(cast, now, template):
    message = make_message(cast.hanna.client, template=template, tells_time=now)
    sent = mail.compose(message, "hanna@example.com", "T" * 43, Practice.current())
    html = str(sent.alternatives[0][0])
    for part in (sent.subject, sent.from_email, sent.body, html):
        assert risky_words(_without_addresses(str(part))) == []
        assert "reply cancel" not in str(part).casefold()
    words = text.words(Practice.current().display_name, mail.private_address(message, "T" * 43))
    assert risky_words(_without_addresses(words)) == []


def _without_addresses(words: str) -> str:
    return words.replace(settings.SITE_URL, "").replace("T" * 43, "")


def test_a_name_that_tells_never_leaves_the_house(cast, now):
    practice = Practice.current()
    practice.display_name = "Affair Recovery Center"
    message = make_message(cast.hanna.client)
    sent = mail.compose(message, "hanna@example.com", "T" * 43, practice)
    assert sent.subject == "A message from The office"
    assert "Recovery" not in sent.body + sent.from_email
    assert "Recovery" not in text.words(practice.display_name, "https://example.com/s/x")


def test_the_calendar_file_is_neutral(cast, now):
    session = make_session(cast.case, in_days(now, 1))
    content = calendar_file.of(session, Practice.current()).decode()
    assert risky_words(content.replace(str(session.pk), "")) == []
