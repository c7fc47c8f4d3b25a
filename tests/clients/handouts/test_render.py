"""Text from an article never becomes markup, and markup never becomes anything unsafe."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from clients.handouts.importing import Block, import_article, to_markdown
from clients.handouts.pdf import blocks
from clients.handouts.plain_lines import take_shortcuts
from clients.handouts.render import render_markdown


def paragraph(text: str) -> str:
    return to_markdown([Block("paragraph", text=text)])


@given(st.text(alphabet=st.sampled_from("ab1 \\`*_{}[]()#+-.!|>~<&:=/\"'\n\t;@$%^"), min_size=1))
def test_any_text_comes_through_as_itself(text):
    expected = " ".join(text.split())
    html = render_markdown(paragraph(text))
    assert unescape(html.strip()) == (f"<p>{expected}</p>" if expected else "")


@given(st.lists(st.text(alphabet="ab1*_[]<>#-+.)&` ", min_size=1), min_size=1, max_size=4))
def test_any_item_comes_through_as_itself(items):
    expected = [" ".join(item.split()) for item in items if item.strip()]
    html = render_markdown(to_markdown([{"kind": "list", "items": items}]))
    listed = "".join(f"<li>{item}</li>" for item in expected)
    assert unescape(html).replace("\n", "") == (f"<ul>{listed}</ul>" if expected else "")


def test_two_lists_in_a_row_stay_two_lists():
    lists = [Block("list", items=("a",)), Block("list", items=("b",))]
    assert render_markdown(to_markdown(lists)).count("<ul>") == 2
    steps = [Block("steps", items=("a",)), Block("steps", items=("b",))]
    assert render_markdown(to_markdown(steps)).count("<ol>") == 2


def test_questions_to_oneself_are_lines_of_their_own():
    asked = [
        Block("paragraph", text="Ask yourself:"),
        Block("questions", items=("Am I calm?", "Do I listen?")),
        Block("paragraph", text="Then rest."),
    ]
    assert to_markdown(asked) == (
        "Ask yourself:\n\n[ ] Am I calm?\n[ ] Do I listen?\n\nThen rest.\n"
    )


@pytest.mark.parametrize("kind", ["paragraph", "list", "questions", "steps"])
@pytest.mark.parametrize("words", ["[ ] Not one", "[...] Not one", "[x](y)", "\n[ ] Not one"])
def test_no_text_becomes_a_question_or_a_prompt_by_its_brackets(kind, words):
    block = Block(kind, text=words) if kind == "paragraph" else Block(kind, items=(words,))
    for line in to_markdown([block]).splitlines():
        assert "[" not in line.removeprefix("[ ] ").replace("\\[", "")


def test_the_data_form_gives_the_same_markdown_as_the_blocks():
    article = import_article(b"T\n\nWords here.\n\n1. Go\n2. Stay\n", "a.txt")
    read = article.sections[0].blocks
    assert to_markdown(block.as_dict() for block in read) == to_markdown(read)


def test_the_first_rank_of_headings_comes_below_the_pages_title():
    html = render_markdown("# One\n\n### Two\n\n# Three\n")
    assert html.split("\n")[:3] == ["<h2>One</h2>", "<h3>Two</h3>", "<h2>Three</h2>"]
    assert render_markdown("## One\n").strip() == "<h2>One</h2>"


@pytest.mark.parametrize("address", ["https://example.org/a", "mailto:a@example.org", "tel:988"])
def test_safe_links_open_without_telling_where_they_came_from(address):
    html = render_markdown(f"[words]({address})")
    assert f'href="{address}"' in html
    assert 'rel="noopener noreferrer"' in html


@pytest.mark.parametrize(
    "address",
    ["http://example.org", "javascript:alert(1)", "data:text/html,x", "/inside", "//example.org",
     "vbscript:x", "java&#x0a;script:alert(1)", "ftp://example.org"],
)  # fmt: skip
def test_other_links_lead_nowhere(address):
    assert "href" not in render_markdown(f"[words]({address})")


@pytest.mark.parametrize(
    "source",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![alt](https://example.org/a.png)",
     "<svg/onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<style>p {}</style>"],
)  # fmt: skip
def test_no_raw_markup_and_no_image_gets_through(source):
    html = render_markdown(source)
    for tag in ("<script", "<img", "<svg", "<style", "<a "):
        assert tag not in html


def test_an_imported_hostile_page_renders_as_words():
    words = b"&lt;img src=x onerror=alert(1)&gt; *and* [x](javascript:1)"
    data = b"<article><h1>A</h1><p>" + words + b"</p></article>"
    read = import_article(data, "a.html").sections[0].blocks
    html = render_markdown(to_markdown(read))
    assert html.strip() == "<p>&lt;img src=x onerror=alert(1)&gt; *and* [x](javascript:1)</p>"


# Numbers to call


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("1-800-799-7233", "tel:+1-800-799-7233"),
        ("(212) 555-0143", "tel:+1-212-555-0143"),
        ("212.555.0143", "tel:+1-212-555-0143"),
        ("988", "tel:988"),
        ("911", "tel:911"),
    ],
)
def test_a_number_to_call_is_called_with_a_tap_and_is_one_piece(written, address):
    link = f'<a href="{address}" rel="noopener noreferrer">{written}</a>'
    assert render_markdown(f"Call {written}, or wait.") == f"<p>Call {link}, or wait.</p>\n"
    assert link in render_markdown(f"- **Call {written}.**")
    assert link in render_markdown(paragraph(f"Call {written}."))
    [told] = blocks.of(f"Call {written}, or wait.")
    call = {"kind": "call", "to": address, "inline": written}
    assert [node for node in told["inline"] if not isinstance(node, str)] == [call]


@pytest.mark.parametrize(
    "text",
    ["2024-2025", "on 10-12-2024", "$988", "988,000 people", "9119", "24/7", "911.5", "`call 988`",
     "ISBN 978-0-393-33473-0", "1,800", "100-200-3000"],
)  # fmt: skip
def test_other_numbers_are_words(text):
    assert "href" not in render_markdown(f"It says {text} here.")


def test_a_number_in_somebodys_own_link_stays_that_link():
    html = render_markdown("[Call 1-800-799-7233](https://example.org/help) or 988")
    assert html.count("<a ") == 2
    assert ">Call 1-800-799-7233</a>" in html


# Shortcuts

_PIECES = [
    "a", "b c", "- ", "* ", "+ ", "1. ", "2) ", "1", " ", "  ", "    ", "\t", "\n", "\n\n", "> ",
    "# ", "---", "===", "|", "|-|", "*", "_", "`", "```\n", "[x]: y", "[x]", "\\", "<b>", "&amp;",
    "!", "~~", "é",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=25))
def test_shortcuts_give_what_the_long_way_gives(pieces):
    text = "".join(pieces)
    long = MarkdownIt("js-default")
    short = MarkdownIt("js-default").use(take_shortcuts)
    assert [each.as_dict() for each in short.parse(text)] == [
        each.as_dict() for each in long.parse(text)
    ]


def test_plain_lines_do_take_the_shortcut():
    short = MarkdownIt("js-default").use(take_shortcuts).disable(["paragraph"])
    assert short.render("Words.\n\n- One\n- Two\n").count("\n") == 5
    with pytest.raises(RuntimeError):
        short.render("Two\nlines")


_LEADS = st.lists(
    st.sampled_from(["**", "*", "A", "b", " ", ".", "1", "é", "“", "_", "`", "(", "!", "\t"])
)


@given(_LEADS, _LEADS)
def test_strong_words_first_are_what_the_long_way_makes_of_them(strong, others):
    text = f"**{''.join(strong)}**{''.join(others)}"
    long = MarkdownIt("js-default")
    short = MarkdownIt("js-default").use(take_shortcuts)
    assert short.parse(text) == long.parse(text)


def test_strong_words_first_do_take_the_shortcut():
    short = MarkdownIt("js-default").use(take_shortcuts)
    short.inline.ruler.enableOnly([])
    assert "<strong>Listen.</strong> Then ask" in short.render("- **Listen.** Then ask")
    assert "<strong>" not in short.render("- Then **listen.**")
