"""The forms of a page as a browser would send them, filled with what nobody means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

# What a field of each type is given, by what is wrong with it. Where a type is left out, the field
# stays plausible: what lies behind the first refusal must be reached too.
_LONG = "\u202e<b>é</b> 💔 {{ x }} %s " * 300
WRONG: dict[str, Mapping[str, str]] = {
    "nothing": dict.fromkeys(["text", "number", "date", "time", "choice", "hidden"], ""),
    "far too long": dict.fromkeys(["text", "hidden"], _LONG),
    "nothing to be seen": {"text": "\u200b \u00a0", "hidden": "\u200b"},
    "a null": dict.fromkeys(["text", "number", "date", "time", "choice", "hidden"], "a\x00b"),
    "more than there is": {
        "text": "9" * 30,
        "number": "9" * 30,
        "date": "9999-12-31",
        "time": "23:59:59.999999",
    },
    "less than there is": {
        "text": "-1",
        "number": "-" + "9" * 30,
        "date": "0001-01-01",
        "time": "00:00",
    },
    "no such choice": {"choice": "9" * 30, "hidden": "9" * 30},
    "no such thing": {"choice": "x'; --", "hidden": "x'; --"},
}
_PLAUSIBLE = {"text": "Words", "number": "6", "date": "2026-12-09", "time": "10:00"}


@dataclass(frozen=True)
class Form:
    """Where it goes, and its fields: for each what kind it is, and what stands in it."""

    path: str
    method: str
    fields: Mapping[str, tuple[str, list[str]]]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {', '.join(self.fields)}"

    def filled(self, wrong: str = "") -> dict[str, list[str]]:
        """What is sent: as it stands, or plausible, or this wrong where it can be."""
        given = WRONG[wrong] if wrong else {}
        sent = {}
        for name, (kind, stands) in self.fields.items():
            plausible = stands or [_PLAUSIBLE.get(kind, "")]
            sent[name] = [given[kind]] if kind in given and not _is_ours(name) else plausible
        return sent


def forms_of(page: str, path: str) -> Iterator[Form]:
    """Each form of this page that asks for anything."""
    for found in LexborHTMLParser(page).css("form"):
        given = found.attributes
        fields = _fields(found)
        if any(kind != "hidden" for kind, _ in fields.values()):
            target = urlsplit(urljoin(path, given.get("action") or path))
            yield Form(target.path, (given.get("method") or "get").lower(), fields)


def _fields(form: LexborNode) -> dict[str, tuple[str, list[str]]]:
    fields: dict[str, tuple[str, list[str]]] = {}
    for each in form.css("input, select, textarea, button"):
        name = each.attributes.get("name")
        kind = _kind(each)
        if not name or kind == "button":
            continue
        # The first of several that share a name is the one chosen.
        fields.setdefault(name, (kind, _stands(each)))
    return fields


def _kind(each: LexborNode) -> str:
    given: Any = each.attributes.get("type") or "text"
    if each.tag == "textarea":
        return "text"
    if each.tag == "select" or given in ("checkbox", "radio"):
        return "choice"
    if each.tag == "button" or given in ("submit", "file"):
        return "button"
    return given if given in ("number", "date", "time", "hidden") else "text"


def _stands(each: LexborNode) -> list[str]:
    if each.tag == "textarea":
        return [text] if (text := each.text().strip()) else []
    if each.tag == "select":
        offered = [option.attributes.get("value") or "" for option in each.css("option")]
        return [value for value in offered if value][:1]
    return [value] if (value := each.attributes.get("value")) else []


def _is_ours(name: str) -> bool:
    """Without it nothing else of the form is looked at."""
    return name == "csrfmiddlewaretoken"
