"""Plain text, as pasted from a page: blank lines are all that marks its headings.

First the lines are put together (a wrapped paragraph is one line of thought), then each is named
by how it looks, and last by what stands around it: a short question over a paragraph is a
heading, a short question among others below "ask yourself:" is an item.
"""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from . import furniture
from .audience import Address, addressed
from .list_lines import marked
from .phrasing import asks_oneself, is_example, is_instruction, is_self_check
from .structure import Piece, Reading
from .words import (
    ends_a_sentence,
    ends_as_question,
    ends_with_colon,
    in_title_case,
    sentences,
    words,
)

_QUOTING = re.compile(r"^(?:>[ \t]?)+", re.MULTILINE)
_WRAPS_BEFORE = 120
_WRAPS_AFTER = 45
_TITLE_WORDS = 14
_QUESTION_WORDS = 22
_ITEM_WORDS = 26


@dataclass(frozen=True)
class _Line:
    """`kind` is how the line looks: question, short, lead, item, example or prose."""

    kind: str
    text: str
    number: int = 0


def read(text: str) -> Reading:
    text = _without_quoting(text)
    lines = [_look(line) for line in _whole_lines(text)]
    lines = _titled_steps(_joined_bullets(lines))
    return Reading(_after_navigation(_named(lines)), text.split("\n"))


def _without_quoting(text: str) -> str:
    """An article that was answered by mail has a mark before each line."""
    said = [line for line in text.split("\n") if line.strip()]
    quoted = sum(1 for line in said if line.startswith(">"))
    return _QUOTING.sub("", text) if quoted * 10 > len(said) * 8 else text


def _whole_lines(text: str) -> list[str]:
    whole: list[str] = []
    for paragraph in _paragraphs(text):
        width = max(map(len, paragraph))
        whole.append(paragraph[0])
        for before, line in pairwise(paragraph):
            if not marked(line) and _wrapped(whole[-1], before, line, width):
                whole[-1] += " " + line
            else:
                whole.append(line)
    return whole


def _paragraphs(text: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for raw in text.split("\n"):
        line = " ".join(raw.split())
        if line.strip("-_=*~ "):
            found[-1].append(line)
        elif line and set(line) <= set("*•·- ") and len(line) == 1:
            found.append([line])
        elif found[-1]:
            found.append([])
    return [paragraph for paragraph in found if paragraph]


def _wrapped(whole: str, before: str, line: str, width: int) -> bool:
    if marked(whole) and line[0].islower() and not ends_a_sentence(before):
        return True
    if not _WRAPS_AFTER <= width <= _WRAPS_BEFORE:
        return False
    if ends_a_sentence(before) and (_is_question(line) or _is_title(line)):
        return False
    if before.endswith((".", "?", "!", ":")) and (line[0].islower() or before.endswith(":")):
        return False
    if furniture.line_reason(before) or furniture.line_reason(line):
        return False
    return len(before) + 1 + len(line.split(" ", 1)[0]) > width or (
        line[0].islower() and not ends_a_sentence(before)
    )


def _look(line: str) -> _Line:
    mark = marked(line)
    if mark:
        return _Line("item", mark.words, mark.number)
    if is_example(line):
        return _Line("example", line)
    if _is_question(line):
        return _Line("question", line)
    if ends_with_colon(line):
        return _Line("lead", line)
    return _Line("short" if _is_title(line) else "prose", line)


def _is_question(line: str) -> bool:
    short = len(words(line)) <= _QUESTION_WORDS
    return ends_as_question(line) and short and len(sentences(line)) == 1


def _is_title(line: str) -> bool:
    first = line.lstrip("\"'“‘([")[:1]
    named = first.isupper() or first.isdigit()
    return named and len(words(line)) <= _TITLE_WORDS and not ends_a_sentence(line)


def _joined_bullets(lines: list[_Line]) -> list[_Line]:
    """A bullet alone on its line belongs to the words on the next."""
    joined: list[_Line] = []
    for line in lines:
        if joined and joined[-1].kind == "item" and not joined[-1].text:
            joined[-1] = _Line("item", line.text, joined[-1].number)
        else:
            joined.append(line)
    return [line for line in joined if line.text]


def _titled_steps(lines: list[_Line]) -> list[_Line]:
    """Numbered titles, each with one paragraph below it, become whole steps.

    A number over anything else was the number of a heading.
    """
    steps: list[_Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.kind == "item" and line.number and _stands_over_text(lines, at):
            if _is_step(lines, at, steps) and not ends_as_question(line.text):
                text = _with_paragraph(line.text, lines[at + 1].text)
                steps.append(_Line("item", text, line.number))
                at += 1
            else:
                kind = "question" if _is_question(line.text) else "numbered"
                steps.append(replace(line, kind=kind))
        else:
            steps.append(line)
        at += 1
    return steps


def _stands_over_text(lines: list[_Line], at: int) -> bool:
    title = not ends_a_sentence(lines[at].text) or ends_as_question(lines[at].text)
    return title and at + 1 < len(lines) and lines[at + 1].kind in ("prose", "lead")


def _is_step(lines: list[_Line], at: int, before: list[_Line]) -> bool:
    number = lines[at].number
    if lines[at + 1].kind != "prose":
        return False
    follows = bool(before) and before[-1].kind == "item" and before[-1].number == number - 1
    leads = at + 2 < len(lines) and lines[at + 2].number == number + 1
    return leads or (follows and number > 1)


def _with_paragraph(title: str, paragraph: str) -> str:
    return f"{title} {paragraph}" if ends_a_sentence(title) else f"{title}: {paragraph}"


def _named(lines: list[_Line]) -> list[Piece]:
    named: list[Piece] = []
    at = 0
    while at < len(lines):
        end = _end_of_run(lines, at)
        run = lines[at:end]
        below_lead = at > 0 and lines[at - 1].kind == "lead"
        items = _items_in(run, lines[end] if end < len(lines) else None, below_lead)
        named.extend(_piece(line, line in items) for line in run)
        at = end
    return named


def _end_of_run(lines: list[_Line], at: int) -> int:
    """Past the lines that could be bare items together with this one."""
    if not _could_be_bare_item(lines[at]):
        return at + 1
    end = at
    while end < len(lines) and _could_be_bare_item(lines[end]):
        end += 1
    return end


def _could_be_bare_item(line: _Line) -> bool:
    if line.kind == "prose":
        several = len(sentences(line.text))
        return len(words(line.text)) <= _ITEM_WORDS and (several == 1 or is_instruction(line.text))
    return line.kind in ("question", "short")


def _items_in(run: list[_Line], after: _Line | None, below_lead: bool) -> list[_Line]:
    """Which of a run of bare lines are items of a list."""
    if len(run) < 2 and not (below_lead and run and is_self_check(run[0].text)):
        return []
    if below_lead:
        return _items_below_lead(run, after)
    return _bare_questions(run)


def _items_below_lead(run: list[_Line], after: _Line | None) -> list[_Line]:
    items: list[_Line] = []
    for at, line in enumerate(run):
        if furniture.line_reason(line.text) or _breaks_list(line, items):
            break
        over_text = at + 1 == len(run) and after is not None
        if items and over_text and _is_heading_after(line, items):
            break
        items.append(line)
    return items if len(items) > 1 or (items and is_self_check(items[0].text)) else []


def _breaks_list(line: _Line, items: list[_Line]) -> bool:
    """A line of another sort ends the list: its items are alike."""
    if not items:
        return False
    if line.kind != "prose" and not _could_be_check(line) and addressed(line.text).one_partner:
        return True
    if line.kind == "question":
        return items[0].kind != "question" or (
            is_self_check(items[0].text) and not is_self_check(line.text)
        )
    return items[0].kind == "question" or (items[0].kind == "short" and line.kind == "prose")


def _is_heading_after(line: _Line, items: list[_Line]) -> bool:
    if line.kind == "prose":
        return False
    if addressed(line.text) is not Address.NOBODY:
        return True
    return in_title_case(line.text) and not all(in_title_case(item.text) for item in items)


def _bare_questions(run: list[_Line]) -> list[_Line]:
    """Self-check questions one right below the other, with no lead above them."""
    found: list[_Line] = []
    group: list[_Line] = []
    for line in [*run, _Line("prose", "")]:
        if _could_be_check(line):
            group.append(line)
        else:
            found.extend(_checks_in(group))
            group = []
    return found


def _checks_in(group: list[_Line]) -> list[_Line]:
    """The group between its first and last yes-or-no question; what is around them are headings."""
    sure = [at for at, line in enumerate(group) if is_self_check(line.text)]
    return group[sure[0] : sure[-1] + 1] if len(sure) > 1 else []


def _could_be_check(line: _Line) -> bool:
    if line.kind != "question" or in_title_case(line.text):
        return False
    return is_self_check(line.text) or asks_oneself(line.text)


def _piece(line: _Line, is_item: bool) -> Piece:
    if line.kind == "item" or is_item:
        return Piece("item", line.text, ordered=line.number > 0)
    if line.kind == "question":
        return Piece("heading", line.text)
    if line.kind == "short" or line.kind == "numbered":
        step = line.kind == "numbered" or is_instruction(line.text)
        return Piece("heading", line.text, level=3 if step else 2, sure=False)
    return Piece("text", line.text)


def _after_navigation(found: list[Piece]) -> list[Piece]:
    """The title below "Previous" or "Next" is a link to another article."""
    settled: list[Piece] = []
    for piece in found:
        before = settled[-1].text if settled else ""
        if piece.kind == "heading" and _is_direction(before):
            piece = Piece("aside", piece.text, reason=furniture.NAVIGATION)
        settled.append(piece)
    return settled


def _is_direction(line: str) -> bool:
    bare = " ".join(words(line))
    return bare in (
        "previous",
        "next",
        "prev",
        "previous post",
        "next post",
        "previous article",
        "next article",
    )
