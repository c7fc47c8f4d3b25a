"""What stands on a practice's page and is not for a handout, and the reason in plain words."""

import re

from .words import phrase_set, plain, signs, word_set, words

OFFER = "It is about what the practice offers, which does not belong in a handout."
STATES = "It names where the practice works, which does not belong in a handout."
NAVIGATION = "It is part of the site's menus or links, not of the article."
LINK = "It is the label of a link or a button."
CAPTION = "It looks like the caption or description of an image."
CREDIT = "It is a credit or a legal line of the site."
SHARING = "It is for sharing or commenting on the page."
COOKIES = "It is a notice about cookies or privacy."
BYLINE = "It says who wrote the page or when, not what it teaches."
OUTSIDE = "It stands outside the article on the page."
HIDDEN = "It is hidden on the page."
ALONE = "It stands alone with nothing below it: a link, a caption, or a heading without text."
ADDRESS_ONLY = "It is only an address of a page or a file."
MAILING = "It belongs to the newsletter in which the article was sent."
RECORDING = "It is a time or a sound of a recording, not something that was said."
NOTE = "It is a note below the text."
MARGIN = "It is a comment in the margin of the file."
PAGE_EDGE = "It stands at the head or the foot of every page of the file."
LOST = "It was not recognized as a part of the article. Please look where it belongs."

_LABELS: dict[str, frozenset[str]] = {
    NAVIGATION: phrase_set(
        "home|menu|main menu|about|services|blog|our blog|contact|faq|faqs"
        "|resources|team|search|skip to content"
        "|skip to main content|previous|next|prev|previous post|next post"
        "|previous article|next article|older posts"
        "|newer posts|older|newer|back|back to top|back to blog|top|related"
        " posts|related articles|recent posts"
        "|recent articles|you may also like|you might also like|more articles"
        "|more posts|categories|tags|archives"
        "|table of contents|on this page|contents|close|open menu|toggle"
        " navigation|log in|login|sign in|sign up"
        "|all posts|popular posts|keep reading|related reading|client portal"
        "|read next|up next|more from the blog|recommended|recommended for you|trending"
        "|fees|rates|careers|press"
    ),
    LINK: phrase_set(
        "read more|learn more|click here|find out more|see more|continue reading"
        "|more|here|get started|start now"
        "|contact us|contact us today|call now|call us|call today|email us"
        "|submit|send|subscribe|download|view all"
        "|show more|watch now|listen now|play|pause|go|ok|okay|yes|no thanks"
        "|learn more about us|read article"
    ),
    SHARING: phrase_set(
        "share|share this|share this post|share this article|share on|tweet|pin|pin"
        " it|like|follow|follow us|print"
        "|e-mail|email|facebook|twitter|x|linkedin|pinterest|instagram|whatsapp"
        "|reddit|youtube|tiktok|copy link|comments|leave a comment"
        "|leave a reply|post a comment|no comments|post comment|cancel reply|0"
        " comments|reply|join the conversation|clap|claps|bookmark|restack"
        "|discussion about this post|responses|see all responses|write a response"
        "|ready for more|member-only story|open in app|get the app|follow us on"
    ),
    MAILING: phrase_set(
        "unsubscribe|view in browser|view this email in your browser|view online|web version"
        "|forward to a friend|forward this email|update your preferences"
        "|email preferences|manage your subscription|subscribe now|subscribe for free"
        "|upgrade to paid"
    ),
    COOKIES: phrase_set(
        "accept|accept all|accept cookies|accept all cookies|reject|reject all"
        "|decline|cookie settings|cookies"
        "|manage cookies|cookie policy|privacy policy|privacy|preferences|manage preferences"
    ),
    CREDIT: phrase_set(
        "terms|terms of use|terms of service|terms and conditions|disclaimer"
        "|sitemap|site map|accessibility"
        "|accessibility statement|good faith estimate|notice of privacy practices"
    ),
}
_NETWORKS = _LABELS[SHARING] | word_set("| / · • < >")
_REASONS = {label: reason for reason, labels in reversed(_LABELS.items()) for label in labels}
# A reason, the signs without which none of its patterns can match, and the patterns.
_LINES: tuple[tuple[str, frozenset[str], re.Pattern[str]], ...] = (
    (
        CREDIT,
        word_set(
            "web website websites site sites page pages theme themes designed developed built"
            " powered crafted hosted design by © c copyright rights"
        ),
        re.compile(
            r"\b(?:web ?site|site|web|page|theme)s? (?:\w+ ){0,3}(?:design|designed"
            r"|built|created|made|developed|crafted|powered|hosted|development)\b"
            r"|\b(?:designed|developed|built|powered|crafted|hosted) (?:and \w+"
            r" )?(?:with love )?by\b|\bdesign by\b|^(?:web ?)?site by\b"
            r"|^(?:©|\(c\) |copyright\b)|\ball rights reserved\b"
        ),
    ),
    (
        COOKIES,
        word_set("cookie cookies"),
        re.compile(
            r"\b(?:this|our) (?:web)?site uses cookies\b|\b(?:use|uses|accept|using)"
            r" cookies\b|\bcookie (?:policy|settings|notice)\b"
        ),
    ),
    (
        MAILING,
        word_set(
            "browser unsubscribe receiving receive forward forwarded preferences reading"
            " listening watching book"
        ),
        re.compile(
            r"\bin (?:your|a|the) (?:web )?browser\b|\bunsubscribe\b"
            r"|\byou(?:'re| are) receiving this\b"
            r"|\b(?:no longer|don't|do not) (?:want|wish) to receive\b|\bto receive new posts\b"
            r"|\bforward(?:ed)? (?:this|to) .{0,20}\bfriend\b"
            r"|\bupdate (?:your|my) (?:\w+ )?preferences\b"
            r"|^thanks for (?:reading|listening|watching)\b|\b(?:to|in) your address book\b"
        ),
    ),
    (
        SHARING,
        word_set("share leave post subscribe sign newsletter follow published comment comments"),
        re.compile(
            r"^share (?:this (?:post|article|page|story|with|on|via)\b|this$|(?:on|via|to) \w+$"
            r"|with (?:a |your )?friends?\b)"
            r"|\b(?:leave|post) a (?:comment|reply)\b"
            r"|\b(?:subscribe|sign up) (?:to|for) (?:our|the|my)\b|\bnewsletter\b"
            r"|^follow (?:us|me)\b|\bemail address will not be published\b|^\d+"
            r" (?:comments?|claps?|likes?|responses?)$"
        ),
    ),
    (
        NAVIGATION,
        word_set(
            "« ‹ ← < » › → > | / · • previous prev next older newer related read see also like"
            " filed category categories tag tags posted tagged skip more"
        ),
        re.compile(
            r"^(?:[«‹←]|<{1,2} |<-)|(?:[»›→]|->|>>)\s*$|^(?:previous|prev|next|older"
            r"|newer)(?: (?:post|article|up|story))?\s*[:|-]|^(?:related|read next|see"
            r" also|also read|you may also like|filed under|categor(?:y|ies)|tags?"
            r"|posted in|tagged)(?: (?:posts?|articles?|reading))?\s*:|^skip to\b"
            r"|^more from [a-z ]{2,30}$"
            r"|^\w[\w ]{0,25}(?: (?:[|/>»›·•]) \w[\w ]{0,25}){2,}"
        ),
    ),
    (
        CAPTION,
        word_set(
            "image photo picture figure fig caption illustration credit source alt unsplash"
            " shutterstock pexels istock getty pixabay adobe jpg jpeg png gif webp svg"
        ),
        re.compile(
            r"^(?:image|photo|picture|figure|fig\.?|caption|illustration|credit|photo"
            r" credit|source|alt)(?: \d+)?\s*(?::|by\b|courtesy\b|credit\b|of\b)"
            r"|\b(?:unsplash|shutterstock|pexels|istock|getty images|pixabay|adobe"
            r" stock)\b|\.(?:jpe?g|png|gif|webp|svg)$"
        ),
    ),
    (
        BYLINE,
        word_set(
            "written posted published reviewed medically updated last min mins minute minutes jan"
            " feb mar apr may jun jul aug sep sept oct nov dec january february march april june"
            " july august september october november december"
        ),
        re.compile(
            r"^(?:written |posted |published |reviewed |medically reviewed |updated "
            r"|last updated |last modified )+(?:by|on|in|at|:|[a-z]{3,9} \d)"
            r"|^\d+ min(?:ute)?s?(?: read)?$"
            r"|\bmin(?:ute)? read$|^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
            r"|dec)[a-z]* \d{1,2},? \d{4}$"
        ),
    ),
    (
        ADDRESS_ONLY,
        word_set("http https www ["),
        re.compile(r"^(?:https?://|www\.)\S+$|^\[[^\]]+\]: ?\S+"),
    ),
    (
        LINK,
        word_set(
            "click tap read learn find discover see book schedule call contact start get claim"
            " reserve"
        ),
        re.compile(
            r"^(?:click|tap) (?:here|the|below)\b|^(?:read|learn|find out|discover|see)"
            r" more\b|^(?:book|schedule|call|contact|start|get|claim|reserve) (?:now"
            r"|here|online|today|us|your free|your complimentary)\b(?:\W+\w+){0,4}\W*$"
        ),
    ),
)
_COUNT = re.compile(r"\d[\d.,]*[km]?$")
_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$")
_RECORDED = re.compile(
    r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?[\])]?$"
    r"|[\[(](?:\w+ )?(?:applause|music|laughter|laughs?|crosstalk|inaudible|silence|pause"
    r"|sighs?)[\])]$"
)
# Names are capitalized; "by talking about it" is not a name.
_AUTHOR = re.compile(r"^[Bb]y [A-Z][\w'.-]*(?: [A-Z][\w'.-]*){0,2}(?:,.{0,40}| [|·-] .{0,60})?$")
_PEOPLE = re.compile(
    r"^(?:(?:a|an|the|two|one|young|older|middle-aged|sad|upset|worried|happy|married|unhappy|black"
    r"|white|asian|latino|latina|interracial|gay|lesbian|smiling|frustrated"
    r"|angry|stressed|diverse) )*"
    r"(?:couples?|man|woman|men|women|person|people|hands?|husband|wife|girl|guy|phone|therapist"
    r"|counsel(?:l)?or|silhouettes?|close-?up|view|smartphone|laptop|partner|partners)\b"
)
_DOING = re.compile(
    r"\b(?!counsel|heal|feel|mean|cheat|some|noth|every|any|micro)(?:\w{3,}ing"
    r"|on (?:a|the|their|his|her) (?:\w+ )?(?:couch|sofa|phones?|beach|bed|bench"
    r"|laptop)|in (?:bed|silhouette)"
    r"|at (?:a|the) (?:table|window|sunset)|with (?:a|their|his|her) (?:\w+"
    r" )?(?:phones?|laptop|therapist|arms|back|head))\b"
)
_LONGEST_LABEL = 25
_MOST_NETWORKS = 10


def line_reason(line: str) -> str:
    """Why a line that stands by itself is no part of the article; empty if it may be."""
    low = plain(line)
    bare = low.strip(" .!:>»›→<«‹←|-•·")
    if bare in _REASONS:
        return _REASONS[bare]
    if low.count(" ") >= _LONGEST_LABEL:
        return ""
    there = signs(low)
    for reason, needed, pattern in _LINES:
        if not needed.isdisjoint(there) and pattern.search(low):
            return reason
    if _RECORDED.match(low):
        return RECORDING
    if _COUNT.match(low):
        return SHARING
    if _DATE.match(low) or _AUTHOR.match(line.strip()):
        return BYLINE
    if there <= _NETWORKS and 1 < len(words(low)) <= _MOST_NETWORKS:
        return SHARING
    return CAPTION if _is_caption(line, low) else ""


def _is_caption(line: str, low: str) -> bool:
    if line.rstrip().endswith((".", "?", "!", ":", ";", ",", "”", '"')) or len(low.split()) > 18:
        return False
    return _PEOPLE.match(low) is not None and _DOING.search(low) is not None
