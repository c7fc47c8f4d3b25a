"""A Word file (.docx): a package of XML parts, looked through before anything reads it.

Only the parts that hold words are unpacked and handed to mammoth, in a package of our own: no
picture, macro, embedded file or link to another file comes along.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from stat import S_ISLNK
from typing import NoReturn

import mammoth

from . import furniture
from .structure import Piece, UnreadableArticle
from .word_xml import Part, look_through

MOST_BYTES = 5 * 1024 * 1024
MOST_ENTRIES = 50
MOST_TIMES = 100

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DOCUMENT = "word/document.xml"
_READ = ("[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels")
_READ_BY_NAME = ("document", "styles", "numbering", "footnotes", "endnotes")
_ASIDES = {
    "header": furniture.PAGE_EDGE,
    "footer": furniture.PAGE_EDGE,
    "comments": furniture.MARGIN,
    "data": furniture.CAPTION,
}
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='List Bullet'] => ul > li:fresh
p[style-name='List Number'] => ol > li:fresh
p[style-name='caption'] => figure > figcaption:fresh
p[style-name='Caption'] => figure > figcaption:fresh
p[style-name^='toc '] => nav > p:fresh
p[style-name^='TOC '] => nav > p:fresh
"""


@dataclass(frozen=True)
class WordFile:
    """The file as a page, what stands beside its text, and the lines a person sees in it."""

    page: str
    asides: list[Piece] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def read(data: bytes) -> WordFile:
    """Raises UnreadableArticle if the package is broken, unsafe or no Word file."""
    parts = _parts(data)
    looked = {name: look_through(part) for name, part in parts.items() if name.endswith(".xml")}
    if _DOCUMENT not in looked:
        _refuse("This is not a Word file that we can read. Please save it as .docx.")
    clean = {name: looked[name].shown if name in looked else parts[name] for name in parts}
    return WordFile(
        page=f"<article>{_as_page(_package(clean))}</article>",
        asides=list(_asides(looked)),
        lines=[line for part in looked.values() for line in part.lines],
    )


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts that are read on, by their names; all others stay packed."""
    if len(data) > MOST_BYTES:
        _refuse("This file is larger than 5 MB. Please save it without its pictures.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            _check_package(entries)
            return {each.filename: _unpacked(package, each) for each in entries if _is_read(each)}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError):
        _refuse("This Word file is damaged. Please save it again as .docx.")


def _check_package(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        _refuse("This Word file has too many parts. Please save it without its pictures.")
    if len({each.filename.lower() for each in entries}) < len(entries):
        _refuse("This Word file holds two parts of the same name, so that we don’t read it.")
    for each in entries:
        _check_entry(each)
    if sum(each.file_size for each in entries) > MOST_BYTES:
        _refuse("This Word file unpacks to more than 5 MB. Please save it without its pictures.")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename)
    odd = path.is_absolute() or ".." in path.parts or "\\" in entry.orig_filename
    if odd or ":" in entry.filename or "\0" in entry.orig_filename:
        _refuse("This Word file holds a part that points elsewhere, so that we don’t read it.")
    if S_ISLNK(entry.external_attr >> 16):
        _refuse("This Word file holds a part that points elsewhere, so that we don’t read it.")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
        _refuse("This Word file is locked. Please save it without a password.")
    if entry.file_size > MOST_TIMES * max(entry.compress_size, 1):
        _refuse("This Word file is packed more tightly than any article is.")


def _is_read(entry: zipfile.ZipInfo) -> bool:
    if entry.filename in _READ:
        return True
    folder, _, name = entry.filename.rpartition("/")
    stem = name.removesuffix(".xml").rstrip("0123456789")
    if not name.endswith(".xml"):
        return False
    if folder == "word/diagrams":
        return stem == "data"
    return folder == "word" and stem in (*_READ_BY_NAME, *_ASIDES)


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with package.open(entry) as part:
        # What the package says of its sizes may be a lie.
        unpacked = part.read(MOST_BYTES + 1)
    if len(unpacked) != entry.file_size:
        raise zipfile.BadZipFile
    if entry.filename.endswith(".rels"):
        look_through(unpacked)
    return unpacked


def _package(parts: dict[str, bytes]) -> io.BytesIO:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    packed.seek(0)
    return packed


def _as_page(package: io.BytesIO) -> str:
    try:
        made = mammoth.convert_to_html(
            package,
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda image: {}),
        )
    except (LookupError, ValueError, TypeError, AttributeError, OSError, RecursionError):
        _refuse("This Word file is damaged. Please save it again as .docx.")
    return str(made.value)


def _asides(looked: dict[str, Part]) -> Iterator[Piece]:
    for name, part in looked.items():
        stem = PurePosixPath(name).stem.rstrip("0123456789")
        if stem in _ASIDES:
            yield from (Piece("aside", line, reason=_ASIDES[stem]) for line in part.lines)
        yield from (Piece("aside", line, reason=furniture.HIDDEN) for line in part.hidden)


def _refuse(why: str) -> NoReturn:
    raise UnreadableArticle(why) from None
