"""The words and the speeches: what is in which part, and what was changed in them."""

import re
from collections import Counter

import course_data
import pytest

from rnnkit import datasets, language
from rnnkit.language.speeches import normalised


@pytest.fixture(scope="module")
def words():
    return course_data.words()


@pytest.fixture(scope="module")
def speeches():
    return course_data.speeches()


class TestWords:
    def test_each_word_of_the_letters_is_in_one_part(self, words):
        everything = [word for part in words for word in part]
        assert set(everything) == {word for word in course_data.cmudict() if re.fullmatch("[a-z]+", word)}
        assert len(everything) == len(set(everything)) == 117_493

    def test_the_shares(self, words):
        assert [len(part) for part in words] == [105_744, 5874, 5875]

    def test_the_order_is_random_and_the_same_each_time(self, words):
        assert words == language.words()
        assert words.training[:3] == ["knoth", "lydick", "salables"]
        for part in words:
            begin = Counter(word[0] for word in part[:2000])
            assert len(begin) == 26

    def test_all_can_be_encoded(self, words):
        assert (
            len(language.WORDS.encode("\n".join(words.training))) == sum(map(len, words.training)) + 105_743
        )


class TestSpeeches:
    def test_the_test_lies_after_the_training(self, speeches):
        years = [speech.year for speech in datasets.speeches()]
        assert [len(part) for part in speeches] == [
            sum(year < 1910 for year in years),
            sum(1910 <= year < 1920 for year in years),
            sum(year >= 1920 for year in years),
        ]
        assert [len(part) for part in speeches] == [121, 10, 10]
        assert [sum(map(len, part)) for part in speeches] == [6_892_579, 645_703, 470_420]
        assert speeches.training[0].startswith(
            "Fellow-Citizens of the Senate and House of Representatives:\nI "
        )
        assert "President Harding" in speeches.test[3]

    def test_white_space_and_quotes_are_plain(self, speeches):
        for part in speeches:
            for text in part:
                assert not re.search(r"[“”‘’\t\r\xa0]|  | \n|\n |\n\n|^\s", text)
                assert text.endswith("\n")

    def test_the_alphabet(self, speeches):
        alphabet = language.alphabet_of(speeches.training)
        times = Counter("".join(speeches.training))
        assert set(alphabet.characters[1:]) == {one for one, n in times.items() if n >= 100}
        assert len(alphabet) == 75
        assert alphabet.characters[0] == language.UNKNOWN
        for part in speeches:
            assert (alphabet.encode("".join(part)) == 0).mean() < 0.001

    def test_normalised(self):
        assert normalised("  “A” \t b ’s\xa0c \n \r\n d\n") == '"A" b \'s c\nd\n'
        assert normalised("one") == "one\n"
        with pytest.raises(TypeError, match="text must be str"):
            normalised(None)
