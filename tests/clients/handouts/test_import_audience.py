"""Whom a heading or a lead speaks to, in the many words people use for it."""

import pytest

from clients.handouts.importing import import_article
from clients.handouts.importing.audience import addressed

HURT = """\
For the partner who was hurt
For the hurt partner
If your partner cheated
If you were hurt:
What To Do If You’ve Been Hurt By Micro-Cheating
What Should I Do If My Partner Is Micro-Cheating?
What should I do if I’ve been micro-cheated on?
If you're the one who was betrayed:
If you're the one who has been hurt:
The betrayed partner: what helps
Advice for the injured spouse
How do I cope when my husband had an affair?
If you are feeling hurt or betrayed, here are some steps:
If you’re the hurt partner, try this:
When your partner has been unfaithful
I found out my wife has been texting someone. What now?
For betrayed partners
What if my partner lied to me?
If you discover your partner's micro-cheating:
For those who have been betrayed:
Are you the partner who was betrayed?
If it happened to you
For the one who was cheated on
If you feel betrayed
How to talk with the partner who hurt you
If You’re the One Hurting:
If your partner is the one who did it:
If you are on the receiving end:
How Do I Know If My Partner Is Micro-Cheating?
What can I do if my boyfriend is micro cheating?
Steps for the person who was hurt
If someone you love has micro-cheated:
If you’ve been betrayed by micro-cheating, here’s what you can do:
If You Suspect Your Partner Is Micro-Cheating
Healing as the betrayed
If trust has been broken for you:
For the partner who feels hurt:
The partner who's been hurt
""".splitlines()

INVOLVED = """\
For the partner who did it
For the involved partner
If you are the one who cheated
If you’re the one who did it:
What If I’m The One Who Micro-Cheated?
What should I do if I have been micro-cheating?
The unfaithful partner's part
If you were the one who crossed a line:
If you hurt your partner:
If you betrayed your partner's trust
What if my partner feels hurt by what I did?
How to help your hurt partner
If you had an affair
For the partner who had the affair
For the one who strayed
If you are the partner who was involved:
Am I micro-cheating?
What Should I Do If I'm Guilty of Micro-Cheating?
If you’ve crossed a line:
If you are the partner who caused the hurt:
If you've broken your partner's trust:
How do I stop my own micro-cheating?
If you're the one who's been micro-cheating, here are steps:
For the partner who crossed the line
If you are the partner who betrayed trust
If you were unfaithful:
For the offending partner
I cheated. How do I make it right?
What If I’m the One Doing It?
If you’re the one who’s been micro-cheating
If you have been the one engaging in micro-cheating:
If you have engaged in micro-cheating:
For the person who broke trust
If you caused the hurt
What if I am the one flirting?
For those who have been unfaithful:
If you're the one who hurt your partner:
""".splitlines()

NOBODY = """\
Is Micro-Cheating A Real Threat To My Relationship?
What Is Micro-Cheating?
Does Micro-Cheating Mean My Relationship Is Over?
Is flirting harmless?
Can micro-cheating lead to a breakup?
How serious is micro-cheating?
Rebuilding trust together
For both partners
What does it mean?
Small everyday moments
Would I be fine if my partner did this?
It can look like this:
Consider these questions:
What are examples of micro-cheating?
How do we rebuild trust?
Why Trust Matters
What we can do together:
Can you be friends with an ex?
How do I talk to my partner about boundaries?
""".splitlines()

UNCLEAR = """\
For the hurt partner and the involved partner
If you were hurt, or if you are the one who did it:
Can one partner stop it alone?
If you are the one who wants to talk:
How to support the hurt partner
If you recognize yourself in these signs:
What betrayed partners need to hear
""".splitlines()


@pytest.mark.parametrize("line", HURT)
def test_words_to_the_partner_who_was_hurt_are_recognized(line):
    assert addressed(line).value == "hurt"


@pytest.mark.parametrize("line", INVOLVED)
def test_words_to_the_partner_who_was_involved_are_recognized(line):
    assert addressed(line).value == "involved"


@pytest.mark.parametrize("line", NOBODY)
def test_words_to_both_partners_address_neither_alone(line):
    assert addressed(line).value == "nobody"


@pytest.mark.parametrize("line", UNCLEAR)
def test_mixed_or_vague_words_are_unclear(line):
    assert addressed(line).value == "unclear"


def sections_of(text: str, name: str = "article.txt") -> list[tuple[str, str, bool]]:
    article = import_article(text.encode(), name)
    return [(one.heading, one.audience, one.needs_decision) for one in article.sections]


def test_all_below_a_heading_for_one_partner_is_that_partners_alone():
    text = (
        "Trust Again\n\nWhat If I Was Hurt?\n\nBe gentle with yourself today, and rest.\n\n"
        "Your partner may be ashamed. That is theirs to carry.\n\n"
        "• Write\n\n• Walk\n\nHow Do We Go On?\n\nSlowly, and with open eyes.\n"
    )
    assert sections_of(text) == [
        ("What If I Was Hurt?", "hurt", False),
        ("How Do We Go On?", "both", False),
    ]


def test_a_first_line_for_one_partner_that_ends_in_a_colon_decides_for_the_section():
    text = "Trust Again\n\nWhat Helps Now?\n\nIf you cheated:\n\n• Own it\n\n• Listen\n"
    assert sections_of(text) == [("What Helps Now?", "involved", False)]


def test_a_lead_against_its_heading_is_for_the_counselor_to_decide():
    text = (
        "# Trust\n\n## For the hurt partner\n\nRest today.\n\n"
        "If you are the one who cheated:\n\n- Own it\n"
    )
    assert sections_of(text, "a.md") == [
        ("For the hurt partner", "hurt", False),
        ("If you are the one who cheated", "both", True),
    ]


def test_a_sentence_to_one_partner_below_a_heading_for_both_is_pointed_out():
    text = "# Trust\n\n## What now?\n\nIf you were betrayed, you may be angry for long.\n"
    assert sections_of(text, "a.md") == [("What now?", "both", True)]
