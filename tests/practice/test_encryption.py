"""Ciphertext is bound to its place; digests are keyed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice import encryption, keys

PLACE = "table|column|row|person"


@pytest.fixture
def other_keys(settings):
    """Another installation's keys."""
    settings.FIELD_KEYS = keys.new_field_keys()
    encryption._aead.cache_clear()
    encryption._prf.cache_clear()
    yield
    encryption._aead.cache_clear()
    encryption._prf.cache_clear()


@given(st.text(), st.text())
def test_what_goes_in_comes_out_at_the_same_place(words: str, place: str):
    words, place = (each.encode("utf-8", "ignore").decode() for each in (words, place))
    assert encryption.decrypt(encryption.encrypt(words, place), place) == words


@pytest.mark.parametrize("place", ["", "table|column|row|other", "table|other|row|person"])
def test_it_does_not_open_anywhere_else(place: str):
    with pytest.raises(encryption.CannotDecrypt):
        encryption.decrypt(encryption.encrypt("words", PLACE), place)


def test_the_same_words_are_never_stored_alike():
    assert encryption.encrypt("words", PLACE) != encryption.encrypt("words", PLACE)


@pytest.mark.parametrize("rubbish", ["", "words", "é", "AAAA", "=" * 40])
def test_rubbish_does_not_open(rubbish: str):
    with pytest.raises(encryption.CannotDecrypt):
        encryption.decrypt(rubbish, PLACE)


def test_a_changed_letter_is_found():
    sealed = encryption.encrypt("words", PLACE)
    for position in range(8, len(sealed) - 2, 7):
        letter = "A" if sealed[position] != "A" else "B"
        with pytest.raises(encryption.CannotDecrypt):
            encryption.decrypt(sealed[:position] + letter + sealed[position + 1 :], PLACE)


def test_the_reason_tells_nothing_of_the_words():
    with pytest.raises(encryption.CannotDecrypt) as caught:
        encryption.decrypt(encryption.encrypt("CANARY", PLACE), "elsewhere")
    assert "CANARY" not in str(caught.value)


def test_digests_tell_equal_values_of_one_purpose(other_keys):
    digest = encryption.blind_index("ann@example.com", "email")
    assert digest == encryption.blind_index("ann@example.com", "email")
    assert digest != encryption.blind_index("ann@example.com", "phone")
    assert digest != encryption.blind_index("ben@example.com", "email")


def test_digests_and_seals_need_the_keys(settings, other_keys):
    digest, seal = encryption.blind_index("ann@example.com", "email"), encryption.seal(b"row")
    settings.FIELD_KEYS = keys.new_field_keys()
    encryption._prf.cache_clear()
    assert encryption.blind_index("ann@example.com", "email") != digest
    assert encryption.seal(b"row") != seal


def test_each_keyset_has_a_purpose_of_its_own():
    held = json.loads(keys.new_field_keys())
    assert set(held) == {"fields", "psychotherapy", "index", "audit"}
    assert held["index"] != held["audit"]
    assert held["fields"] != held["psychotherapy"]


def test_after_a_new_first_key_what_was_stored_before_still_opens(settings, other_keys):
    before = encryption.encrypt("words", PLACE)
    old, new = json.loads(settings.FIELD_KEYS), json.loads(keys.new_field_keys())
    new["fields"]["key"] += old["fields"]["key"]
    settings.FIELD_KEYS = json.dumps(new)
    encryption._aead.cache_clear()
    assert encryption.decrypt(before, PLACE) == "words"
    assert encryption.decrypt(encryption.encrypt("more", PLACE), PLACE) == "more"
