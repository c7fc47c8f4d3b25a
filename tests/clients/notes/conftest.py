"""Nora and her browser, for tests of notes."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from tests.cast import Cast


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)
