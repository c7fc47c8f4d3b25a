"""What an imported article is made of."""

from dataclasses import dataclass, field
from typing import Literal

Audience = Literal["both", "hurt", "involved"]
BlockKind = Literal["paragraph", "list", "questions", "steps"]
PieceKind = Literal["heading", "text", "item", "aside"]


# Stands in a line where its words go on in another element of a page.
SEAM = "\ue000"


class UnreadableArticle(Exception):
    """The file cannot become a handout; the message is one plain sentence for the person."""


@dataclass(frozen=True)
class Piece:
    """One line of thought as it stood in the file, before anything is decided about it.

    `sure` is false where a heading was only guessed. A `row` is one of a table. An aside never
    reaches a client; its `reason` says why.
    """

    kind: PieceKind
    text: str
    level: int = 2
    ordered: bool = False
    sure: bool = True
    row: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Reading:
    """What a reader made of a file, and the lines a person sees in it, judged by nobody."""

    pieces: list[Piece]
    lines: list[str]


@dataclass(frozen=True)
class Block:
    """A paragraph (`text`), or a list, self-check questions or steps (`items`)."""

    kind: BlockKind
    text: str = ""
    items: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        if self.kind == "paragraph":
            return {"kind": self.kind, "text": self.text}
        return {"kind": self.kind, "items": list(self.items)}


@dataclass
class Section:
    """A heading and all that stands below it, for one audience.

    The heading is empty for what stands between the title and the first heading.
    """

    heading: str
    audience: Audience = "both"
    needs_decision: bool = False
    blocks: list[Block] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        return {
            "heading": self.heading,
            "audience": self.audience,
            "needs_decision": self.needs_decision,
            "blocks": [block.as_dict() for block in self.blocks],
        }


@dataclass(frozen=True)
class LeftOut:
    """Words of the file that are kept from clients, and why."""

    text: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        return {"text": self.text, "reason": self.reason}


@dataclass(frozen=True)
class ImportedArticle:
    """A draft for a counselor to check: every sentence is in a section or in `left_out`."""

    title: str
    sections: list[Section]
    left_out: list[LeftOut]

    def as_dict(self) -> dict[str, object]:
        return {
            "title": self.title,
            "sections": [section.as_dict() for section in self.sections],
            "left_out": [entry.as_dict() for entry in self.left_out],
        }
