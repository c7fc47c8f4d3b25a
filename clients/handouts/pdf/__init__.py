"""A handout as a PDF that a screen reader can read: tagged by typst to PDF/UA-1.

The words go in as data and never into typst's source. A published version never changes, so its
PDF is made once and kept in ``MENDWELL_HOME/pdf``, under a name made of the version and of the
template; it holds the practice's words only, and nothing of who reads it.
"""

import hashlib
import json
import os
import threading
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from clients.handouts.models import Version
from clients.handouts.pdf import blocks

_HERE = Path(__file__).parent
_TEMPLATE = _HERE / "handout.typ"
# What else decides how a version is set: a PDF that was kept before it changed is set anew.
_CODE = [
    _HERE / "blocks.py",
    *(_HERE.parent / f"{name}.py" for name in ("layout", "phone_numbers", "prompts", "render")),
]
_ONE_AT_A_TIME = threading.Lock()


def of(version: Version) -> bytes:
    """The PDF of a published version: the one that is kept, or a new one."""
    kept = _place(version)
    try:
        return kept.read_bytes()
    except FileNotFoundError:
        made = render(version)
        _keep(kept, made)
        return made


def render(version: Version) -> bytes:
    """Set it anew."""
    facts = {
        "title": version.title,
        "source": version.citation,
        "blocks": blocks.of(version.body),
    }
    try:
        return _set(facts, version)
    except typst.TypstError:
        # A sign that no font has can't be read aloud either: it is left out.
        return _set(blocks.with_common_signs(facts), version)


def _set(facts: object, version: Version) -> bytes:
    told = json.dumps(facts, ensure_ascii=False).encode()
    # typst takes files by name; its types know of single ones only.
    files: Any = {"main.typ": _template(), "handout.json": told}
    with _ONE_AT_A_TIME:
        made = _compiler().compile(
            input=files,
            format="pdf",
            pdf_standards="ua-1",
            timestamp=int(version.published_at.timestamp()),
        )
    assert isinstance(made, bytes)
    return made


@cache
def _compiler() -> typst.Compiler:
    # Fonts come with typst, so that a PDF looks the same wherever it is made.
    return typst.Compiler(ignore_system_fonts=True)


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


@cache
def _template_digest() -> str:
    code = _template() + b"".join(file.read_bytes() for file in _CODE)
    return hashlib.sha256(code + metadata.version("typst").encode()).hexdigest()[:16]


def _place(version: Version) -> Path:
    return Path(settings.HOME) / "pdf" / f"{version.pk}-{_template_digest()}.pdf"


def _keep(place: Path, made: bytes) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and renamed: nobody ever finds half of it.
    aside = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    aside.write_bytes(made)
    aside.replace(place)
