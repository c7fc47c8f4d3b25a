"""Word files made of invented words: the least that Word itself would write."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/></Types>'
)
_RELS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
    for key, name in {
        "Title": "Title",
        **{f"Heading{n}": f"heading {n}" for n in range(1, 7)},
        "Quote": "Quote",
        "Caption": "caption",
        "TOC1": "toc 1",
    }.items()
)
_NUMBERING = "".join(
    f'<w:abstractNum w:abstractNumId="{number}"><w:lvl w:ilvl="0"><w:numFmt w:val="{kind}"/>'
    f"</w:lvl></w:abstractNum>"
    for number, kind in ((1, "bullet"), (2, "decimal"))
) + "".join(
    f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in (1, 2)
)


def run(words: str, look: str = "") -> str:
    """A run; `look` is what stands in its properties, such as `<w:b/>` or `<w:vanish/>`."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(words)}</w:t></w:r>'


def paragraph(words: str, style: str = "", look: str = "") -> str:
    """A paragraph of one run, with a style of those above."""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}</w:pPr>{run(words, look)}</w:p>"


def item(words: str, *, numbered: bool = False) -> str:
    """An item of a list."""
    number = 2 if numbered else 1
    properties = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(words)}</w:p>"


def table(*rows: Iterable[str]) -> str:
    """A table of paragraphs."""
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def part(name: str, inside: str) -> str:
    """A part of Word's own: document, styles, hdr, ftr, comments …"""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} xmlns:w="{SPACE}">{inside}</w:{name}>'


def parts(body: str) -> dict[str, str | bytes]:
    """All parts of a file with this body, by name."""
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "word/styles.xml": part("styles", _STYLES),
        "word/numbering.xml": part("numbering", _NUMBERING),
    }


def packed(given: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The parts as a file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as package:
        for name, content in given.items():
            package.writestr(name, content)
    return file.getvalue()


def word_file(*body: str, **others: str | bytes) -> bytes:
    """A file of these paragraphs; `others` are parts in the folder word, without their `.xml`."""
    named = {f"word/{name}.xml": content for name, content in others.items()}
    return packed({**parts("".join(body)), **named})
