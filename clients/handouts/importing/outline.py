"""Puts the pieces of an article into sections, each for its audience.

A heading that addresses one partner makes all below it that partner's alone, up to the next
heading of its rank. A lead that ends in a colon does the same. What cannot be decided is for both
and marked, so that a counselor decides.
"""

from dataclasses import dataclass, field, replace
from itertools import groupby

from . import furniture, offers
from .audience import Address, addressed, addressed_directly, may_address_directly
from .phrasing import are_questions, are_steps, is_example
from .structure import Audience, Block, ImportedArticle, LeftOut, Piece, Section
from .words import (
    ends_as_question,
    ends_with_colon,
    plain,
    same_words,
    sentences,
    word_set,
    words,
)

_TITLE_WORDS = 30
_SIGNS_AROUND = 20
_ASK = word_set("ask yourself yourselves question questions consider reflect check")


@dataclass
class _Part:
    """A section while it is gathered: `owner` is the partner its heading gives it to."""

    heading: str
    level: int
    sure: bool
    owner: Address
    pieces: list[Piece] = field(default_factory=list)
    lost: list[Piece] = field(default_factory=list)


def arranged(pieces: list[Piece], fallback: str) -> ImportedArticle:
    """The article. `fallback` is its title if the file names none."""
    said = [piece for piece in pieces if any(map(str.isalnum, piece.text))]
    title, rest = _titled(said, fallback)
    gathering = _Gathering(title)
    for piece, reason in zip(rest, _reasons(rest), strict=True):
        gathering.take(piece, reason)
    return gathering.finished()


def _reasons(pieces: list[Piece]) -> list[str]:
    """For each piece why its line is no part of the article; empty if it may be."""
    reasons: list[str] = []
    for is_item, run in groupby(pieces, key=lambda piece: piece.kind == "item"):
        lines = [piece.text for piece in run]
        found = [furniture.line_reason(line) for line in lines]
        if is_item and found.count("") * 2 >= len(found):
            # "Pause" is a button, but among things to do it is one of them.
            found = ["" if _is_brief(line) else why for line, why in zip(lines, found, strict=True)]
        reasons += found
    return _with_names(pieces, reasons)


def _with_names(pieces: list[Piece], reasons: list[str]) -> list[str]:
    """A name right beside a date or "5 min read" is the writer's."""
    beside = [
        furniture.BYLINE in (before, after)
        for before, after in zip(["", *reasons], [*reasons, ""][1:], strict=False)
    ]
    return [
        reason or (furniture.BYLINE if near and _is_name(piece) else "")
        for piece, reason, near in zip(pieces, reasons, beside, strict=True)
    ]


def _is_name(piece: Piece) -> bool:
    parts = piece.text.split()
    return piece.kind == "text" and 1 < len(parts) <= 4 and all(map(str.istitle, parts))


def _is_brief(line: str) -> bool:
    return len(words(line)) <= 2


def _titled(pieces: list[Piece], fallback: str) -> tuple[str, list[Piece]]:
    at = _place_of_title(pieces)
    if at is None:
        return fallback, pieces
    title = pieces[at].text
    opening = words(title)[0]
    rest = [
        piece
        for place, piece in enumerate(pieces)
        if place != at and not (_may_be(title, piece, opening) and same_words(piece.text, title))
    ]
    return title, rest


def _may_be(title: str, piece: Piece, opening: str) -> bool:
    """A quick first look: few lines are about as long as the title, and begin like it."""
    about_as_long = len(piece.text) <= 2 * len(title) + _SIGNS_AROUND
    return about_as_long and opening in plain(piece.text)[: len(opening) + 4]


def _place_of_title(pieces: list[Piece]) -> int | None:
    for at, piece in enumerate(pieces):
        if piece.kind == "heading" and piece.level == 1 and _could_be_title(piece):
            return at
    before_text = [at for at in range(_first_prose(pieces)) if _could_be_title(pieces[at])]
    headings = [at for at in before_text if pieces[at].kind == "heading"]
    return next(iter(headings or before_text), None)


def _first_prose(pieces: list[Piece]) -> int:
    for at, piece in enumerate(pieces):
        if piece.kind == "item" or (piece.kind == "text" and not _could_be_title(piece)):
            return at
    return len(pieces)


def _could_be_title(piece: Piece) -> bool:
    if piece.kind not in ("heading", "text") or furniture.line_reason(piece.text):
        return False
    short = 0 < len(words(piece.text)) <= _TITLE_WORDS and len(sentences(piece.text)) == 1
    ended = piece.text.rstrip().endswith((".", ":", ",", ";"))
    return short and not (piece.kind == "text" and (ended or is_example(piece.text)))


class _Gathering:
    """Takes the pieces one by one, in their order."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._owner_of_title = addressed(title)
        start = self._owner_of_title if self._owner_of_title.one_partner else Address.NOBODY
        self._parts = [_Part("", 1, True, start)]
        self._left_out: list[LeftOut] = []
        self._offer_level = 0

    def take(self, piece: Piece, reason: str) -> None:
        """The next piece; `reason` says why its line is no part of the article."""
        if piece.kind == "aside":
            self._leave_out(piece.text, piece.reason)
        elif piece.kind == "heading":
            self._heading(piece, reason)
        else:
            self._content(piece, reason)

    def finished(self) -> ImportedArticle:
        self._drop_empty_parts()
        sections = [section for part in self._parts for section in _sections(part)]
        return ImportedArticle(self._title, sections, self._left_out)

    def _leave_out(self, text: str, reason: str) -> None:
        self._left_out.append(LeftOut(text, reason))

    def _heading(self, piece: Piece, reason: str) -> None:
        # A true heading is no caption or button.
        if reason and not (piece.sure and reason in (furniture.CAPTION, furniture.LINK)):
            self._leave_out(piece.text, reason)
            if piece.sure and reason in (furniture.NAVIGATION, furniture.SHARING):
                self._offer_level = piece.level
            return
        address = addressed(piece.text)
        if offers.opens_offer(piece.text) and not address.one_partner:
            self._offer_level = self._offer_level or piece.level
            self._leave_out(piece.text, _offer_reason(piece.text))
        elif self._ends_offer(piece, address):
            self._offer_level = 0
            self._parts.append(
                _Part(piece.text, piece.level, piece.sure, self._owner(piece, address))
            )
        else:
            self._leave_out(piece.text, furniture.OFFER)

    def _ends_offer(self, piece: Piece, address: Address) -> bool:
        if not self._offer_level or address.one_partner:
            return True
        return piece.sure and piece.level <= self._offer_level

    def _owner(self, piece: Piece, address: Address) -> Address:
        """The heading's own address, or that of the heading it stands under."""
        if address is not Address.NOBODY:
            return address
        above = self._parts[-1]
        if piece.level > above.level and above.heading:
            return above.owner
        return self._owner_after(piece, above)

    def _owner_after(self, piece: Piece, above: _Part) -> Address:
        higher = self._higher_than(piece.level)
        if higher is not None:
            return higher.owner
        # A guessed heading may be no heading at all: then it does not end the partner's part.
        guessed = not piece.sure and above.owner.one_partner
        if guessed or self._owner_of_title is not Address.NOBODY:
            return Address.UNCLEAR
        return Address.NOBODY

    def _higher_than(self, level: int) -> _Part | None:
        for part in reversed(self._parts):
            if part.level < level:
                return part if part.heading else None
        return None

    def _content(self, piece: Piece, reason: str) -> None:
        if reason:
            self._leave_out(piece.text, reason)
        elif self._offer_level:
            self._leave_out(piece.text, offers.sentence_reason(piece.text) or furniture.OFFER)
        else:
            self._keep_its_own_sentences(piece)

    def _keep_its_own_sentences(self, piece: Piece) -> None:
        if is_example(piece.text) or not offers.may_hold(piece.text):
            self._parts[-1].pieces.append(piece)
            return
        parts = sentences(piece.text)
        reasons = [offers.sentence_reason(part) for part in parts]
        kept = [part for part, reason in zip(parts, reasons, strict=True) if not reason]
        for part, reason in zip(parts, reasons, strict=True):
            if reason:
                self._leave_out(part, reason)
        if len(kept) == len(parts):
            self._parts[-1].pieces.append(piece)
        elif kept:
            text = " ".join(kept)
            self._parts[-1].pieces.append(replace(piece, text=text))
        else:
            self._parts[-1].lost.append(piece)

    def _drop_empty_parts(self) -> None:
        """A heading at the end, or a guessed one, with nothing below it is a link or a caption."""
        kept: list[_Part] = []
        for part in reversed(self._parts):
            above_others = kept and (part.sure or kept[-1].level > part.level)
            if part.pieces or (part.heading and above_others and not part.lost):
                kept.append(part)
            elif part.heading:
                self._leave_out(part.heading, furniture.OFFER if part.lost else furniture.ALONE)
        self._parts = kept[::-1]


def _offer_reason(heading: str) -> str:
    reason = offers.sentence_reason(heading)
    return reason if reason == furniture.STATES else furniture.OFFER


def _sections(part: _Part) -> list[Section]:
    """The section, cut where a lead turns to another reader."""
    cut = [_Part(part.heading, part.level, part.sure, part.owner)]
    for at, piece in enumerate(part.pieces):
        lead = _lead(piece)
        if lead is Address.NOBODY or lead is cut[-1].owner:
            cut[-1].pieces.append(piece)
        elif at == 0 and part.owner is Address.NOBODY:
            cut[-1].owner = lead
            cut[-1].pieces.append(piece)
        else:
            owner = lead if _may_turn(part.owner, lead) else Address.UNCLEAR
            cut.append(_Part(piece.text.rstrip(": "), part.level, part.sure, owner))
    return [_section(one) for one in cut if one.pieces or one.heading]


def _may_turn(owner: Address, lead: Address) -> bool:
    """A heading's word goes before a lead's: where they differ, a counselor decides."""
    return lead.one_partner and owner in (Address.NOBODY, Address.UNCLEAR)


def _lead(piece: Piece) -> Address:
    if piece.kind != "text" or not ends_with_colon(piece.text):
        return Address.NOBODY
    return addressed(sentences(piece.text)[-1])


def _section(part: _Part) -> Section:
    audience: Audience = "both"
    if part.owner is Address.HURT:
        audience = "hurt"
    elif part.owner is Address.INVOLVED:
        audience = "involved"
    unclear = part.owner is Address.UNCLEAR
    if part.owner is Address.NOBODY:
        unclear = any(_turns_to_one(piece) for piece in part.pieces)
    return Section(part.heading, audience, unclear, _blocks(part.pieces))


def _turns_to_one(piece: Piece) -> bool:
    """Whether text for both has a sentence or a cell that chooses one partner."""
    if is_example(piece.text):
        return False
    if piece.row and any(addressed(cell).one_partner for cell in piece.text.split(" – ")):
        return True
    if not may_address_directly(piece.text):
        return False
    return any(addressed_directly(sentence).one_partner for sentence in sentences(piece.text))


def _blocks(pieces: list[Piece]) -> list[Block]:
    blocks: list[Block] = []
    items: list[Piece] = []
    for piece in pieces:
        if items and not _go_together(piece, items[0]):
            blocks.append(_list(items))
            items = []
        if _is_listed(piece):
            items.append(piece)
        else:
            blocks.extend(_paragraph(piece.text))
    return [*blocks, _list(items)] if items else blocks


def _is_listed(piece: Piece) -> bool:
    return piece.kind == "item" or piece.row


def _go_together(piece: Piece, first: Piece) -> bool:
    """Whether they are of one list: rows of a table are one too."""
    same = piece.row == first.row and piece.ordered == first.ordered
    return _is_listed(piece) and same


def _list(pieces: list[Piece]) -> Block:
    items = [piece.text for piece in pieces]
    if pieces[0].row:
        return Block("list", items=tuple(items))
    if are_questions(items):
        return Block("questions", items=tuple(items))
    steps = are_steps(items, pieces[0].ordered)
    return Block("steps" if steps else "list", items=tuple(items))


def _paragraph(text: str) -> list[Block]:
    """A paragraph; self-check questions asked within it stand for themselves."""
    lead, asked = _asked_within(text)
    if not asked:
        return [Block("paragraph", text=text)]
    return [Block("paragraph", text=lead), Block("questions", items=tuple(asked))]


def _asked_within(text: str) -> tuple[str, list[str]]:
    lead, colon, rest = text.partition(": ")
    if not colon:
        return text, []
    asked = sentences(rest)
    several = len(asked) > 1 and all(ends_as_question(one) for one in asked)
    if several and _ASK & set(words(lead)):
        return lead + ":", asked
    return text, []
