"""A pytest plugin: what the product reads from its environment, set before Django is loaded.

Named in pyproject.toml (``-p tests.environment``), so that it comes before any other plugin looks
at the settings. Each run has keys and a folder of its own; nothing of the user's is touched.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.core.management.utils import get_random_secret_key

from practice.keys import new_field_keys

HOME = Path(tempfile.mkdtemp(prefix="mendwell-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
(HOME / "static").mkdir()

os.environ.update(
    SECRET_KEY=get_random_secret_key(),
    FIELD_KEYS=new_field_keys(),
    MENDWELL_HOME=str(HOME),
    # Demo mode, so that the mailbox's addresses are there; tests of the second factor turn it off.
    MENDWELL_DEMO="1",
    DEBUG="0",
    # Tests fill in forms faster than people; the ones about that set their own.
    HUMAN_SECONDS="0",
    HTTPS="0",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    SITE_URL="http://testserver",
    FROM_EMAIL="office@example.com",
    EMAIL_URL="memorymail://",
    # Nothing listens there: a test that needs a broker starts the product (tests/live).
    REDIS_URL=f"redis+socket://{HOME}/none.sock",
    # Playwright's loop runs in the test's own thread, where Django would refuse the database.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Static files as they stand, and passwords that are quick to check."""
    from django.conf import settings
    from django.contrib.auth import hashers

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Some module may have hashed already while it was imported, with the slow ones.
    hashers.get_hashers.cache_clear()  # type: ignore[attr-defined]
    hashers.get_hashers_by_algorithm.cache_clear()  # type: ignore[attr-defined]
