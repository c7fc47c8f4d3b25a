"""What the guides point to is there."""

import re
from pathlib import Path

import pytest

from tests.live.product import ROOT

GUIDES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_each_picture_and_page_that_is_named_exists(guide: Path) -> None:
    named = [link for link in _LINK.findall(guide.read_text()) if "://" not in link]
    assert [link for link in named if not (guide.parent / link).exists()] == []


def test_each_picture_is_shown_somewhere() -> None:
    told = " ".join(guide.read_text() for guide in GUIDES)
    pictures = (ROOT / "docs" / "images").glob("*.png")
    assert [each.name for each in pictures if f"images/{each.name}" not in told] == []
