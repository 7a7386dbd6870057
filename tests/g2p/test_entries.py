"""The words, and how the dictionary says them."""

import course_data
import pytest

from rnnkit import g2p


@pytest.fixture(scope="module")
def parts():
    return course_data.entries()


def test_they_are_the_words_of_chapter_08_in_their_parts(parts):
    for found, words in zip(parts, course_data.words(), strict=True):
        assert [entry.word for entry in found] == words


def test_the_stress_is_gone_and_no_pronunciation_comes_twice(parts):
    said = course_data.cmudict()
    for part in parts:
        for word, pronunciations in part:
            assert pronunciations
            assert len(set(pronunciations)) == len(pronunciations)
            assert pronunciations[0] == tuple(phone.strip("012") for phone in said[word][0])
            assert {phone for one in pronunciations for phone in one} <= set(g2p.PHONES)
    assert {
        phone for part in parts for entry in part for one in entry.pronunciations for phone in one
    } == set(g2p.PHONES)


def test_words_that_differ_in_stress_alone_are_one(parts):
    (record,) = [entry for part in parts for entry in part if entry.word == "insult"]
    assert record.pronunciations == (("IH", "N", "S", "AH", "L", "T"),)


def test_pairs_have_every_pronunciation(parts):
    found = g2p.pairs(parts.test)
    assert len(found) == sum(len(entry.pronunciations) for entry in parts.test) > len(parts.test)
    assert {word for word, _ in found} == {entry.word for entry in parts.test}
    two = g2p.Entry("a", (("AH",), ("EY",)))
    assert g2p.pairs([two]) == [("a", ("AH",)), ("a", ("EY",))]
    assert g2p.pairs([two], first=True) == [("a", ("AH",))]


def test_bad_input():
    with pytest.raises(TypeError, match="entries must be list or tuple"):
        g2p.pairs("cat")
    with pytest.raises(TypeError, match="entries must be Entry"):
        g2p.pairs([("cat", ())])
