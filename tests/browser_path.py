"""Where Chromium is on this machine; `python -m tests.browser_path` prints it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The first Chromium there is, installed if need be; None where there can be none."""
    return given() or on_path() or from_playwright() or from_debian()


def given() -> str | None:
    """The one named by CHROMIUM, which must then be right."""
    path = os.environ.get("CHROMIUM", "")
    return shutil.which(path) if path else None


def on_path() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def from_playwright() -> str | None:
    """Playwright's own build, fetched if it may be."""
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    if not path.exists():
        _try([sys.executable, "-m", "playwright", "install", "chromium"])
    return str(path) if path.exists() else None


def from_debian() -> str | None:
    """Debian's package, where this user may install it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    _try(["apt-get", "update", "-q"])
    _try(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"])
    return on_path()


def _try(command: list[str]) -> None:
    try:
        subprocess.run(command, stdout=sys.stderr, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)


if __name__ == "__main__":
    path = find()
    print(path or "", end="\n" if path else "")
    sys.exit(0 if path else 1)
