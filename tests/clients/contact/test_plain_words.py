"""What somebody who answers a text wants, in their own words."""

import pytest

from clients.contact.plain_words import Wish, wish_of

STOPS = """
STOP | stop | Stop. | STOP! | stop please | Please stop | please stop texting me | STOPALL
QUIT | quit | END | end | CANCEL | Cancel | UNSUBSCRIBE | unsubscribe me | Unsubscribe please
REVOKE | I revoke my consent | OPT OUT | opt-out | OptOut | opt me out | I want to opt out
I'd like to opt out of these | stop sending me messages | stop sending these | quit texting me
don't text me again | Don’t text me anymore | do not text me | do not contact me | never text me
no more texts | no more messages please | no more | No | remove me | take me off your list
remove my number | delete my number | leave me alone | wrong number | lose my number
I no longer want texts | I do not want these messages | please don't send me any more messages
cancel texts | cancel these messages | end these texts | can you stop | could you please stop this
stop it | stop now | just stop | STOP STOP STOP | s t o p | Stop contacting me | cease texting
I withdraw my consent | Not interested, stop | unsubscribe from all | stop writing | enough
parar | alto | Can you stop messaging me? | would you please not text me
"""
OTHERS = """
I can't stop crying | don't stop | Thursday works | Can we move to 4 PM? | thanks | ok
Who is this? | I need to cancel Thursday | We got the cancellation | See you at the end of the week
I'll be late | In the end it was fine | call me | he won't stop yelling
"""


def phrases(block: str) -> list[str]:
    return [each.strip() for line in block.splitlines() for each in line.split("|") if each.strip()]


@pytest.mark.parametrize("words", phrases(STOPS))
def test_a_stop_is_understood_in_any_plain_words(words):
    assert wish_of(words) is Wish.STOP


@pytest.mark.parametrize("words", phrases(OTHERS))
def test_what_asks_for_something_else_stops_nothing(words):
    assert wish_of(words) is Wish.OTHER


@pytest.mark.parametrize("words", ["START", "start", "UNSTOP", "yes", "Start again please"])
def test_a_start_is_understood(words):
    assert wish_of(words) is Wish.START


@pytest.mark.parametrize("words", ["HELP", "help", "Info", "help!"])
def test_a_call_for_help_is_understood(words):
    assert wish_of(words) is Wish.HELP


@pytest.mark.parametrize("words", ["", " ", "\x00", "🙂", "a" * 100_000, "‮pots"])
def test_whatever_comes_is_read_without_harm(words):
    assert wish_of(words) is Wish.OTHER
