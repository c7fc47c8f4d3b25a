"""Files that cannot become a handout are refused in one plain sentence, and quickly."""

import json
import time
from contextlib import suppress

import pytest

from clients.handouts.importing import UnreadableArticle, import_article

PARAGRAPH = "A calm paragraph with enough words to be one.\n\n"


def refusal(data: bytes, name: str = "article.txt") -> str:
    with pytest.raises(UnreadableArticle) as caught:
        import_article(data, name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.txt"),
        (b" \n\t\n", "a.md"),
        (b"\x00\x01\x02\x03" * 50, "a.txt"),
        (b"%PDF-1.7 some words", "a.txt"),
        (b"PK\x03\x04 some words", "a.docx"),
        (b"words \x81\x8d\x8f\x90 words", "a.txt"),
        (b"\xff\xfeA", "a.txt"),
        (b"\x01\x02\x03\x04abc" * 20, "a.txt"),
        (b"--- *** ---", "a.md"),
        (b"<html><body><script>var a = 1;</script></body></html>", "a.html"),
        (b"<html><body><nav><a href='/'>Home</a></nav></body></html>", "a.html"),
    ],
)
def test_a_file_that_holds_no_article_is_refused(data, name):
    message = refusal(data, name)
    assert message.endswith(".")
    assert "\n" not in message


def test_512_kilobytes_are_read_and_one_byte_more_is_refused():
    text = (PARAGRAPH * 12_000).encode()[: 512 * 1024]
    assert "512 kB" in refusal(text + b"x")
    assert "512 kB" not in refusal(text)  # too many lines, but not too large
    assert import_article(b"Title\n\n" + b"a word " * 74_000, "a.txt").sections


def page(inside: str) -> bytes:
    start = "<html><body><article><h1>A</h1><p>Some words.</p>"
    return f"{start}{inside}</article></body></html>".encode()


def test_more_than_five_thousand_tags_are_refused():
    assert import_article(page("<p>Words.</p>" * 2_400), "a.html").sections
    assert "too many parts" in refusal(page("<p>Words.</p>" * 2_500), "a.html")


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "x-thing", "svg", "font", "ul><li"])
def test_nesting_deeper_than_a_hundred_is_refused(tag):
    assert "nested too deeply" in refusal(page(f"<{tag}>" * 101 + "Words."), "a.html")


@pytest.mark.parametrize(
    "hiding",
    [
        "</span>".join(["<div>"] * 110),
        "<!-- <script> -->" + "<div>" * 110 + "</script>",
        "<!-->" + "<div>" * 110 + "-->",
        '<p title="<script>">' + "<div>" * 110 + "</script>",
        '<a ">' + "<div>" * 110 + '">',
        "<svg><script>" + "<g>" * 110,
        "".join(f"<p><b id={n}></p>" for n in range(110)),
    ],
)
def test_nesting_cannot_hide_from_the_first_look(hiding):
    assert "nested too deeply" in refusal(page(hiding), "a.html")


def test_tags_within_scripts_comments_and_attributes_do_not_count():
    inside = (
        "<script>var t = '" + "<div>" * 6_000 + "';</script>"
        "<!-- " + "<div>" * 6_000 + " -->"
        "<p title='" + "<div>" * 6_000 + "'>Kept.</p>"
    )
    assert "Kept." in str(import_article(page(inside), "a.html"))


def test_open_paragraphs_and_items_of_old_pages_are_not_nesting():
    assert import_article(page("<p>One more.<ul>" + "<li>Item" * 300 + "</ul>"), "a.html").sections


def test_deeply_quoted_markdown_is_refused():
    assert "nested too deeply" in refusal(("> " * 101 + "words").encode(), "a.md")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_letters_arrive_whole_in_each_encoding(encoding, name):
    text = "A Title\n\nShe said “I’m here” — and stayed. Naïve café.\n"
    article = import_article(text.encode(encoding), name)
    assert article.sections[0].blocks[0].text == "She said “I’m here” — and stayed. Naïve café."


def test_the_name_decides_how_a_file_is_read():
    data = b"# A title\n\nSome words for a paragraph.\n"
    assert import_article(data, "a.md").title == "A title"
    assert import_article(data, "a.TXT").title == "# A title"


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><html><body><h1>A title</h1><p>Some words to read here.</p></body></html>",
        b"# A title\n\nSome words to read here.\n",
        b"A title\n\nSome words to read here.\n",
    ],
)
def test_a_file_of_unknown_name_is_recognized_by_its_look(data):
    article = import_article(data, "upload")
    assert article.title == "A title"
    assert article.sections[0].blocks[0].text == "Some words to read here."


def test_a_file_without_a_title_is_called_by_its_name():
    text = b"It begins at once with a paragraph. Nothing stands above it.\n"
    assert import_article(text, "folder/after-the_talk.txt").title == "After the talk"


def test_the_result_is_plain_data():
    draft = import_article(b"A Title\n\nSome words.\n\n- one\n- two\n", "a.txt").as_dict()
    assert json.loads(json.dumps(draft)) == draft
    assert draft == {
        "title": "A Title",
        "sections": [
            {
                "heading": "",
                "audience": "both",
                "needs_decision": False,
                "blocks": [
                    {"kind": "paragraph", "text": "Some words."},
                    {"kind": "list", "items": ["one", "two"]},
                ],
            }
        ],
        "left_out": [],
    }


@pytest.mark.parametrize(
    "bait",
    ["[", "![](", "*a ", "<", "<!", "`", "> ", "you are ", "your partner was ", "New York ",
     "a. B ", "? ", "we are ", "by by ", "a | b ", "- ", "_a_ ", "&", "(", "site design "],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_eight_times_the_bait_takes_no_more_than_linear_time(bait, name):
    small = _seconds(bait, 6_000, name)
    large = _seconds(bait, 48_000, name)
    assert large < 24 * max(small, 0.01)


def _seconds(bait: str, size: int, name: str) -> float:
    data = ("Title\n\n" + bait * (size // len(bait))).encode()
    best = 60.0
    for _ in range(2):
        start = time.process_time()
        with suppress(UnreadableArticle):
            import_article(data, name)
        best = min(best, time.process_time() - start)
    return best


# Hostile pages and files


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<div>" * 100_000, "a.html"),
        (page("<div>" * 100_000 + "Words."), "a.html"),
        (page("<table>" + "<tr><td>one<td>two" * 3_000), "a.html"),
        (page("<p" + " a=b" * 120_000 + ">Words."), "a.html"),
        (page("<script>" * 60_000), "a.html"),
        (b"<html>" + b"<script>" * 250_000, "a.html"),
        (page("<a href='javascript:x'>Go</a>" * 2_600), "a.html"),
        (b"w" * 10_000_000, "a.txt"),
        (b"<p>" + b"w " * 5_000_000, "a.html"),
        (b"\x1f\x8b\x08" + b"\x00" * 400_000, "a.html"),
        (b"\x01words " * 40_000, "a.txt"),
        (b"> " * 200_000 + b"words", "a.md"),
        (b"- " * 200_000 + b"words", "a.md"),
    ],
)
def test_hostile_files_are_refused_within_two_seconds(data, name):
    began = time.process_time()
    with suppress(UnreadableArticle):  # some are only strange, and read
        import_article(data, name)
    assert time.process_time() - began < 2


def test_a_saved_page_may_carry_scripts_and_pictures_beside_its_article():
    baggage = (
        "<script>var x = 1;</script>" * 20_000
        + "<img src='data:image/png;base64,"
        + ("A" * 800_000 + "' alt='A lamp'>")
    )
    article = import_article(page(baggage), "a.html")
    assert article.sections[0].blocks[0].text == "Some words."
    assert "512 kB" in refusal(page("<p>" + "words " * 100_000 + "</p>"), "a.html")


def test_no_script_handler_or_address_of_a_page_becomes_text():
    article = import_article(
        page(
            "<p onclick=\"alert('Event words')\">Kept <a href=\"javascript:alert('Link words')\">so"
            "</a>.</p><iframe srcdoc='<p>Frame words</p>'></iframe><style>p{content:'Style words'}"
            "</style><template><p>Template words</p></template>"
        ),
        "a.html",
    )
    told = str(article.as_dict())
    assert "Kept so." in told
    for kind in ("Event", "Link", "Frame", "Style", "Template"):
        assert f"{kind} words" not in told


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("windows-1251", "Слова о доверии."),
        ("iso-8859-2", "Słowa o zaufaniu."),
        ("windows-1252", "“Trust” — again."),
        ("shift_jis", "信頼の言葉です。"),
    ],
)
def test_a_page_that_says_its_encoding_is_read_by_it(encoding, words):
    text = (
        f"<html><head><meta charset={encoding}></head><body><h1>A</h1><p>{words}</p></body></html>"
    )
    article = import_article(text.encode(encoding), "a.html")
    assert article.sections[0].blocks[0].text == words


def test_an_encoding_that_is_none_is_not_followed():
    data = b"<meta charset=rot13><body><h1>A</h1><p>Some words \x93here\x94.</p>"
    assert import_article(data, "a.html").sections[0].blocks[0].text == "Some words “here”."
