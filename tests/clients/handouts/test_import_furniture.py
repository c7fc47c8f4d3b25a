"""What the practice says of itself is told from what it teaches."""

import pytest

from clients.handouts.importing.furniture import line_reason
from clients.handouts.importing.offers import opens_offer, sentence_reason


@pytest.mark.parametrize(
    "heading",
    [
        "How Can We Help?",
        "How We Can Help",
        "How The Virtual Counselors Can Help",
        "Why Choose Us?",
        "Why Couples Choose Online Counseling",
        "Book Today",
        "Ready To Rebuild Trust?",
        "Take The First Step",
        "Contact Us",
        "States We Serve",
        "Now Serving New York And New Jersey",
        "Start With A Complimentary Consultation",
        "Is Online Couples Therapy Right For Us?",
        "Our Therapists",
    ],
)
def test_a_heading_of_the_offer_is_recognized(heading):
    assert opens_offer(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "How Can We Help Each Other?",
        "How We Talk When We Are Tired",
        "Where Do We Go From Here?",
        "Why Trust Matters",
        "Why People Choose To Stay",
        "Am I Ready To Forgive?",
        "What Do We Do Now?",
        "How Do I Take The First Step?",
        "What Does It Say About Our Relationship?",
        "Should We See A Couples Therapist?",
        "Virginia Satir On Families",
    ],
)
def test_a_heading_that_teaches_is_no_offer(heading):
    assert not opens_offer(heading)


@pytest.mark.parametrize(
    "sentence",
    [
        "Our licensed therapists offer a safe space.",
        "We offer sessions by video.",
        "Schedule your complimentary consultation today.",
        "We see couples in Florida and in Maryland.",
        "Contact us to begin.",
        "You can meet with an online couples counselor this week.",
    ],
)
def test_a_sentence_of_the_offer_is_recognized(sentence):
    assert sentence_reason(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Seek support, and consider couples therapy when trust is broken.",
        "The words we use matter.",
        "Watching an ex online, day after day.",
        "We help each other when we listen.",
        "Your partner contacts an old friend in Virginia.",
        "Schedule a time to talk when neither of you is tired.",
    ],
)
def test_a_sentence_that_teaches_is_no_offer(sentence):
    assert not sentence_reason(sentence)


@pytest.mark.parametrize(
    "line",
    [
        "Home",
        "Read more »",
        "← An older article",
        "Previous: An older article",
        "Photo by Ann Lee",
        "A couple sitting on a bench",
        "Website designed by Bright Harbor",
        "© 2025 The Practice",
        "This site uses cookies",
        "Facebook Twitter LinkedIn",
        "Posted on May 6, 2025",
        "By Ann Lee, LMFT",
        "5 min read",
        "Home / Blog / Infidelity",
        "https://example.org/page",
    ],
)
def test_furniture_of_the_site_is_recognized(line):
    assert line_reason(line)


@pytest.mark.parametrize(
    "line",
    [
        "Couples Counseling After A Breach Of Trust",
        "Share what you feel, and listen",
        "By talking about it early",
        "Next, say what you need.",
        "A couple can heal from this.",
        "Contact that is kept secret",
        "Honesty about what happened",
        "Yes, it can.",
    ],
)
def test_lines_that_teach_are_kept(line):
    assert not line_reason(line)
