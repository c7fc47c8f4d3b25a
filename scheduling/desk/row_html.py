"""Rows of the desk's tables as HTML.

A template would take most of a page's time for hundreds of rows. `format_html` escapes as a
template does, is called once for all of them, and what many have in common is made once.
"""

from collections.abc import Iterable
from functools import cache, lru_cache

from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString

from scheduling.desk.rows import Row, url_of

# The parts of a row stand in the order of `_parts`; then comes the cell for changes.
_CELLS = (
    '</th><td data-label="Counselor">{}</td><td data-label="Who">{}</td>'
    '<td data-label="Where">{}</td>{}{}</tr>'
)
_HELD = '<tr{}><th scope="row" data-label="Time">{}' + _CELLS
_CHANGE = (
    '<td data-label="Change"><span>'
    '<a href="{0}#move" id="move-{1}">Move{2}</a> · '
    '<a href="{0}cancel/" id="cancel-{1}">Cancel{2}</a></span></td>'
)
_NO_CHANGE = format_html('<td data-label="Change">{}</td>', "")
_FOR = '<span class="visually-hidden"> {}, {}</span>'
_STATE = '<td data-label="Kind">{}</td><td data-label="Status"><span>{}{}</span></td>'
_STATUS = '<span class="status status-{}">{}</span> '


def of(rows: Iterable[Row], *, may_change: bool = False) -> SafeString:
    """The rows of a table; for who may change appointments with a cell for that."""
    html: list[str] = []
    parts: list[str] = []
    for row in rows:
        # Nobody's page stands behind a hold.
        html.append(_linked() if row["url"] else _HELD)
        parts += _parts(row)
        parts.append(_change(row) if may_change else "")
    # It wants something to put in, also where there is nothing to put it into.
    return format_html("".join(html), *parts or [""])


def _parts(row: Row) -> list[str]:
    key = escape(row["id"])
    link = [key, key] if row["url"] else []
    return [
        _class(row["is_over"], row["mark"]),
        *link,
        _text(row["time"]),
        _text(row["counselor"]),
        row["who"],
        _places(row["places"]),
        _state(row["kind"], row["tone"], row["status"], row["mark"]),
    ]


def _change(row: Row) -> SafeString:
    if not row["is_open"]:
        return _NO_CHANGE
    whose = format_html(_FOR, row["who"], row["time"])
    return format_html(_CHANGE, row["url"], row["id"], whose)


@cache
def _linked() -> str:
    link = f'<a href="{url_of("{}")}" id="open-{{}}">{{}}</a>'
    return f'<tr{{}}><th scope="row" data-label="Time">{link}{_CELLS}'


@lru_cache
def _class(is_over: bool, mark: str) -> SafeString | str:
    name = "is-over" if is_over else "is-now" if mark == "Now" else ""
    return format_html(' class="{}"', name) if name else ""


@lru_cache(maxsize=4096)
def _text(words: str) -> SafeString:
    """Times of day and counselors' names: the same few over and over."""
    return conditional_escape(words)


@lru_cache(maxsize=4096)
def _places(places: tuple[tuple[str, str], ...]) -> SafeString:
    """Codes for the eye, the names of the states for who listens."""
    return format_html_join(
        ", ",
        '<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
        places,
    )


@lru_cache(maxsize=4096)
def _state(kind: str, tone: str, status: str, mark: str) -> SafeString:
    marked = format_html(_STATUS, "good", mark) if mark else ""
    return format_html(_STATE, kind, marked, format_html(_STATUS, tone, status))
