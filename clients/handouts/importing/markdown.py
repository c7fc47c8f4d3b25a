"""Markdown: its blocks come from markdown-it, its inline marks are taken off by hand.

Only the block grammar is used, because text is all we keep and the inline grammar is slow on
hostile input.
"""

import re
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from . import furniture
from .list_lines import marked
from .markup_limits import DEEPEST
from .structure import Piece, Reading, UnreadableArticle
from .words import ends_with_colon

_BLOCKS = MarkdownIt("js-default")
_BLOCKS.core.ruler.enableOnly(["normalize", "block"])
_BLOCKS.block.ruler.disable(["reference", "code"])

_RAW_START = re.compile(r"<(script|style)\b", re.IGNORECASE)
_RAW_END = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style")}
_NESTED = re.compile(r"^(?:[ \t>]|[-*+](?=[ \t]))*", re.MULTILINE)
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*-->")
_YAML = r"---\n((?:[^\n]*:[^\n]*\n|[ \t]+[^\n]*\n|- [^\n]*\n|\n)*)---"
_TOML = r"\+\+\+\n((?:[^\n]*=[^\n]*\n|\[[^\n]*\]\n|\n)*)\+\+\+"
_FRONT_MATTER = re.compile(rf"\A(?:{_YAML}|{_TOML})[ \t]*(?:\n|\Z)")
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]\n]*)\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_LONE_LINK = re.compile(r"\[[^\[\]\n]*\](?:\([^()\n]*\)|\[[^\[\]\n]*\])[ .»›→]*")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<(https?:[^<>\s]*|mailto:[^<>\s]*)>")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MARKS = re.compile(r"(?<=\S)\*{1,3}|\*{1,3}(?=\S)|~~|`+|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_ALL_STRONG = re.compile(r"(\*\*|__)([^*_\n]{1,160})\1[:.?]?")
_KEPT = re.compile("\ue000(\\d+);")
# Marks of quotes, headings, lists and tasks, and the name of a language after a fence.
_LINE_MARK = re.compile(
    r"^(?:[ \t]*(?:>|#{1,6}(?=\s)|[-*+](?=\s)|\d{1,9}[.)](?=\s)))*[ \t]*"
    r"(?:\[[ xX]\]\s|(?:```|~~~).*)?"
)
_TASK = re.compile(r"^\[[ xX]\][ \t]+")
_LEVELS = {f"h{level}": level for level in range(1, 7)}


def read(text: str) -> Reading:
    """The headings, paragraphs, list items and asides of a Markdown file, in their order."""
    _check_nesting(text)
    front, body = _front_matter(_without_scripts(text))
    found = _from_tokens(_BLOCKS.parse(body))
    return Reading([*front, *found], [*(piece.text for piece in front), *_lines(body)])


def _lines(body: str) -> list[str]:
    """What a person sees of the text, line by line, whatever the grammar of blocks makes of it."""
    body = _TAG.sub(lambda match: match.group(1) or " ", body)
    return [_words_of(_LINE_MARK.sub("", line)) for line in body.split("\n")]


def _check_nesting(text: str) -> None:
    for start in _NESTED.finditer(text):
        marks = "".join(start.group().split())
        if len(marks) > DEEPEST or len(start.group()) > 8 * DEEPEST:
            raise UnreadableArticle(
                "This text is nested too deeply to read. Please paste it as plain text."
            )


def _without_scripts(text: str) -> str:
    kept: list[str] = []
    at = 0
    while start := _RAW_START.search(text, at):
        kept.append(text[at : start.start()])
        end = _RAW_END[start.group(1).lower()].search(text, start.end())
        at = end.end() if end else len(text)
    kept.append(text[at:])
    return _COMMENT.sub(" ", "".join(kept))


def _front_matter(text: str) -> tuple[list[Piece], str]:
    match = _FRONT_MATTER.match(text)
    if not match:
        return [], text
    found: list[Piece] = []
    yaml = match.group(1) is not None
    for line in (match.group(1) or match.group(2) or "").splitlines():
        name, _, value = line.partition(":" if yaml else "=")
        value = value.strip().strip("\"'")
        if name.strip().lower() == "title" and value:
            found.append(Piece("heading", value, level=1))
        elif line.strip():
            found.append(Piece("aside", line.strip(), reason=furniture.BYLINE))
    return found, text[match.end() :]


def _from_tokens(tokens: list[Token]) -> list[Piece]:
    found: list[Piece] = []
    lists: list[bool] = []
    item_open = False
    row: list[str] | None = None
    heading = 0
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(token.type.startswith("ordered"))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            item_open = True
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            found.append(Piece("text", " – ".join(cell for cell in row if cell), row=True))
            row = None
        elif token.type == "heading_open":
            heading = _LEVELS[token.tag]
        elif token.type == "heading_close":
            heading = 0
        elif token.type in ("inline", "fence"):
            if row is not None:
                row.append(_words_of(token.content))
            elif heading:
                found.append(Piece("heading", _words_of(token.content), level=heading))
            elif lists:
                _add_to_list(found, token.content, lists[-1], starts=item_open)
                item_open = False
            else:
                found.extend(_paragraph(token.content))
    return [piece for piece in found if piece.text]


def _add_to_list(found: list[Piece], source: str, ordered: bool, *, starts: bool) -> None:
    text = _words_of(_TASK.sub("", source))
    if starts or not found or found[-1].kind != "item":
        found.append(Piece("item", text, ordered=ordered))
    else:
        found[-1] = Piece("item", f"{found[-1].text} {text}".strip(), ordered=found[-1].ordered)


def _paragraph(source: str) -> list[Piece]:
    """A paragraph, unless it is an image, a lone link, a bold heading or hand-made bullets."""
    bare = source.strip()
    images = [Piece("aside", alt, reason=furniture.CAPTION) for alt in _IMAGE.findall(bare) if alt]
    rest = _IMAGE.sub(" ", bare).strip()
    if not rest:
        return images
    return [*images, *_pieces_of(rest)]


def _pieces_of(rest: str) -> list[Piece]:
    if _LONE_LINK.fullmatch(rest):
        return [Piece("aside", _words_of(rest), reason=furniture.LINK)]
    if _ALL_STRONG.fullmatch(rest) and not rest.rstrip("*_").endswith("."):
        return [Piece("heading", _words_of(rest), level=5, sure=False)]
    lines = rest.split("\n")
    if any(_hand_made(line) for line in lines):
        return [piece for line in lines for piece in _line_pieces(line)]
    return [Piece("text", _words_of(rest))]


def _hand_made(line: str) -> bool:
    return marked(line.strip()) is not None or ends_with_colon(line)


def _line_pieces(line: str) -> list[Piece]:
    mark = marked(line.strip())
    if mark and mark.words:
        return [Piece("item", _words_of(mark.words), ordered=mark.number > 0)]
    return [Piece("text", _words_of(line))]


def _words_of(source: str) -> str:
    """The words alone: no emphasis, links, tags or escapes."""
    text = _ESCAPED.sub(lambda match: f"\ue000{ord(match.group(1))};", source)
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = _TAG.sub(lambda match: match.group(1) or " ", text)
    text = _MARKS.sub("", unescape(text))
    text = _KEPT.sub(lambda match: chr(int(match.group(1))), text)
    return " ".join(text.split())
