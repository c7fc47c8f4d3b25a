"""Articles that hypothesis makes of invented words, written in every format that is read."""

from dataclasses import dataclass
from html import escape

from hypothesis import strategies as st

from tests.clients.handouts.word_files import item, paragraph, word_file

_INVENTED = """
    calm garden window evening listen partner honest river morning promise gentle table lamp talk
    trust door winter you we both slow bread don’t half-open naïve 3 2026
    """
_WORDS = st.sampled_from(_INVENTED.split())
_FURNITURE = st.sampled_from(
    [
        "Read more",
        "Share this post",
        "Our counselors see couples in Florida and in Maryland.",
        "Book your free consultation today",
        "Photo by Ann Reed",
        "5 min read",
        "© 2026 Quiet Harbor",
    ]
)
_HEADINGS = st.sampled_from(
    [
        "What Helps Now?",
        "For the partner who was hurt",
        "If you are the one who cheated",
        "How Do We Go On?",
        "Where It Leads",
    ]
)
_sentence = st.tuples(
    st.lists(_WORDS, min_size=3, max_size=9), st.sampled_from([".", ".", "!", "?", ".”", "…"])
).map(lambda made: " ".join(made[0]).capitalize() + made[1])
_prose = st.lists(_sentence, min_size=1, max_size=3).map(" ".join)


@dataclass(frozen=True)
class Part:
    """One block: a heading, text, furniture, or a list with its mark."""

    kind: str
    texts: tuple[str, ...]


def _part(kind: str, texts: st.SearchStrategy[str]) -> st.SearchStrategy[Part]:
    return texts.map(lambda text: Part(kind, (text,)))


parts = st.lists(
    st.one_of(
        _part("heading", _HEADINGS),
        _part("text", _prose),
        _part("text", _prose),
        _part("furniture", _FURNITURE),
        st.lists(_sentence, min_size=1, max_size=4).map(lambda each: Part("list", tuple(each))),
        st.lists(_sentence, min_size=2, max_size=4).map(lambda each: Part("steps", tuple(each))),
    ),
    min_size=1,
    max_size=8,
).map(lambda made: [Part("text", ("A first line of words that stays.",)), *made])


def as_text(made: list[Part]) -> bytes:
    return _lines(made, heading="{}", bullet="• {}", between="\n\n").encode()


def as_markdown(made: list[Part]) -> bytes:
    return _lines(made, heading="## {}", bullet="- {}", between="\n").encode()


def _lines(made: list[Part], *, heading: str, bullet: str, between: str) -> str:
    written = ["# Made Up" if heading.startswith("#") else "Made Up"]
    for each in made:
        if each.kind == "heading":
            written.append(heading.format(each.texts[0]))
        elif each.kind == "list":
            written.append(between.join(bullet.format(text) for text in each.texts))
        elif each.kind == "steps":
            numbered = (f"{n}. {text}" for n, text in enumerate(each.texts, start=1))
            written.append(between.join(numbered))
        else:
            written += each.texts
    return "\n\n".join(written) + "\n"


def as_page(made: list[Part]) -> bytes:
    tags = {"heading": "h2", "text": "p", "furniture": "div", "list": "ul", "steps": "ol"}
    inside = "".join(f"<{tags[each.kind]}>{_inside(each)}</{tags[each.kind]}>" for each in made)
    return f"<html><body><nav>Menu</nav><div><h1>Made Up</h1>{inside}</div></body></html>".encode()


def _inside(made: Part) -> str:
    if made.kind in ("list", "steps"):
        return "".join(f"<li>{escape(text)}</li>" for text in made.texts)
    first, _, rest = escape(made.texts[0]).partition(" ")
    return f"<b>{first}</b> <span>{rest}</span>" if made.kind == "text" else f"{first} {rest}"


def as_word_file(made: list[Part]) -> bytes:
    body = [paragraph("Made Up", "Title")]
    for each in made:
        numbered = each.kind == "steps"
        if each.kind in ("list", "steps"):
            body += [item(text, numbered=numbered) for text in each.texts]
        else:
            body.append(paragraph(each.texts[0], "Heading1" if each.kind == "heading" else ""))
    return word_file(*body)


FORMATS = {"a.txt": as_text, "a.md": as_markdown, "a.html": as_page, "a.docx": as_word_file}
