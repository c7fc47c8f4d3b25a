"""Who may open what: every address of the product, as data.

A row says who may fetch a page and what they then get. Everybody else gets what the page's kind
says: `STAFF` pages lead a stranger to the sign-in and don't exist for other roles; pages for a
`VISIT` say the same neutral words to whoever doesn't come by the right link; what is `CLOSED`
exists for nobody who is signed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from clients.handouts import prompts


class Who(Enum):
    """Everybody who may come to an address."""

    ANONYMOUS = "anonymous"
    LINK_HOLDER = "link holder"
    DESK = "desk"
    COUNSELOR = "counselor of the case"
    OTHER_COUNSELOR = "other counselor"
    OWNER = "owner"
    LEAD = "clinical lead"
    COVER = "counselor who stands in"


class Kind(Enum):
    """What those get who aren't meant."""

    OPEN = "open to everybody"
    STAFF = "staff only"
    VISIT = "a visit by private link"
    CLOSED = "nobody"


DESK, OWNER = frozenset({Who.DESK}), frozenset({Who.OWNER})
LEAD = frozenset({Who.LEAD})
# Who stands in is a counselor too, without a case of their own here.
COUNSELORS = frozenset({Who.COUNSELOR, Who.OTHER_COUNSELOR, Who.COVER})
EVERY_ROLE = DESK | OWNER | LEAD | COUNSELORS


@dataclass(frozen=True)
class Row:
    """One address. `subject`: what its id names; `own`: a counselor's own only, not everybody's."""

    who: frozenset[Who] = frozenset()
    kind: Kind = Kind.STAFF
    status: int = 200
    subject: str = ""
    own: bool = True
    # What staff get where they get something else than strangers do.
    staff_status: int = 0
    # Private links of these purposes open it.
    purposes: tuple[str, ...] = ()
    # What changes something when it is sent by those who may.
    sends: Mapping[str, Any] | None = None
    # Only some may send what several may read.
    senders: frozenset[Who] = field(default=frozenset())
    # Who of those reaches everybody's, though others reach their own only.
    everywhere: frozenset[Who] = field(default=frozenset())
    # Whether who stands in for the counselor reaches it, and whether they may send it too.
    covered: bool = False
    cover_sends: bool = False

    @property
    def may_send(self) -> frozenset[Who]:
        return self.senders or self.who


def _open(status: int = 200, **facts: Any) -> Row:
    return Row(kind=Kind.OPEN, status=status, **facts)


def _counselor(subject: str = "", **facts: Any) -> Row:
    return Row(COUNSELORS, subject=subject, **facts)


def _stood_in(subject: str, **facts: Any) -> Row:
    """The counselor’s own; who stands in looks after it meanwhile."""
    return _counselor(subject, covered=True, cover_sends=True, **facts)


def _booked(subject: str, **facts: Any) -> Row:
    """By the desk for everybody; by the counselor, and by whoever stands in."""
    who = DESK | COUNSELORS
    return Row(who, subject=subject, everywhere=DESK, covered=True, cover_sends=True, **facts)


def _case(subject: str, **facts: Any) -> Row:
    """Read by the counselor, whoever stands in, and the clinical lead."""
    return Row(COUNSELORS | LEAD, subject=subject, everywhere=LEAD, covered=True, **facts)


def _hours(subject: str, sends: Mapping[str, Any], status: int = 405) -> Row:
    who, everywhere = DESK | OWNER | COUNSELORS, DESK | OWNER
    return Row(who, status=status, subject=subject, everywhere=everywhere, sends=sends)


def _messages(subject: str, sends: Mapping[str, Any] | None = None, status: int = 405) -> Row:
    who = COUNSELORS | OWNER
    facts: dict[str, Any] = {
        "everywhere": OWNER,
        "covered": True,
        "cover_sends": True,
        "sends": sends,
    }
    return Row(who, status=status, subject=subject, **facts)


def _visit(*purposes: str, **facts: Any) -> Row:
    return Row(frozenset({Who.LINK_HOLDER}), Kind.VISIT, purposes=purposes, **facts)


# What the handout of the world asks.
ASKS = "## One\n\nTwo.\n\n[...] What do you want?"
_ANY_LINK = ("appointment", "reading", "handout", "check_in", "line", "request")
_CLOSED = Row(kind=Kind.CLOSED, status=404)
# The sign-in stands before it, and there is nothing behind.
_CLOSED_AFTER_SIGN_IN = Row(kind=Kind.CLOSED, status=302)
_EVERYBODY_ON_THE_STAFF = Row(EVERY_ROLE)

ROWS: dict[str, Row] = {
    # What anybody may open
    "home": _open(),
    "intake:where": _open(),
    "intake:when": _open(302),
    "intake:waitlist": _open(302),
    "intake:about-you": _open(302),
    "intake:what-brings-you": _open(302),
    "intake:alone": _open(302),
    "intake:agree": _open(302),
    "intake:tell-me": _open(405),
    "told": _open(),
    # Nobody knows a feed's token but the calendar that reads it
    "feed": _open(404),
    "intake:booked": _open(302),
    "private-link": _open(),
    "stop": _open(),
    # Providers sign what they post; there is none in these tests
    "text-answer": _open(405),
    "text-notice": _open(405),
    "mail-notice": _open(405),
    "mailbox:texts": _open(401),
    "choose-code": _open(403),
    "leave": _open(405),
    "quick-exit": _open(302),
    "healthz-live": _open(),
    "healthz-ready": _open(),
    "healthz-queue": _open(503),  # no broker runs in these tests
    "mailbox:list": _open(),
    "mailbox:clock": _open(),
    "mailbox:message": _open(subject="mail"),
    # Sign-in
    "account_login": _open(staff_status=302),
    "account_logout": _open(302, staff_status=200),
    "account_inactive": _open(),
    "mfa_authenticate": _open(302),
    "account_reauthenticate": _EVERYBODY_ON_THE_STAFF,
    "account_change_password": _EVERYBODY_ON_THE_STAFF,
    "mfa_index": _EVERYBODY_ON_THE_STAFF,
    "mfa_reauthenticate": Row(EVERY_ROLE, status=302),  # they have no second factor here
    "mfa_activate_totp": Row(EVERY_ROLE, status=302),  # asks for the password again first
    "mfa_deactivate_totp": Row(EVERY_ROLE, status=404),
    "mfa_view_recovery_codes": Row(EVERY_ROLE, status=404),
    "mfa_generate_recovery_codes": Row(EVERY_ROLE, status=302),
    "mfa_download_recovery_codes": Row(EVERY_ROLE, status=404),
    # What the library brings along and nobody needs
    "account_signup": _CLOSED,
    "account_email": _CLOSED_AFTER_SIGN_IN,
    "account_email_verification_sent": _CLOSED,
    "account_set_password": _CLOSED_AFTER_SIGN_IN,
    "account_reset_password": _CLOSED,
    "account_reset_password_done": _CLOSED,
    "account_reset_password_from_key": _CLOSED,
    "account_reset_password_from_key_done": _CLOSED,
    "account_confirm_login_code": _CLOSED,
    "account_confirm_email": _CLOSED,
    # Staff
    "staff-home": Row(EVERY_ROLE, status=302),
    "figures:numbers": Row(OWNER),
    "figures:file": Row(OWNER),
    "dashboard:today": Row(COUNSELORS | OWNER | LEAD),
    "desk:day": Row(DESK | OWNER),
    "desk:week": Row(DESK | OWNER),
    "desk:day-part": Row(DESK | OWNER),
    "desk:week-part": Row(DESK | OWNER),
    "desk:events": Row(DESK | OWNER),
    "desk:search": Row(DESK | OWNER),
    "desk:drop": Row(
        DESK,
        status=405,
        subject="appointment",
        own=False,
        sends={"starts_at": "{another_time}", "version": "{appointment_version}"},
    ),
    "desk:appointment": Row(DESK | OWNER, subject="appointment", own=False),
    "desk:move": Row(
        DESK,
        status=405,
        subject="appointment",
        own=False,
        sends={"starts_at": "{another_time}", "version": "{appointment_version}"},
    ),
    "desk:cancel": Row(
        DESK,
        subject="appointment",
        own=False,
        sends={"reason": "client", "version": "{appointment_version}"},
    ),
    "desk:no-show": Row(
        DESK,
        subject="session",
        own=False,
        sends={"reason": "no_word", "version": "{session_version}"},
    ),
    "desk:undo": Row(DESK, status=405, subject="change", own=False, sends={}),
    # What it books is named by the address: see tests/scheduling/desk/test_booking_at_the_desk.py
    "desk:book": Row(DESK),
    "desk:why": Row(DESK | OWNER),
    "desk:gaps": Row(DESK | OWNER),
    "desk:gap": Row(DESK),
    # Counselors
    "cases:list": Row(COUNSELORS | LEAD),
    "cases:page": _case("case"),
    "cases:course": _counselor("case", sends={"stage": "meaning", "disclosure": "no"}),
    "cases:prepare": _case("case"),
    "cases:find": Row(COUNSELORS | LEAD),
    "cases:plan": _counselor("case", sends={"words": "Talk in the evening"}),
    "cases:agree": _counselor(
        "goal", status=405, sends={"participant_id": "{participant}", "words": "Listen"}
    ),
    "cases:review": _counselor("goal", status=405, sends={"status": "reached"}),
    "cases:action-done": _counselor("action", status=405, sends={}),
    "cases:history": _counselor("case"),
    "cases:end": _counselor("case"),
    # Each is refused while something is open: see tests/clients/test_ending.py
    "cases:close": _counselor("case", status=405),
    "cases:separate": _counselor("case", status=405),
    "cases:hand-on": _counselor("case", status=405),
    "cases:reopen": _counselor("closed_case", status=405, sends={}),
    "cases:urgent": Row(COUNSELORS),
    "cases:covers": Row(COUNSELORS | LEAD),
    "cases:cover-end": Row(
        COUNSELORS | LEAD, status=405, subject="cover", everywhere=LEAD, sends={}
    ),
    "audit:who-saw-what": Row(OWNER | LEAD),
    "notes:begin": _counselor(
        "case", covered=True, cover_sends=True, sends={"kind": "joint", "outline": "{outline}"}
    ),
    "notes:find": _counselor(),
    "notes:outlines": Row(COUNSELORS | OWNER | LEAD),
    "notes:outline": Row(COUNSELORS | OWNER | LEAD, sends={"name": "DAP", "body": "Data"}),
    "cases:enroll": _counselor("participant", status=405, sends={}),
    "cases:suspend": _counselor("participant", status=405, sends={}),
    "requests:inbox": Row(DESK | COUNSELORS),
    "requests:page": Row(DESK | COUNSELORS, subject="request", everywhere=DESK),
    "requests:take": _counselor("unassigned_request", own=False, status=405, sends={}),
    "requests:assign": Row(
        DESK, status=405, subject="open_request", own=False, sends={"counselor": "{counselor}"}
    ),
    "requests:times": Row(
        DESK | COUNSELORS,
        subject="open_request",
        everywhere=DESK,
        sends={"slots": "{open_time}", "act": "offer"},
    ),
    "requests:offer-one": Row(
        DESK, status=405, subject="open_request", own=False, sends={"slot": "{open_time}"}
    ),
    "requests:called": Row(
        DESK | COUNSELORS, status=405, subject="open_request", everywhere=DESK, sends={}
    ),
    "requests:decline": Row(
        DESK | COUNSELORS,
        status=405,
        subject="open_request",
        everywhere=DESK,
        sends={"reason": "no-time", "tell": "on"},
    ),
    "consultations:page": _counselor("request"),
    "consultations:read": _counselor("review_request", status=405, sends={}),
    "consultations:partner-comes": _counselor("apart_request", status=405, sends={}),
    "consultations:accept": _counselor("review_request", status=405, sends={"who": "alone"}),
    "consultations:held": Row(
        DESK | COUNSELORS, status=405, subject="begun_request", everywhere=DESK, sends={}
    ),
    "consultations:no-show": Row(
        DESK | COUNSELORS, status=405, subject="begun_request", everywhere=DESK, sends={}
    ),
    "consultations:open-case": _counselor(
        "held_request",
        sends={
            "concern": "affair-recovery",
            "part": "hurt",
            "partner_name": "Paul Partner",
            "partner_email": "paul@example.com",
            "partner_state": "{state}",
            "partner_time_zone": "America/New_York",
            "partner_part": "involved",
            "disclosure": "yes",
        },
    ),
    "sessions:page": _stood_in("session"),
    "sessions:begin": _stood_in("session", status=405),
    "sessions:done": _stood_in("session", status=405, sends={}),
    "sessions:no-show": _stood_in("session", status=405, sends={}),
    "sessions:book": _booked(
        "case",
        sends={
            **{"first_day": "2026-12-21", "at": "10:00", "minutes": "50", "times": "1"},
            **{"every_weeks": "1", "{places}": "{places}"},
        },
    ),
    "sessions:series": _booked("series"),
    "sessions:change": _booked(
        "appointment",
        sends={"day": "2026-12-22", "at": "10:00", "scope": "one", "seen": "{seen_move}"},
    ),
    "sessions:cancel": _booked(
        "appointment",
        sends={"reason": "counselor", "scope": "one", "seen": "{seen_end}"},
    ),
    # Hours: the desk and the owner everybody's, a counselor their own
    "desk:hours": Row(DESK | OWNER),
    "desk:hours-of": Row(DESK | OWNER, subject="counselor", own=False),
    "sessions:hours": _counselor(),
    "desk:hours-weekly": _hours(
        "counselor", {"weekdays": ["5"], "begins": "10:00", "ends": "12:00", "kind": "any"}
    ),
    "desk:hours-weekly-change": _hours(
        "weekly_hours", {"begins": "10:00", "ends": "12:00", "kind": "any"}, status=200
    ),
    "desk:hours-weekly-remove": _hours("weekly_hours", {}),
    "desk:hours-date": _hours("counselor", {"day": "2027-03-01", "what": "off"}),
    "desk:hours-date-remove": _hours("date_hours", {}),
    "desk:hours-away": _hours("counselor", {"first_day": "2027-03-02", "last_day": "2027-03-03"}),
    "desk:hours-away-remove": _hours("time_off", {}),
    "desk:hours-limits": _hours("counselor", {"buffer_minutes": "20", "most_a_day": "6"}),
    "desk:estimate-given": Row(DESK | OWNER, status=405, subject="estimate", own=False, sends={}),
    "sessions:calendars": _counselor(),
    "sessions:calendars-feed": _counselor(status=405, sends={}),
    "sessions:calendars-feed-end": _counselor(status=405, sends={}),
    "sessions:calendars-file": _counselor(
        status=405, sends={"name": "Home", "file": "{calendar_upload}"}
    ),
    # These two ask another service: see tests/scheduling/test_outside.py
    "sessions:calendars-address": _counselor(status=405),
    "sessions:calendars-read": _counselor("outside_calendar", status=405),
    "sessions:calendars-remove": _counselor("outside_calendar", status=405, sends={}),
    "handouts:library": Row(COUNSELORS | OWNER),
    "handouts:version": Row(COUNSELORS | OWNER, subject="version", own=False),
    "handouts:version-preview": Row(COUNSELORS | OWNER, subject="version", own=False),
    "handouts:version-pdf": Row(COUNSELORS | OWNER, subject="version", own=False),
    "handouts:favorite": Row(
        COUNSELORS | OWNER, status=405, subject="version", own=False, sends={}
    ),
    "handouts:withdraw": Row(
        COUNSELORS | OWNER, status=405, subject="version", own=False, sends={"back": "1"}
    ),
    "handouts:mirror": _counselor("version", own=False, status=405, sends={"mirror": ""}),
    "handouts:auto-attach": _counselor(
        "version", own=False, status=405, sends={"stages": ["meaning"]}
    ),
    "handouts:next-version": _counselor("version", own=False, status=405, sends={}),
    "handouts:bring-in": _counselor(sends={"text": "# Words\n\nThis is for both of you to read."}),
    "handouts:changes": _counselor("changed_article", own=False, sends={"take": "0"}),
    "handouts:preview": _counselor("draft", own=False),
    # Who stands in may hold back what shouldn't go now.
    "handouts:waiting": _stood_in("waiting", status=405, sends={"act": "take_back"}),
    "handouts:of-case": _case("case"),
    "handouts:review": _counselor("draft", own=False, sends={"title": "Other words"}),
    "handouts:publish": _counselor("draft", own=False, sends={"stages": ["impact"]}),
    "followups:plans": _counselor(sends={"name": "Another plan"}),
    "followups:plan-edit": _counselor(
        "plan",
        own=False,
        sends={"kind": "handout", "anchor": "after", "days": "2", "at": "18:00", "weekday": "0"},
    ),
    "followups:plan-retire": _counselor("plan", own=False, status=405, sends={}),
    "followups:step-remove": _counselor("step", own=False, status=405, sends={}),
    "followups:step-move": _counselor("step", own=False, status=405, sends={"up": "1"}),
    "followups:questions": _counselor("questions", own=False),
    # What they send is a whole form: see tests/scheduling/followups/test_editing.py
    "followups:questions-new": _counselor(),
    "followups:questions-edit": _counselor("questions", own=False),
    "followups:line-new": _counselor(sends={"name": "A", "title": "B", "body": "C"}),
    "followups:line-edit": _counselor("line", own=False, sends={"title": "B", "body": "C"}),
    "followups:preview": _stood_in("case"),
    "followups:pause": _stood_in("case", status=405, sends={}),
    "followups:pause-person": _stood_in("participant", status=405, sends={}),
    "followups:hour": _stood_in("participant", status=405, sends={"at": "17:00"}),
    "followups:skip": _stood_in("follow_up", status=405, sends={}),
    "followups:flag": _stood_in("flag", sends={"resolution": "spoken"}),
    # The owner acknowledges only what the ladder put before them
    "followups:flag-acknowledge": Row(
        COUNSELORS | OWNER,
        status=405,
        subject="flag",
        sends={},
        senders=COUNSELORS,
        covered=True,
        cover_sends=True,
    ),
    "messages:list": Row(COUNSELORS | OWNER),
    "messages:life": _messages("outgoing", status=200),
    "messages:take-back": _messages("outgoing", {}),
    "messages:again": _messages("undelivered", {}),
    "messages:spoken": _messages("undelivered", {}),
    "messages:stop-for": _stood_in("participant", status=405, sends={}),
    "handouts:give": _stood_in(
        "participant",
        sends={"versions": "{version}", "when": "now"},
    ),
    "followups:plan": _stood_in("case", sends={"plan": ""}),
    # Visits by private link
    "reading:list": _visit("reading"),
    "reading:handout": _visit("reading", "handout", subject="assignment"),
    "reading:pdf": _visit("reading", "handout", subject="assignment"),
    "reading:answers": _visit(
        "reading",
        "handout",
        status=405,
        subject="assignment",
        sends={f"answer_{prompts.prompts(ASKS)[0].key}": "Words"},
    ),
    "reading:reached": _visit(
        "reading", "handout", status=405, subject="assignment", sends={"section": "1"}
    ),
    "reading:finished": _visit("reading", "handout", status=405, subject="assignment", sends={}),
    "your-appointment": _visit("appointment"),
    "your-appointment-place": _visit(
        "appointment", sends={"state": "--", "time_zone": "America/Chicago"}
    ),
    "your-appointment-calendar": _visit("appointment"),
    "your-appointment-move": _visit(
        "appointment", sends={"starts_at": "{other_consultation_time}"}
    ),
    "your-appointment-cancel": _visit("appointment", sends={}),
    "your-check-in": _visit("check_in"),
    "your-check-in-draft": _visit(
        "check_in", status=405, sends={"about": "{follow_up}", "hard": "So far"}
    ),
    # Only a link to a line opens it: see tests/scheduling/followups/test_lines.py
    "your-line": _visit("line"),
    "your-request": _visit("request", sends={"slot": "{offered_time}"}),
    "your-request-none-fits": _visit("request", status=405, sends={}),
    # The partner's alone, and she asked herself
    "your-request-no-messages": _visit("request", status=405),
    # She is in a case, so that nothing is erased
    "withdraw": _visit("request", "appointment"),
    # What is a person's own opens by any of their links
    "your-contact": _visit(
        *_ANY_LINK, sends={"channel": "email", "email": "new@example.com", "safe_hours": "any"}
    ),
    "your-messages": _visit(*_ANY_LINK, sends={"stop": "email"}),
    "your-agreements": _visit(*_ANY_LINK, sends={"withdraw": "follow_ups"}),
}

# The owner's settings: each model with what differs from "may list, add, change and take away".
SETTINGS: dict[str, dict[str, int]] = {
    "practice_practice": {"add": 403, "delete": 403},
    "practice_state": {"add": 403, "delete": 403},
    "practice_directory": {},
    "practice_user": {"delete": 403},
    "practice_counselor": {"delete": 403},
    "clients_concern": {},
    "scheduling_weeklyhours": {},
    "scheduling_datehours": {},
    "scheduling_timeoff": {},
    "scheduling_holiday": {"add": 403, "delete": 403},
    "mfa_authenticator": {"add": 403},
    "axes_accessattempt": {"add": 403},
    "contact_consentdocument": {"delete": 403},
    "intake_declinereason": {},
    "followups_rung": {},
}

# Notes: three kinds in three stores. A draft is its author's alone, a psychotherapy note always.
_WRITTEN = {
    "save": {"text": "More", "version": "1", "window": "00000000-0000-4000-8000-000000000001"},
    "sign": {},
    "discard": {},
}
for _kind in ("joint", "individual", "psychotherapy"):
    _record = _kind != "psychotherapy"
    ROWS[f"notes:{_kind}"] = (_case if _record else _counselor)(f"{_kind}_note")
    ROWS[f"notes:{_kind}-add"] = _counselor(
        f"{_kind}_note", status=405, sends={}, covered=_record, cover_sends=_record
    )
    # Which of two texts: see tests/clients/notes/test_two_windows.py
    ROWS[f"notes:{_kind}-settle"] = _counselor(f"{_kind}_draft", status=405)
    ROWS |= {
        f"notes:{_kind}-{act}": _counselor(f"{_kind}_draft", status=405, sends=sends)
        for act, sends in _WRITTEN.items()
    }

ROWS |= {
    "admin:index": Row(OWNER),
    "admin:login": Row(OWNER, status=302),
    "admin:logout": Row(OWNER, status=405),
    "admin:password_change": Row(OWNER),
    "admin:password_change_done": Row(OWNER),
    "admin:autocomplete": Row(OWNER, status=403),
    "admin:jsi18n": Row(OWNER),
    "admin:view_on_site": Row(OWNER, status=404),
    "admin:app_list": Row(OWNER),
    "admin:auth_user_password_change": Row(OWNER, subject="practice_user", own=False),
    # An object's own address, which has no name, leads to its form; anything else is not there.
    "admin:": Row(OWNER, status=302),
    "admin:*": Row(OWNER, status=404),
}
ROWS |= {
    f"admin:{model}_{page}": Row(
        OWNER,
        status=differs.get(page, 200),
        subject="" if page in ("changelist", "add") else model,
        own=False,
    )
    for model, differs in SETTINGS.items()
    for page in ("changelist", "add", "history", "delete", "change")
}
