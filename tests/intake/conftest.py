"""What the tests of asking share."""

import pytest
from django.test import Client as Browser

from tests.cast import Cast
from tests.intake.walking import TOGETHER, take_a_time


@pytest.fixture
def couple(client: Browser, cast: Cast) -> Browser:
    """A browser in which a couple, in NJ and NY, has taken the first open time."""
    take_a_time(client, TOGETHER)
    return client
