"""The demo's mailbox: what was sent, and the demo's clock."""

import os
import smtplib
import time
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from practice import clock, serving
from practice.mailbox import letters
from practice.processes import Processes
from tests.live.product import ROOT

LINK = "http://127.0.0.1:8000/s/abc-DEF_123"


@pytest.fixture(autouse=True)
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.HOME = tmp_path


def mail(subject: str = "A note for you", text: str = f"Open it here: {LINK}\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "office@example.com"
    message["To"] = "ann@example.com"
    message["Subject"] = subject
    message["Date"] = "Thu, 03 Dec 2026 14:00:00 +0000"
    message.set_content(text)
    return message


def keep(message: EmailMessage) -> str:
    return letters.keep(message.as_bytes()).stem


@pytest.mark.django_db
def test_the_list_shows_the_newest_first(client: Client):
    keep(mail("The earlier one"))
    keep(mail("The later one"))
    page = client.get(reverse("mailbox:list")).content.decode()
    assert page.index("The later one") < page.index("The earlier one")


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["+0000", "-0000", "-0500"])
def test_when_it_arrived_is_told_on_the_practice_s_clock(client: Client, zone: str):
    message = mail()
    hour = 9 if zone == "-0500" else 14
    message.replace_header("Date", f"Thu, 03 Dec 2026 {hour:02}:00:00 {zone}")
    keep(message)
    assert (
        "Thursday, Dec 3, 9:00 AM Eastern (EST)"
        in client.get(reverse("mailbox:list")).content.decode()
    )


@pytest.mark.django_db
def test_an_empty_mailbox_says_so(client: Client):
    assert "No mail yet" in client.get(reverse("mailbox:list")).content.decode()


@pytest.mark.django_db
def test_a_message_shows_its_text_its_headers_and_a_link_to_follow(client: Client):
    page = client.get(reverse("mailbox:message", args=[keep(mail())])).content.decode()
    assert f'<a href="{LINK}"' in page
    assert "office@example.com" in page


@pytest.mark.django_db
def test_html_of_a_message_is_never_shown(client: Client):
    message = mail(text="<b>plain</b>")
    message.add_alternative("<p>only in the html part</p>", subtype="html")
    page = client.get(reverse("mailbox:message", args=[keep(message)])).content.decode()
    assert "only in the html part" not in page
    assert "&lt;b&gt;plain" in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["1-nothing", "..", "demo-password"])
def test_what_is_not_a_message_is_not_found(client: Client, name: str):
    assert client.get(f"/mailbox/{name}/").status_code == 404


@pytest.mark.django_db
def test_the_clock_moves_on_and_back(client: Client):
    address = reverse("mailbox:clock")
    client.post(address, {"move": "day"})
    client.post(address, {"move": "hour"})
    assert clock.offset() == timedelta(days=1, hours=1)
    client.post(address, {"move": "back"})
    assert clock.offset() == timedelta()


@pytest.mark.django_db
def test_the_clock_moves_only_as_its_buttons_say(client: Client):
    answer = client.post(reverse("mailbox:clock"), {"move": "a-year"})
    assert answer.status_code == 200
    assert clock.offset() == timedelta()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/mailbox/", "/mailbox/clock/", "/mailbox/1-a/"])
def test_there_is_no_mailbox_outside_the_demo(client: Client, settings, path: str):
    settings.DEMO = False
    assert client.get(path).status_code == 404


def test_the_mail_server_keeps_what_it_takes_byte_for_byte(tmp_path: Path):
    port = serving.free_port()
    environment = serving.environment(_own_environment(tmp_path, port), tmp_path, demo=True)
    lines = {"mail": "python manage.py demo_mail --port $MAIL_PORT"}
    processes = Processes(lines, environment, ROOT, tmp_path / "logs")
    processes.start("mail")
    try:
        with _connected(port) as connection:
            connection.send_message(mail("Übung — neutral"))
        (kept,) = letters.newest_first()
    finally:
        processes.stop_all()
    assert kept.subject == "Übung — neutral"
    assert LINK in kept.text


def _own_environment(home: Path, port: int) -> dict[str, str]:
    return {**os.environ, "MENDWELL_HOME": str(home), "MAIL_PORT": str(port)}


def _connected(port: int) -> smtplib.SMTP:
    ends = time.monotonic() + 20
    while True:
        try:
            return smtplib.SMTP("127.0.0.1", port)
        except ConnectionRefusedError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)
