"""The packed list of words that exist: nothing is lost, nothing is added, and the page looks up the same."""

import gzip
import re

import course_data
import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from rnnkit import _places
from rnnkit.language import dictionary
from rnnkit.widgets.base.scripts import script_source
from rnnkit.widgets.base.weights import read_weights

some_words = st.text("abc", min_size=1, max_size=28)


@given(st.lists(some_words))
def test_all_words_come_out_and_no_others(words):
    packed = dictionary.pack(words)
    assert dictionary.unpack(packed) == sorted(set(words))
    for word in words:
        for near in (word, word + "a", word[:-1], word[1:]):
            assert dictionary.contains(packed, near) == (near in words)


def test_words_are_front_coded():
    packed = dictionary.pack(["a", "an", "and", "ant", "antler", "by"])
    assert packed == {"a": "A", "an": "AAdAtBler", "by": "A"}


@pytest.mark.parametrize("word", ["", "A", "don't", "é", "a" * 29, "a\n"])
def test_what_is_no_word_is_named(word):
    with pytest.raises(
        ValueError, match=re.escape(f"words must be of 1 to 28 letters from a to z, got {word!r}")
    ):
        dictionary.pack(["a", word])
    with pytest.raises(TypeError, match="words must be str, got 3"):
        dictionary.pack([3])
    assert not dictionary.contains(dictionary.pack(["a"]), word)


class TestStored:
    """The list that comes with the course."""

    def test_is_every_word_of_the_three_parts(self):
        packed = read_weights(dictionary.NAME)
        assert set(dictionary.unpack(packed)) == {word for part in course_data.words() for word in part}

    def test_is_what_the_command_writes(self, tmp_path, capsys):
        dictionary.main(tmp_path)
        name = f"{dictionary.NAME}.js"
        assert (tmp_path / name).read_bytes() == (_places.WEIGHTS / name).read_bytes()
        assert name in capsys.readouterr().out

    def test_is_light(self):
        script = (_places.WEIGHTS / f"{dictionary.NAME}.js").read_bytes()
        assert len(gzip.compress(script, 9)) < 220_000

    def test_the_page_finds_the_same_words(self):
        packed = read_weights(dictionary.NAME)
        words = dictionary.unpack(packed)
        asked = [
            *words[::50],
            *(word[:-1] + "x" for word in words[::50]),
            "",
            "a",
            "zz",
            "__proto__",
            "constructor",
        ]
        with MiniRacer() as engine:
            engine.eval(script_source("invent_words"))
            engine.eval("let list; function give(packed) { list = packed; return true; }")
            engine.call("give", packed)
            engine.eval("function every(words) { return words.map((word) => exists(word, list)); }")
            known = set(words)
            assert engine.call("every", asked) == [word in known for word in asked]
        assert all(dictionary.contains(packed, word) == (word in known) for word in asked[::10])
