"""What stands on a practice's page and is not for a handout, and the reason in plain words."""

import re

from .words import phrase_set, plain, word_set, words

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

_STATE_NAMES = (
    (
        "alabama alaska arizona arkansas california colorado connecticut"
        " delaware florida georgia hawaii"
        " idaho illinois indiana iowa kansas kentucky louisiana maine maryland"
        " massachusetts michigan"
        " minnesota mississippi missouri montana nebraska nevada new_hampshire"
        " new_jersey new_mexico"
        " new_york north_carolina north_dakota ohio oklahoma oregon pennsylvania rhode_island"
        " south_carolina south_dakota tennessee texas utah vermont virginia"
        " washington west_virginia"
        " wisconsin wyoming"
    )
    .replace("_", r"\s")
    .split()
)
_STATE = re.compile(rf"\b(?:{'|'.join(_STATE_NAMES)})\b")
_ABBREVIATION = re.compile(r"\b(?:NY|NJ|PA|CT|MA|MD|VA|FL|DC|DE|RI|NH|VT|ME|NC|SC|GA|OH|TX|CA)\b")
_PLACING = re.compile(
    r"\b(?:serv(?:e|es|ing)|licensed|based in|located in|available (?:in|to)|clients (?:in|across)"
    r"|residents|therap(?:y|ists?)|counsel(?:l)?(?:ing|ors?)|sessions|practice|people in|online)\b"
)
_STATE_FILLER = word_set("and or the in of state states a")

_PRACTITIONER = (
    r"(?:therapists?|counsel(?:l)?ors?|clinicians?|specialists?|team|practice"
    r"|services?|sessions?|approach|experts?|program|office|methods?|clients"
    r"|couples? therapists?)"
)
_CARE = (
    r"(?:therap(?:y|ists?)|counsel(?:l)?ing|counsel(?:l)?ors?|sessions?"
    r"|appointments?|consultations?)"
)
_OFFERS = re.compile(
    "|".join(
        (
            rf"\bour (?:\w+ ){{0,3}}{_PRACTITIONER}\b",
            r"\bwe (?:\w+ )?(?:offer|provide|speciali[sz]e|work with|combine"
            r"|integrate|tailor|serve|draw on|are (?:trained|licensed|here to"
            r"|committed to help|proud to)|guide|(?:can |will )?help(?! each)"
            r"|(?:use|support|welcome) (?:you|couples|individuals|clients|people"
            r"|evidence|research|proven|approaches|methods|gottman|imago|cbt|the"
            r" gottman|a blend|tools)|don't offer|do not offer)\b",
            r"\bwe're (?:here|a|an|trained|licensed|not here to)\b",
            r"\b(?:contact|call|e-?mail|reach out to|connect with|work with|talk"
            r" to|join|visit|choose|follow|meet with) us\b",
            r"\bwith us\b|\bat the virtual\b|\bvirtual counsel(?:l)?ors\b|\blet"
            r" us help\b|\bus help you\b",
            rf"\b(?:book|schedule|request|reserve|claim) (?:(?:a|an|your|the|now"
            rf"|today|my|free|first|complimentary|online|virtual) )*(?:{_CARE}"
            rf"|call|today|now|here|spot)\b(?! with a (?:therapist"
            rf"|counsel(?:l)?or))",
            r"\b(?:complimentary|free|no-cost|15-minute|20-minute|30-minute"
            r"|initial) (?:\w+ )?(?:consultation|consult|call|session)\b",
            rf"\b(?:online|virtual|telehealth|remote|video) (?:(?:couples?"
            rf"|marriage|relationship|and|individual|affair|recovery|infidelity)"
            rf" ){{0,3}}{_CARE}\b",
            rf"\b(?:{_CARE}) (?:is |are )?(?:available )?online\b",
            r"\bfrom the comfort of\b|\bflexible (?:scheduling|appointment|times"
            r"|hours)\b|\binsurance\b|\bout-of-network\b|\bsliding scale\b"
            r"|\bHIPAA\b|\bnow (?:serving|accepting)\b|\baccepting new clients\b",
        )
    ),
    re.IGNORECASE,
)
_OFFER_HEADING = re.compile(
    "|".join(
        (
            # "We" may also be the couple: "how can we help each other" is no offer.
            r"\b(?:we|us) (?:can |could |may |do )?help\b(?! (?:each|one another|our|ourselves)\b)",
            r"\bhow we (?:work|can support|support|treat)\b(?! (?:each|one|our))",
            r"\bhow .{0,60}counsel(?:l)?ors (?:can )?help\b",
            r"\bwhy (?:couples )?choose (?!to\b)|\bwhy work with\b|\bwhy trust us\b",
            r"\bwhy (?:go )?(?:online|virtual|telehealth)\b|\bbenefits of (?:online|virtual)\b",
            r"^book\b|^schedule\b|^request (?:a|an|your)\b|\bbook (?:now|today|online|your|a)\b",
            r"^ready (?:to|for)\b",
            r"\bare you(?: both)? ready to (?:get|start|begin|book|take|heal|rebuild)",
            r"^(?:let's )?take (?:the|your) (?:first|next) step\b",
            r"\bget(?:ting)? (?:started|help today|in touch)\b",
            r"\bcontact (?:us|me)\b|\bcall (?:us|now|today)\b",
            r"\babout (?:us|me|the author|the practice|our (?:practice|team|therap|counsel))\b",
            r"\bmeet (?:our|the team|your (?:therap|counsel))",
            r"\bour (?:services|team|therap|counsel|fees|locations?)",
            r"\bour (?:approach (?:to|at|$)|practice$)",
            r"\bstates? (?:we|served|where)\b|\bwho we (?:help|serve)\b",
            r"\bwhere (?:we|are we|do we) (?:serve|work|practice|see|offer|located)\b",
            r"\b(?:areas?|locations?) (?:we )?serve",
            rf"\b(?:online|virtual|telehealth) (?:\w+ ){{0,3}}{_CARE}\b",
            r"\b(?:complimentary|free) (?:\w+ )?(?:consultation|consult|call|session)\b",
            r"\bpricing\b|\bour rates\b|\bthe virtual counsel",
            r"\blooking for (?:a |an )?(?:\w+ )?(?:therap|counsel)",
            r"\bwe(?:'re| are) here (?:to|for)\b",
            r"\bstart (?:your|healing|therapy) (?:\w+ )?(?:today|now|journey)",
            r"\bwhat (?:to expect (?:from|with|in) (?:us|our)|we (?:offer|treat))\b",
        )
    )
)
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
        " comments|reply|join the conversation"
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
_NETWORKS = _LABELS[SHARING]
_LINES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        CREDIT,
        re.compile(
            r"\b(?:web ?site|site|web|page|theme)s? (?:\w+ ){0,3}(?:design|designed"
            r"|built|created|made|developed|crafted|powered|hosted|development)\b"
            r"|\b(?:designed|developed|built|powered|crafted|hosted) (?:and \w+"
            r" )?(?:with love )?by\b|\bdesign by\b|^(?:web ?)?site by\b"
            r"|^(?:©|\(c\) |copyright\b)|\ball"
            r" rights reserved\b"
        ),
    ),
    (
        COOKIES,
        re.compile(
            r"\b(?:this|our) (?:web)?site uses cookies\b|\b(?:use|uses|accept|using)"
            r" cookies\b|\bcookie (?:policy|settings|notice)\b"
        ),
    ),
    (
        SHARING,
        re.compile(
            r"^share (?:this|on|via|to|with)\b|\b(?:leave|post) a (?:comment|reply)\b"
            r"|\b(?:subscribe|sign up) (?:to|for) (?:our|the|my)\b|\bnewsletter\b"
            r"|^follow (?:us|me)\b|\bemail address will not be published\b|^\d+"
            r" comments?$"
        ),
    ),
    (
        NAVIGATION,
        re.compile(
            r"^(?:[«‹←]|<{1,2} |<-)|(?:[»›→]|->|>>)\s*$|^(?:previous|prev|next|older"
            r"|newer)(?: (?:post|article|up|story))?\s*[:|-]|^(?:related|read next|see"
            r" also|also read|you may also like|filed under|categor(?:y|ies)|tags?"
            r"|posted in|tagged)(?: (?:posts?|articles?|reading))?\s*:|^skip to\b|^\w[\w"
            r" ]{0,25}(?: (?:[|/>»›·•]) \w[\w ]{0,25}){2,}"
        ),
    ),
    (
        CAPTION,
        re.compile(
            r"^(?:image|photo|picture|figure|fig\.?|caption|illustration|credit|photo"
            r" credit|source|alt)(?: \d+)?\s*(?::|by\b|courtesy\b|credit\b|of\b)"
            r"|\b(?:unsplash|shutterstock|pexels|istock|getty images|pixabay|adobe"
            r" stock)\b|\.(?:jpe?g|png|gif|webp|svg)$"
        ),
    ),
    (
        BYLINE,
        re.compile(
            r"^(?:written |posted |published |reviewed |medically reviewed |updated "
            r"|last updated |last modified )+(?:by|on|in|at|:|[a-z]{3,9} \d)"
            r"|^\d+ min(?:ute)?s?(?: read)?$"
            r"|\bmin(?:ute)? read$|^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
            r"|dec)[a-z]* \d{1,2},? \d{4}$|^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}$"
        ),
    ),
    (ADDRESS_ONLY, re.compile(r"^(?:https?://|www\.)\S+$|^\[[^\]]+\]: ?\S+")),
    (
        LINK,
        re.compile(
            r"^(?:click|tap) (?:here|the|below)\b|^(?:read|learn|find out|discover|see)"
            r" more\b|^(?:book|schedule|call|contact|start|get|claim|reserve) (?:now"
            r"|here|online|today|us|your free|your complimentary)\b"
        ),
    ),
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


def line_reason(line: str) -> str:
    """Why a line that stands by itself is no part of the article; empty if it may be."""
    low = plain(line)
    bare = low.strip(" .!:>»›→<«‹←|-•·")
    for reason, labels in _LABELS.items():
        if bare in labels:
            return reason
    if len(low.split()) > _LONGEST_LABEL:
        return ""
    for reason, pattern in _LINES:
        if pattern.search(low):
            return reason
    if _AUTHOR.match(line.strip()):
        return BYLINE
    if _only_networks(low):
        return SHARING
    return CAPTION if _is_caption(line, low) else ""


def sentence_reason(sentence: str) -> str:
    """Why this sentence of running text is no part of the article; empty if it is."""
    if _names_states(sentence):
        return STATES
    return OFFER if _OFFERS.search(plain(sentence)) else ""


def opens_offer(heading: str) -> bool:
    """Whether what stands below this heading is the practice speaking of itself."""
    low = plain(heading)
    return _OFFER_HEADING.search(low) is not None or _names_states(heading)


def _names_states(text: str) -> bool:
    low = plain(text)
    named = len(set(_STATE.findall(low))) + (len(set(_ABBREVIATION.findall(text))) >= 3) * 2
    if not named:
        return False
    return named >= 2 or _PLACING.search(low) is not None or _only_a_state(low)


def _only_a_state(low: str) -> bool:
    rest = _STATE.sub(" ", low)
    return all(word in _STATE_FILLER for word in words(rest))


def _only_networks(low: str) -> bool:
    names = words(low)
    return 1 < len(names) <= 10 and all(name in _NETWORKS for name in names)


def _is_caption(line: str, low: str) -> bool:
    if line.rstrip().endswith((".", "?", "!", ":", ";", ",", "”", '"')) or len(low.split()) > 18:
        return False
    return _PEOPLE.match(low) is not None and _DOING.search(low) is not None
