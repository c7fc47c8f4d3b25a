"""What the tests of asking share."""

from django.test import Client as Browser

from tests.cast import Cast
from tests.intake.walking import TOGETHER, take_a_time
from tests.kept import kept


@kept
def couple(cast: Cast) -> Browser:
    """A browser in which a couple, in NJ and NY, has taken the first open time."""
    browser = Browser()
    take_a_time(browser, TOGETHER)
    return browser
