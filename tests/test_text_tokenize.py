"""The tokeniser: what it promises of any text, and that its twin in JavaScript does the same."""

import re
import string
import unicodedata

import course_data
import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from places import ROOT
from py_mini_racer import JSEvalException, MiniRacer

from rnnkit import text
from rnnkit.text import tokenize

WIDGETS = ROOT / "rnnkit/widgets"
EVERY = st.characters(exclude_categories=["Cs"])  # half a surrogate pair is not a text: it has no UTF-8
COMPOSING = st.characters(  # those that every version of Unicode from 14 on composes alike
    max_codepoint=0xFFFF,
    exclude_categories=["Cs"],
    exclude_characters="\u0897" + "".join(map(chr, range(0x1ACF, 0x1B00))),
)
NASTY = st.sampled_from(
    [
        *"'’‘ʼnNtTsS\u0301\u0327\u200d\ufe0f\u00ad\0\x1f\x85\u2028\u3000AÀßIiİıſΣσς×÷ŒÿŸ😀你м<&>/.",
        *"hH\u0331иИ\u0306eE\u0302\u0323\u1112\u1161\u11ab\u212a\u212b\u0915\u093c\u304b\u3099𐐷𠮷𝓐\U000e0067",
        "n't",
        "'ll",
        "can’t",
    ]
)
hostile = st.one_of(st.text(EVERY), st.lists(NASTY, max_size=12).map("".join))
SAMPLES = {
    "It isn't GOOD...": ["it", "is", "n't", "good", ".", ".", "."],
    "I can’t; we’ll, they've": ["i", "ca", "n't", ";", "we", "'ll", ",", "they", "'ve"],
    "N'T 'SO'": ["n't", "'", "so", "'"],
    "rock'n'roll don'tell": ["rock", "'", "n", "'", "roll", "do", "n", "'", "tell"],
    "a well-made 90-minute film": ["a", "well", "-", "made", "90", "-", "minute", "film"],
    "Cafe\u0301 CAFÉ ＯＫ": ["café", "café", "ＯＫ"],
    "“so–so”": ['"', "so", "–", "so", '"'],
    "go\u200bod so\u00adso": ["good", "soso"],
    "a\0b\tc\x85d\u3000e": ["a", "b", "c", "d", "e"],
    "мир 你好 שלום": ["мир", "你好", "שלום"],
    "Ti\u1ec7p, e\u0323\u0302 e\u0302\u0323 E\u0302\u0323": ["tiệp", ",", "ệ", "ệ", "ệ"],
    "фи\u0306л И\u0306": ["фйл", "Й"],
    "\u1112\u1161\u11ab\u1100\u1173\u11af": ["한글"],
    "か\u3099 \u09c7\u09be": ["が", "\u09cb"],
    "Ő O\u030b ÆØ": ["ő", "ő", "æø"],
    "H\u0331 h\u0331 \u212a \u212b": ["ẖ", "ẖ", "k", "å"],
    "𐐷𐐲𐑌 𠮷野家 𝓪𝓫 𞤀𞤁": ["𐐷𐐲𐑌", "𠮷野家", "𝓪𝓫", "𞤀𞤁"],
    "🏴\U000e0067\U000e0062\U000e007f葛\U000e0100城": ["🏴", "葛城"],
    "👍🏽 👩‍👧 ❤️": ["👍", "🏽", "👩", "👧", "❤"],
    "<script>alert(1)</script>": ["<", "script", ">", "alert", "(", "1", ")", "<", "/", "script", ">"],
    "&lt;b&gt;": ["&", "lt", ";", "b", "&", "gt", ";"],
    "<pad> <unk>": ["<", "pad", ">", "<", "unk", ">"],
    "": [],
    " \n\t\0 \u200b": [],
}


@pytest.fixture(scope="module")
def js():
    """Call the tokeniser of the page, with the rest of what it needs."""
    with MiniRacer() as engine:
        for name in ("base/core", "read_my_review/tokenize"):
            engine.eval((WIDGETS / f"{name}.js").read_text("utf-8"))
        yield lambda value: engine.call("tokenize", value)


class TestTokens:
    @pytest.mark.parametrize("sample", SAMPLES)
    def test_samples(self, js, sample):
        assert tokenize(sample) == SAMPLES[sample]
        assert js(sample) == SAMPLES[sample]

    @given(hostile)
    def test_tokens_are_never_empty_nor_hold_a_blank_or_a_capital(self, sample):
        for token in tokenize(sample):
            assert token
            assert not set(token) & set(string.whitespace + string.ascii_uppercase + "\0\u00a0\u3000")

    @given(hostile)
    def test_tokens_survive_being_split_again(self, sample):
        once = tokenize(sample)
        assert tokenize(" ".join(once)) == once

    @given(st.text(string.printable))
    def test_no_visible_character_of_english_text_is_lost(self, sample):
        assert "".join(tokenize(sample)) == re.sub(r"\s", "", sample).lower()

    @given(st.text(COMPOSING))
    @example("Việt Nam, Ångström, Ёж, 한국어, がぎぐ, ষোলো, שׁלום, क़लम")
    def test_the_form_of_unicode_does_not_matter(self, sample):
        """A Mac writes file names in letters and separate accents (NFD), others in whole letters (NFC)."""
        forms = [unicodedata.normalize(form, sample) for form in ("NFC", "NFD")]
        assert tokenize(forms[0]) == tokenize(forms[1])

    @given(hostile, hostile)
    def test_what_a_blank_separates_is_independent(self, one, other):
        assert tokenize(f"{one} {other}") == tokenize(one) + tokenize(other)

    def test_ten_thousand_words(self, js):
        sample = "A film that ISN'T " * 2500
        assert tokenize(sample) == ["a", "film", "that", "is", "n't"] * 2500 == js(sample)
        assert tokenize("x" * 100_000) == ["x" * 100_000]

    @pytest.mark.parametrize("bad", [None, b"film", 3, ["film"], float("nan")])
    def test_only_strings(self, bad):
        with pytest.raises(TypeError, match="text must be str, got"):
            tokenize(bad)


class TestJavaScript:
    @given(hostile)
    @example("I\u0307\u0301 A\u0304 Ơ\u0301")
    def test_any_text(self, js, sample):
        assert js(sample) == tokenize(sample)

    def test_every_character_of_the_first_plane_between_letters(self, js):
        for start in range(0, 0x11000, 0x800):
            if not 0xD800 <= start < 0xE000:
                sample = "".join(f"a{chr(code)}b'S " for code in range(start, start + 0x800))
                assert js(sample) == tokenize(sample), hex(start)

    def test_every_character_beyond_it_with_accents(self, js):
        for start in range(0, 0x40000, 0x800):
            if not 0xD800 <= start < 0xE000:
                sample = "".join(
                    f"e\u0301{chr(code)}\u0323 \u1112\u1161{chr(code)} "
                    for code in range(start, start + 0x800)
                )
                assert js(sample) == tokenize(sample), hex(start)

    def test_real_reviews(self, js):
        for source in ("rotten_tomatoes", "imdb"):
            for sample in course_data.movie_reviews(source).texts[:250]:
                assert js(sample) == tokenize(sample)

    @pytest.mark.parametrize(("bad", "shown"), [(None, "null"), (3, "3"), ([], "(0,)")])
    def test_only_strings(self, js, bad, shown):
        with pytest.raises(JSEvalException, match=re.escape(f"text must be a string, got {shown}")):
            js(bad)


class TestCollate:
    samples = ((np.array([2, 3, 4]), 1), (np.array([5]), 0))

    def test_is_a_batch_for_torch(self):
        (x, lengths), labels = text.collate(list(self.samples))
        assert x.tolist() == [[2, 3, 4], [5, 0, 0]]
        assert (lengths.tolist(), labels.tolist()) == ([3, 1], [1, 0])
        assert x.dtype == lengths.dtype == labels.dtype == torch.int64

    def test_serves_a_data_loader(self):
        loader = torch.utils.data.DataLoader(self.samples, batch_size=2, collate_fn=text.collate)
        ((x, lengths), labels) = next(iter(loader))
        assert x.shape == (2, 3)
        assert (lengths.tolist(), labels.tolist()) == ([3, 1], [1, 0])

    @pytest.mark.parametrize(
        ("samples", "error", "message"),
        [
            ([], ValueError, "samples must not be empty"),
            ("ab", TypeError, "samples must be list or tuple, got 'ab'"),
            ([(np.array([], int), 1)], ValueError, "sequences[0] must be (T,) and not empty, got (0,)"),
            ([([2], 2)], ValueError, "label of samples[0] must be an integer from 0 to 1, got 2"),
            ([([2], 0), ([2], -1)], ValueError, "label of samples[1] must be an integer from 0 to 1, got -1"),
            ([([2], 0.5)], TypeError, "label of samples[0] must be an integer, got 0.5"),
            ([[2]], ValueError, "samples[0] must be a pair (indices, label)"),
            ([([2], 0), 7], TypeError, "samples[1] must be list or tuple, got 7"),
        ],
    )
    def test_errors(self, samples, error, message):
        with pytest.raises(error, match=re.escape(message)):
            text.collate(samples)
