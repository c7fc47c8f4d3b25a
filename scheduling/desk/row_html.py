"""Rows of the desk's tables as HTML.

A template would take most of a page's time for hundreds of rows. `format_html` escapes as a
template does, and what many rows have in common is made once.
"""

from functools import cache, lru_cache

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from scheduling.desk.rows import Row, url_of

_ROW = (
    '<tr{}><th scope="row" data-label="Time">{}</th>'
    '<td data-label="Counselor">{}</td><td data-label="Who">{}</td>'
    '<td data-label="Where">{}</td>{}{}</tr>'
)
_CHANGE = (
    '<td data-label="Change"><span>'
    '<a href="{0}#move" id="move-{1}">Move{2}</a> · '
    '<a href="{0}cancel/" id="cancel-{1}">Cancel{2}</a></span></td>'
)
_NO_CHANGE = format_html('<td data-label="Change">{}</td>', "")
_FOR = '<span class="visually-hidden"> {}, {}</span>'
_STATE = '<td data-label="Kind">{}</td><td data-label="Status"><span>{}{}</span></td>'
_STATUS = '<span class="status status-{}">{}</span> '


def of(row: Row, *, may_change: bool = False) -> SafeString:
    """One row; for who may change appointments with a cell for that."""
    is_held = row["status_key"] == "hold"
    return format_html(
        _ROW,
        _class(row["is_over"], row["mark"]),
        row["time"] if is_held else format_html(_link(), row["id"], _text(row["time"])),
        _text(row["counselor"]),
        row["who"],
        _places(row["places"]),
        _state(row["kind"], row["tone"], row["status"], row["mark"]),
        _change(row) if may_change else "",
    )


def _change(row: Row) -> SafeString:
    if not row["is_open"]:
        return _NO_CHANGE
    whose = format_html(_FOR, row["who"], row["time"])
    return format_html(_CHANGE, row["url"], row["id"], whose)


@cache
def _link() -> str:
    return f'<a href="{url_of("{0}")}" id="open-{{0}}">{{1}}</a>'


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
