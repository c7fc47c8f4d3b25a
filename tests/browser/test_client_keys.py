"""What a client does by their private links, with a keyboard and nothing else."""

import json
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keys import Keys
from tests.cast import CODE
from tests.live.product import Product

# A couple of a counselor of their own, with a handout, a check-in and a consultation to come.
_COUPLE = """
import json
from datetime import timedelta
from clients.contact import links
from clients.contact.models import ContactCard
from clients.handouts import assign
from practice import clock
from practice.audit import trail
from scheduling import lifecycle
from scheduling.followups.models import Plan
from tests.cast import in_days, make_counselor, make_couple, make_session, make_version
from tests.scheduling.consulting import consult

monday = clock.now() + timedelta(days=14 - clock.now().weekday())
counselor = make_counselor("keys{mark}", ["NJ"])
plan = Plan.objects.all()[0]
kim, lee = make_couple(counselor, "kim{mark}", "lee{mark}", state="NJ", plan=plan)
# Nothing is sent to them: a message would bring a link of its own, and end the one below.
ContactCard.objects.filter(pk=kim.client_id).update(email_is_safe=False)
version = make_version(title="For Kim to read", body="## One\\n\\nTwo.\\n\\n## Three\\n\\nFour.")
[handout] = assign.give(kim, [version], now=True, user=counselor.user, by=trail.SYSTEM)
held = lifecycle.mark_done(make_session(kim.case, in_days(monday, -6)), by=trail.SYSTEM)
appointment = consult(counselor, in_days(monday, 0), kim.client)
asked = held.follow_ups.check_ins().get(participant=kim)
subjects = dict(reading=kim.pk, check_in=asked.pk, appointment=appointment.pk)
print(json.dumps({{each: links.make(kim.client_id, each, to) for each, to in subjects.items()}}))
"""


@pytest.fixture
def tokens(product: Product) -> dict[str, str]:
    """Purpose → what stands in Kim’s private link of it."""
    told = product.manage("shell", "-v", "0", "-c", _COUPLE.format(mark=uuid.uuid4().hex[:8]))
    tokens: dict[str, str] = json.loads(told.stdout)
    return tokens


def test_a_client_does_all_they_may_by_keyboard_alone(
    product: Product, new_person: Callable[..., Page], tokens: dict[str, str]
) -> None:
    page = new_person()
    keys = Keys(page)
    heading = page.get_by_role("heading", level=1)

    def come(purpose: str) -> None:
        page.goto(product.url(f"/s/{tokens[purpose]}"))
        keys.go("Go on")
        keys.write("Your private code", CODE)
        keys.go("Open")

    come("reading")
    expect(heading).to_have_text("For you to read")
    keys.go("For Kim to read", type_="")
    expect(heading).to_have_text("For Kim to read")
    keys.go("I’ve read this")
    expect(page.get_by_text("You marked this as read.")).to_be_visible()

    come("check_in")
    expect(heading).to_have_text("How has it been?")
    keys.choose("How safe did this week feel", downs=2)
    keys.write("What would you like to bring", "How we speak at night.")
    keys.go("Send my answers")
    expect(heading).to_have_text("Thank you")

    come("appointment")
    expect(heading).to_have_text("Your appointment")
    before = page.locator(".lead").inner_text()
    keys.go("Choose another time", type_="")
    keys.choose("New time", downs=1)
    keys.go("Take this time")
    expect(heading).to_have_text("Your appointment")
    assert page.locator(".lead").inner_text() != before
    keys.go("Cancel it", type_="")
    keys.go("Cancel my appointment")
    expect(heading).to_have_text("This appointment does not take place")

    page.goto(product.url(f"/stop/{tokens['check_in']}"))
    keys.go("Stop these messages")
    expect(heading).to_have_text("They have stopped")
