"""Every form and every address, sent with what nobody means: it is answered, and nothing breaks.

What each form says to it is for its own tests.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser

from tests.access.addresses import addresses
from tests.access.forms import WRONG, Form, forms_of
from tests.access.matrix import ROWS, Row, Who
from tests.access.world import World

# Others of the same role see the same forms.
_EVERYBODY = [Who.ANONYMOUS, Who.LINK_HOLDER, Who.DESK, Who.COUNSELOR, Who.OWNER, Who.LEAD]
# What any page reads from its address, and what stands there when somebody plays with it.
_READ_FROM_ADDRESSES = (
    "about all at before case counselor day days page part plan q scope seen show shown since "
    "verb view who"
)
_ODD = ["a\x00b", "9" * 30, "-1", "9999-12-31", "0001-01-01T00:00:00+00:00"]
BrowserOf = Callable[[Who, Row], Browser]


@pytest.mark.parametrize("who", _EVERYBODY)
def test_no_form_breaks_on_what_nobody_means(who: Who, world: World, browser_of: BrowserOf):
    broken, tried = [], 0
    for form, browser in _forms(who, world, browser_of):
        for wrong in ["", *WRONG]:
            tried += 1
            send = browser.post if form.method == "post" else browser.get
            if said := _breaks(send, form.path, form.filled(wrong)):
                broken.append(f"{form} | {wrong or 'as it stands'} | {said}")
    assert tried
    assert not broken, "\n".join(broken)


def _forms(who: Who, world: World, browser_of: BrowserOf) -> Iterator[tuple[Form, Browser]]:
    known = set()
    for address in addresses():
        row = ROWS[address.name]
        if row.status != 200 or who not in (row.who or {Who.ANONYMOUS}):
            continue
        path = address.at({**world.shared, **world.own}.get(row.subject, ""))
        browser = browser_of(who, row)
        page = browser.get(path)
        if page.status_code == 200 and page.headers["Content-Type"].startswith("text/html"):
            for form in forms_of(page.content.decode(), path):
                if (key := str(form)) not in known:
                    known.add(key)
                    yield form, browser


@pytest.mark.parametrize("odd", _ODD, ids=ascii)
def test_no_page_breaks_on_an_odd_address(odd: str, world: World, browser_of: BrowserOf):
    asked = dict.fromkeys(_READ_FROM_ADDRESSES.split(), odd)
    broken = []
    for address in addresses():
        row = ROWS[address.name]
        who = next((each for each in _EVERYBODY if each in row.who), Who.ANONYMOUS)
        path = address.at({**world.shared, **world.own}.get(row.subject, ""))
        if said := _breaks(browser_of(who, row).get, path, asked):
            broken.append(f"{address.name} | {said}")
    assert not broken, "\n".join(broken)


def _breaks(send: Callable[..., Any], path: str, told: Mapping[str, Any]) -> str:
    """What went wrong that shouldn't; nothing of it stays."""
    try:
        with transaction.atomic():
            answer = send(path, told)
            transaction.set_rollback(True)
    except Exception as error:  # any of them would be a page that failed
        return repr(error)[:200]
    # 503 is the health page's own answer: no broker runs here.
    return f"answered with {answer.status_code}" if answer.status_code == 500 else ""
