"""Word files that could harm are refused before anything reads them, in one plain sentence."""

import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from clients.handouts.importing import MOST_BYTES, UnreadableArticle, import_article
from tests.clients.handouts.word_files import item, packed, paragraph, part, parts, table, word_file

BODY = paragraph("A Title", "Title") + paragraph("Some words to read here.")


def refusal(data: bytes, name: str = "a.docx") -> str:
    with pytest.raises(UnreadableArticle) as caught:
        import_article(data, name)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    return said


def with_part(name: str, content: str | bytes = b"x") -> bytes:
    return packed({**parts(BODY), name: content})


def with_entry(info: zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    file = io.BytesIO(packed(parts(BODY)))
    with zipfile.ZipFile(file, "a") as package:
        package.writestr(info, content)
    return file.getvalue()


def document(inside: str, before: str = "") -> bytes:
    made = parts("")
    xml = str(made["word/document.xml"]).replace("<w:body>", f"<w:body>{inside}")
    xml = xml.replace("<w:document", f"{before}<w:document")
    return packed({**made, "word/document.xml": xml}, method=zipfile.ZIP_STORED)


def test_an_ordinary_file_is_read_whatever_its_name():
    for name in ("a.docx", "upload", "a.txt", "A.DOCX"):
        assert import_article(packed(parts(BODY)), name).title == "A Title"


@pytest.mark.parametrize(
    "name",
    ["../evil.xml", "word/../../evil.xml", "/etc/passwd", "word\\..\\evil.xml", "C:evil.xml"],
)
def test_a_part_that_points_elsewhere_is_refused(name):
    assert "points elsewhere" in refusal(with_part(name))


def test_a_link_in_the_package_is_refused():
    link = zipfile.ZipInfo("word/media/link.xml")
    link.external_attr = 0o120777 << 16
    assert "points elsewhere" in refusal(with_entry(link, b"/etc/passwd"))


def test_more_than_fifty_parts_are_refused():
    few = {f"word/media/{n}.png": b"x" for n in range(45)}
    assert import_article(packed({**parts(BODY), **few}), "a.docx").sections
    assert "too many parts" in refusal(packed({**parts(BODY), **few, "word/media/a.png": b"x"}))


def test_a_part_that_grows_a_hundredfold_is_refused():
    assert "more tightly" in refusal(with_part("word/media/bomb.png", b"\0" * 1_000_000))


def test_more_than_five_megabytes_are_refused_packed_or_not():
    noise = bytes(range(256)) * 4 * 1024
    large = {f"word/media/{n}.png": noise for n in range(6)}
    stored = packed({**parts(BODY), **large}, method=zipfile.ZIP_STORED)
    assert "5 MB" in refusal(stored)
    assert "5 MB" in refusal(packed(parts(BODY)) + b"\0" * MOST_BYTES)


def test_sizes_that_are_lies_gain_nothing():
    data = packed(parts(BODY + paragraph("word " * 20_000)))
    size = len(str(parts(BODY + paragraph("word " * 20_000))["word/document.xml"]))
    lie = data.replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lie != data
    refusal(lie)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(method):
    refusal(packed(parts(BODY), method=method))


def test_a_locked_file_is_refused():
    data = bytearray(packed(parts(BODY)))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "password" in refusal(bytes(data))


def test_two_parts_of_one_name_are_refused():
    file = io.BytesIO(packed(parts(BODY)))
    with zipfile.ZipFile(file, "a") as package:
        package.writestr("WORD/document.xml", "<x/>")
    assert "two parts" in refusal(file.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 some words",
        packed(parts(BODY))[:-60],
        packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        packed({"a.txt": "some words"}),
        packed({**parts(BODY), "word/document.xml": "no markup"}),
        packed({**parts(BODY), "word/document.xml": "<w:document>"}),
        packed({**parts(BODY), "word/document.xml": ""}),
        packed({**parts(BODY), "word/styles.xml": "<a><b></a>"}),
        packed({**parts(BODY), "_rels/.rels": "<a"}),
        packed({**parts(BODY), "word/document.xml": part("document", "")}),
        packed({**parts(BODY), "word/document.xml": "<other/>"}),
        packed(
            {**parts(BODY), "word/document.xml": part("document", "<w:body/>").encode("utf-16")}
        ),
        b"\xd0\xcf\x11\xe0 an old file of Word" + b"\0" * 600,
        b"words",
    ],
)
def test_what_is_no_word_file_is_refused(data):
    refusal(data)


# XML that could harm

ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))


@pytest.mark.parametrize(
    "before",
    [
        f"<!DOCTYPE x [{ENTITIES}]>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % e SYSTEM "https://example.org/x.dtd"> %e;]>',
        '<!DOCTYPE x SYSTEM "https://example.org/x.dtd">',
        "<!DOCTYPE x>",
    ],
)
def test_a_document_type_is_refused_in_every_part(before):
    assert "don’t read" in refusal(document(paragraph("&e8;"), before))
    for name in ("styles", "numbering", "footnotes", "comments", "header1"):
        content = f"{before}{part(name.rstrip('1'), '').split('?>')[1]}"
        refusal(word_file(BODY, **{name: content}))
    rels = str(parts(BODY)["_rels/.rels"])
    refusal(packed({**parts(BODY), "_rels/.rels": before + rels}))


@pytest.mark.parametrize("bad", ["&#xD800;", "&#xDFFF;", "&#0;", "&#x1;", "\x01", "&nothing;"])
def test_letters_that_are_none_are_refused(bad):
    assert "damaged" in refusal(document(f"<w:p><w:r><w:t>words {bad} words</w:t></w:r></w:p>"))


def test_half_of_a_letter_in_the_bytes_is_refused():
    xml = str(parts(BODY)["word/document.xml"]).encode().replace(b"Some", b"S\xed\xa0\x80me")
    assert "damaged" in refusal(packed({**parts(BODY), "word/document.xml": xml}))


@pytest.mark.parametrize("depth", [101, 50_000])
def test_deep_nesting_is_refused(depth):
    tags = "<w:tbl><w:tr><w:tc>"
    ends = "</w:tc></w:tr></w:tbl>"
    began = time.process_time()
    refusal(document(tags * depth + paragraph("Deep words.") + ends * depth))
    assert time.process_time() - began < 2


def test_a_million_elements_are_refused_quickly_and_in_little_memory():
    data = document("<w:p/>" * 700_000)
    tracemalloc.start()
    began = time.process_time()
    refusal(data)
    assert time.process_time() - began < 2
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


def test_hidden_runs_within_hidden_runs_are_cut_once():
    inner = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>inner words</w:t></w:r>"
    outer = (
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>outer words</w:t>"
        f"<w:pict>{inner}</w:pict></w:r></w:p>"
    )
    article = import_article(document(BODY + outer), "a.docx")
    assert "words" not in str([one.as_dict() for one in article.sections]).replace(
        "Some words to read here.", ""
    )
    assert len(article.left_out) == 1


@pytest.mark.parametrize("value", ["0", "false", "off"])
def test_a_run_that_is_not_hidden_after_all_stays(value):
    shown = (
        f'<w:p><w:r><w:rPr><w:vanish w:val="{value}"/></w:rPr><w:t>Shown words.</w:t></w:r></w:p>'
    )
    assert "Shown words." in str(import_article(document(BODY + shown), "a.docx").sections)


def test_more_text_than_any_article_has_is_refused():
    assert "512 kB" in refusal(document(paragraph("word " * 200_000)))


# What comes along is dropped


def test_macros_pictures_and_links_to_files_come_to_nothing(tmp_path: Path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret words")
    drawing = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing"><wp:docPr id="1" name="p" descr="A lamp at night"/><a:graphic'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData>'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        "<pic:blipFill>"
        '<a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        ' r:link="rId9"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r></w:p>"
    )
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId9" TargetMode="External" Type="http://schemas.openxmlformats.org/'
        f'officeDocument/2006/relationships/image" Target="file://{secret}"/></Relationships>'
    )
    data = packed(
        {
            **parts(BODY + drawing),
            "word/_rels/document.xml.rels": rels,
            "word/vbaProject.bin": b"macro words",
            "word/media/image1.png": b"picture words",
            "word/embeddings/sheet.xlsx": b"sheet words",
        }
    )
    article = import_article(data, "a.docx")
    told = str(article.as_dict())
    for words in ("secret words", "macro words", "picture words", "sheet words", str(secret)):
        assert words not in told
    assert [(entry.text, entry.reason[:10]) for entry in article.left_out] == [
        ("A lamp at night", "It looks l")
    ]


def test_markup_that_was_typed_as_text_stays_text():
    data = word_file(BODY, paragraph("<script>alert(1)</script>"), item("<b>bold</b>"))
    blocks = import_article(data, "a.docx").sections[0].blocks
    assert blocks[1].text == "<script>alert(1)</script>"
    assert blocks[2].items == ("<b>bold</b>",)


def test_a_very_long_table_is_read_or_refused_in_time():
    began = time.process_time()
    refusal(word_file(BODY, table(*[["one", "two"]] * 3_000)))
    assert time.process_time() - began < 2
