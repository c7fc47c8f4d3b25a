"""What a calendar file of somebody else keeps: every kind of entry, and files that mean harm."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict

import pytest

from scheduling import busy_times as reader
from scheduling.busy_times import Unreadable, Wanted
from tests.scheduling.other_calendars import Spans, calendar, event, spans, utc

WANTED = Wanted(
    "America/New_York",
    utc("12-01 15:00").timestamp(),
    utc("2027-12-03 15:00").timestamp(),
    "example.com",
)
OURS = "6f0c1c1e-5c5b-4c3d-9a53-0d6a4a1b2c3d@example.com"
_TEN = ("DTSTART:20261205T100000Z", "DTEND:20261205T110000Z")
_NO_TIME = "a time that we can’t read"


def read(content: bytes) -> Spans:
    return reader.busy_times(content, WANTED)


@pytest.mark.parametrize(
    ("lines", "busy"),
    [
        (_TEN, ("12-05 10:00", "12-05 11:00")),
        (("DTSTART:20261205T100000Z", "DURATION:PT45M"), ("12-05 10:00", "12-05 10:45")),
        # Without a zone: the counselor's clock
        (("DTSTART:20261205T100000", "DTEND:20261205T110000"), ("12-05 15:00", "12-05 16:00")),
        # Whole days, from midnight to midnight on the counselor's clock
        (("DTSTART;VALUE=DATE:20261205",), ("12-05 05:00", "12-06 05:00")),
        (
            ("DTSTART;VALUE=DATE:20261205", "DTEND;VALUE=DATE:20261208"),
            ("12-05 05:00", "12-08 05:00"),
        ),
        (("DTSTART;VALUE=DATE:20261205", "DURATION:P2D"), ("12-05 05:00", "12-07 05:00")),
        # The day of a clock change has 23 hours, or 25
        (("DTSTART;VALUE=DATE:20270314",), ("2027-03-14 05:00", "2027-03-15 04:00")),
        (("DTSTART;VALUE=DATE:20271107",), ("2027-11-07 04:00", "2027-11-08 05:00")),
        (
            (
                "DTSTART;TZID=Europe/Berlin:20261205T100000",
                "DTEND;TZID=Europe/Berlin:20261205T110000",
            ),
            ("12-05 09:00", "12-05 10:00"),
        ),
        (
            (
                "DTSTART;TZID=Eastern Standard Time:20261205T100000",
                "DTEND;TZID=Eastern Standard Time:20261205T110000",
            ),
            ("12-05 15:00", "12-05 16:00"),
        ),
        # From a time that the clock skips
        (
            ("DTSTART;TZID=America/New_York:20270314T023000", "DURATION:PT30M"),
            ("2027-03-14 07:00", "2027-03-14 07:30"),
        ),
        (
            (
                "DTSTART;TZID=America/New_York:20270314T020000",
                "DTEND;TZID=America/New_York:20270314T040000",
            ),
            ("2027-03-14 07:00", "2027-03-14 08:00"),
        ),
        # Over the hour that comes twice
        (
            (
                "DTSTART;TZID=America/New_York:20271107T003000",
                "DTEND;TZID=America/New_York:20271107T023000",
            ),
            ("2027-11-07 04:30", "2027-11-07 07:30"),
        ),
        ((*_TEN, "STATUS:TENTATIVE"), ("12-05 10:00", "12-05 11:00")),
        ((*_TEN, "TRANSP:OPAQUE"), ("12-05 10:00", "12-05 11:00")),
    ],
)
def test_an_entry_keeps_its_time(lines, busy):
    assert read(calendar(event(*lines))) == spans(busy)


@pytest.mark.parametrize(
    "lines",
    [
        (*_TEN, "TRANSP:TRANSPARENT"),
        (*_TEN, "transp:transparent"),
        (*_TEN, "STATUS:CANCELLED"),
        ("DTSTART:20261205T100000Z",),  # a moment takes no time
        ("DTSTART:20261105T100000Z", "DTEND:20261105T110000Z"),
        ("DTSTART:20281205T100000Z", "DTEND:20281205T110000Z"),
    ],
)
def test_an_entry_that_keeps_no_time_of_ours_is_left_out(lines):
    assert read(calendar(event(*lines))) == []


def test_only_events_keep_time():
    todo = ["BEGIN:VTODO", "UID:t", "DTSTART:20261205T100000Z", "DUE:20261205T110000Z", "END:VTODO"]
    assert read(calendar(todo)) == []


def test_our_own_appointments_that_come_back_keep_nothing():
    foreign = "6f0c1c1e-5c5b-4c3d-9a53-0d6a4a1b2c3d"
    assert read(calendar(event(*_TEN, uid=OURS), event(*_TEN, uid=OURS.upper()))) == []
    for uid in (foreign, f"{foreign}@other.example", "lunch@example.com", f"{OURS}.other"):
        assert len(read(calendar(event(*_TEN, uid=uid)))) == 1


def test_a_series_keeps_its_hour_on_its_own_clock():
    weekly = event(
        "DTSTART;TZID=America/New_York:20270301T100000",
        "DTEND;TZID=America/New_York:20270301T110000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
    )
    assert read(calendar(weekly)) == spans(
        ("2027-03-01 15:00", "2027-03-01 16:00"),
        ("2027-03-08 15:00", "2027-03-08 16:00"),
        ("2027-03-15 14:00", "2027-03-15 15:00"),
        ("2027-03-22 14:00", "2027-03-22 15:00"),
    )


def test_days_left_out_added_moved_and_canceled_are_seen():
    daily = event(
        *_TEN, "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20261206T100000Z", "RDATE:20261220T100000Z"
    )
    moved = event(
        "RECURRENCE-ID:20261207T100000Z", "DTSTART:20261207T180000Z", "DTEND:20261207T190000Z"
    )
    canceled = event(
        "RECURRENCE-ID:20261208T100000Z",
        "DTSTART:20261208T100000Z",
        "DTEND:20261208T110000Z",
        "STATUS:CANCELLED",
    )
    assert read(calendar(daily, moved, canceled)) == spans(
        ("12-05 10:00", "12-05 11:00"),
        ("12-07 18:00", "12-07 19:00"),
        ("12-20 10:00", "12-20 11:00"),
    )


def test_an_endless_series_is_read_to_the_end_of_what_is_asked():
    busy = read(calendar(event("DTSTART:20200101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")))
    assert len(busy) == 366 + 1
    assert (busy[0][0], busy[-1][0]) == (utc("12-02 10:00"), utc("2027-12-03 10:00"))


def test_what_reaches_over_the_edge_is_cut_there():
    long = event("DTSTART:20200101T000000Z", "DTEND:20400101T000000Z")
    assert read(calendar(long)) == [(utc("12-01 15:00"), utc("2027-12-03 15:00"))]


def test_times_that_touch_or_overlap_become_one():
    first = event("DTSTART:20261205T100000Z", "DTEND:20261205T120000Z")
    inside = event("DTSTART:20261205T103000Z", "DTEND:20261205T110000Z", uid="two")
    touching = event("DTSTART:20261205T120000Z", "DTEND:20261205T130000Z", uid="three")
    apart = event("DTSTART:20261205T133000Z", "DTEND:20261205T140000Z", uid="four")
    assert read(calendar(apart, touching, inside, first)) == spans(
        ("12-05 10:00", "12-05 13:00"), ("12-05 13:30", "12-05 14:00")
    )


def test_the_zone_that_a_file_describes_itself_is_used():
    zone = [
        *("BEGIN:VTIMEZONE", "TZID:Ours", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
        *("TZOFFSETFROM:+0300", "TZOFFSETTO:+0300", "END:STANDARD", "END:VTIMEZONE"),
    ]
    there = event("DTSTART;TZID=Ours:20261205T130000", "DTEND;TZID=Ours:20261205T140000")
    assert read(calendar(zone, there)) == spans(("12-05 10:00", "12-05 11:00"))


@pytest.mark.parametrize("head", ["X-WR-TIMEZONE:Nowhere/Land", "X-WR-TIMEZONE:../../etc/passwd"])
def test_a_zone_that_is_only_hinted_at_and_unknown_does_no_harm(head):
    assert read(calendar(event(*_TEN), head=(head,))) == spans(("12-05 10:00", "12-05 11:00"))


def test_several_calendars_in_a_file_are_all_read():
    other = calendar(event("DTSTART:20261206T100000Z", "DTEND:20261206T110000Z"))
    assert len(read(calendar(event(*_TEN)) + other)) == 2


def test_an_empty_calendar_keeps_nothing():
    assert read(calendar()) == []


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("DTSTART:2026-12-05 10:00", "DTEND:20261205T110000Z"),
        ("DTSTART:20261205T100000Z", "DTEND:soon"),
        ("DTSTART:20261305T100000Z", "DTEND:20261305T110000Z"),
        ("DTSTART:20261205T110000Z", "DTEND:20261205T100000Z"),
        ("DTSTART;TZID=Nowhere/Land:20261205T100000", "DURATION:PT1H"),
        ("DTSTART;VALUE=DATE:20261205", "DTEND:20261206T100000Z"),
        ("DTSTART:20261205T100000", "DTEND:20261205T110000Z"),
        (*_TEN, "RRULE:FREQ=NEVER"),
        (*_TEN, "RRULE:FREQ=WEEKLY;UNTIL=later"),
        (*_TEN, "EXDATE:tomorrow"),
    ],
)
def test_an_entry_whose_time_can_t_be_read_spoils_the_file(lines):
    """Left out silently, somebody could be booked at a time that is taken."""
    with pytest.raises(Unreadable, match=_NO_TIME):
        read(calendar(event(*_TEN, uid="good"), event(*lines)))


@pytest.mark.parametrize("often", ["HOURLY", "MINUTELY", "SECONDLY", "hourly"])
@pytest.mark.parametrize("rule", ["RRULE:FREQ={}", "RRULE;X=1:COUNT=2;FREQ={}", "EXRULE:FREQ={}"])
def test_what_repeats_by_the_hour_or_faster_is_not_read(often, rule):
    with pytest.raises(Unreadable, match="every hour or more often"):
        read(calendar(event(*_TEN, rule.format(often))))


def test_a_rule_is_found_though_its_line_is_folded():
    with pytest.raises(Unreadable, match="every hour or more often"):
        read(calendar(event(*_TEN, "RRULE:FREQ=MINU", "\tTE", " LY")))


def test_the_words_of_a_title_are_no_rule():
    assert len(read(calendar(event(*_TEN, "COMMENT:RRULE FREQ=HOURLY")))) == 1


def test_more_parts_than_we_read_are_refused_before_they_are_understood():
    many = calendar(*[event(*_TEN, uid=str(n)) for n in range(reader.MOST_COMPONENTS)])
    began = time.monotonic()
    with pytest.raises(Unreadable, match="more than we can read"):
        read(many)
    assert time.monotonic() - began < 0.5


def test_more_times_than_we_read_are_refused(monkeypatch):
    monkeypatch.setattr(reader, "MOST_OCCURRENCES", 300)
    with pytest.raises(Unreadable, match="more than we can read"):
        read(calendar(event(*_TEN, "RRULE:FREQ=DAILY")))


# As a program of its own


# The same with a second of working time.
_IMPATIENT = [
    "-c",
    "from scheduling import busy_times; busy_times.CPU_SECONDS = 1; busy_times.main()",
]


def run(
    content: bytes, program: Sequence[str] = ("-I", reader.__file__)
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *program],
        input=json.dumps(asdict(WANTED)).encode() + b"\n" + content,
        capture_output=True,
        check=False,
        timeout=60,
        env={},
    )


def test_it_tells_what_it_found():
    told = json.loads(run(calendar(event(*_TEN))).stdout)
    assert told == {"busy": [[utc("12-05 10:00").timestamp(), utc("12-05 11:00").timestamp()]]}


NO_CALENDARS = {
    "nothing": b"",
    "words": b"hello",
    "zeros": b"\0" * 1000,
    "a page": b"<!doctype html><html><body>BEGIN:VCALENDAR</body></html>",
    "a picture": bytes(range(256)) * 100,
    "a contact": b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:X\r\nEND:VCARD\r\n",
    "a calendar that breaks off": calendar(event(*_TEN))[:-20],
    "an end without a beginning": b"END:VCALENDAR\r\n",
    "ends that cross": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\nEND:VEVENT\r\n",
    "one line": b"BEGIN:VCALENDAR\r\nX:" + b"a" * 900_000,
    "a deep hole": b"BEGIN:VEVENT\r\n" * 4_999,
    "wide characters": calendar(event(*_TEN)).decode().encode("utf-16"),
    "years before and after all": calendar(
        event("DTSTART:00010101T000000Z", "DTEND:99991231T235959Z")
    ),
    "a rule without a rhythm": calendar(event(*_TEN, "RRULE:COUNT=3")),
    "another calendar's days": calendar(event(*_TEN), head=("CALSCALE:HEBREW",)),
}


@pytest.mark.parametrize("name", NO_CALENDARS)
def test_what_is_no_calendar_is_said_in_words(name):
    done = run(NO_CALENDARS[name])
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["trouble"].endswith(("can read.", "can’t read."))


EVERY = ",".join(map(str, range(60)))
HUNGRY = {
    "every second of every day": event(
        *_TEN, f"RRULE:FREQ=DAILY;BYHOUR={EVERY[:61]};BYMINUTE={EVERY};BYSECOND={EVERY}"
    ),
    "thousands of endless series": [
        line
        for n in range(4_900)
        for line in event("DTSTART:20000101T100000Z", "RRULE:FREQ=DAILY", uid=str(n))
    ],
}


@pytest.mark.parametrize("name", HUNGRY)
def test_what_would_never_end_is_ended(name):
    done = run(calendar(HUNGRY[name]), program=_IMPATIENT)
    if done.returncode:
        assert done.returncode in (-signal.SIGKILL, -signal.SIGXCPU)
    else:
        assert "trouble" in json.loads(done.stdout)


def test_it_gets_none_of_the_product_s_secrets_and_none_of_its_code():
    words = "import sys; from scheduling import busy_times; print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == b"False"
