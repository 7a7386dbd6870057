"""The error rates of words and phones, by the rules of the chapter."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import g2p, seq2seq

PHONES = st.lists(st.sampled_from(("B", "IY", "AH")), max_size=6).map(tuple)
SAID = PHONES.filter(len)
TOMATO = g2p.Entry("tomato", (("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW")))
CAT = g2p.Entry("cat", (("K", "AE", "T"),))


def distance(a, b):
    """Return the edit distance, by its definition."""
    if not a or not b:
        return len(a) + len(b)
    return min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))


class TestJudge:
    def test_any_listed_pronunciation_is_right_and_the_first_is_counted_apart(self):
        scores = g2p.judge([TOMATO.pronunciations[1], CAT.pronunciations[0]], [TOMATO, CAT])
        assert (scores.wer, scores.wer_first, scores.per) == (0.0, 50.0, 0.0)
        assert scores.nearest.tolist() == [1, 0]
        assert scores.lengths.tolist() == [6, 3]

    def test_edits_are_counted_against_the_nearest(self):
        said = [("T", "AA", "M", "AA", "T", "OW"), ("K", "T"), ()]
        scores = g2p.judge(said, [TOMATO, CAT, CAT])
        assert scores.edits.tolist() == [1, 1, 3]
        assert scores.nearest.tolist() == [1, 0, 0]
        assert scores.wrong.tolist() == [True, True, True]
        assert (scores.wer, scores.wer_first) == (100.0, 100.0)
        assert scores.per == pytest.approx(100 * 5 / 12)

    def test_of_equally_near_ones_the_first_counts(self):
        two = g2p.Entry("x", (("B", "B"), ("AH",)))
        assert g2p.judge([("B",)], [two]).nearest.tolist() == [0]
        assert g2p.judge([("B",)], [two]).lengths.tolist() == [2]

    def test_lists_count_as_tuples(self):
        listed = g2p.Entry("tomato", [list(one) for one in TOMATO.pronunciations])
        for said in TOMATO.pronunciations:
            scores = g2p.judge([list(said)], [listed])
            assert scores.wer_first == g2p.judge([said], [TOMATO]).wer_first
            assert (scores.wer, scores.per) == (0, 0)

    @given(
        st.lists(
            st.tuples(PHONES, st.lists(SAID, min_size=1, max_size=3, unique=True)), min_size=1, max_size=5
        )
    )
    def test_as_by_definition(self, cases):
        entries = [g2p.Entry("word", tuple(listed)) for _, listed in cases]
        scores = g2p.judge([said for said, _ in cases], entries)
        edits = lengths = 0
        for said, listed in cases:
            all_of_them = [distance(said, one) for one in listed]
            edits += min(all_of_them)
            lengths += len(listed[all_of_them.index(min(all_of_them))])
        assert scores.per == pytest.approx(100 * edits / lengths)
        assert scores.wer == pytest.approx(100 * np.mean([said not in listed for said, listed in cases]))
        assert scores.wer_first == pytest.approx(100 * np.mean([said != listed[0] for said, listed in cases]))
        assert scores.wrong.tolist() == [said not in listed for said, listed in cases]

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (([], []), ValueError, "outputs must be as many as entries, and not none, got 0 and 0"),
            (([("K",)], [CAT, CAT]), ValueError, "got 1 and 2"),
            (("K", [CAT]), TypeError, "outputs must be list or tuple"),
            ((["K"], [CAT]), TypeError, "outputs[0] must be list or tuple, got 'K'"),
            (([("K", "AE1", "T")], [CAT]), ValueError, "phones must be of the 39"),
            (([("K", "AE1", "T")], [CAT]), ValueError, "outputs[0]: phones"),
            (
                ([("K", ["AE"])], [CAT]),
                ValueError,
                "outputs[0]: phones must be of the 39 in PHONES, got ['AE']",
            ),
            (([("K",)], [("cat", ())]), TypeError, "entries[0] must be Entry"),
            (
                ([("K",)], [g2p.Entry("cat", ())]),
                ValueError,
                "entries[0] must have pronunciations, tuples of",
            ),
            (([()], [g2p.Entry("cat", ((),))]), ValueError, "entries[0] must have pronunciations, tuples of"),
            (([("K",)] * 2, [CAT, g2p.Entry("x", (("K",), ()))]), ValueError, "entries[1] must have"),
            (([("K",)], [g2p.Entry("cat", ("K AE T",))]), ValueError, "entries[0] must have pronunciations"),
            (([("K",)], [g2p.Entry("cat", None)]), ValueError, "entries[0] must have pronunciations"),
            (([("K",)], [g2p.Entry("cat", (("C",),))]), ValueError, "entries[0]: phones must be of the 39"),
        ],
    )
    def test_bad_input(self, arguments, error, message):
        with pytest.raises(error, match=re.escape(message)):
            g2p.judge(*arguments)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(1)
    return seq2seq.Seq2Seq(27, 40, 8, 16).eval()


class TestPronounceAll:
    def test_each_word_is_said_as_alone_and_in_its_place(self, model):
        words = ["cat", "a", "dog", "emu", "ox", "cow"]
        for beam in (1, 3):
            found = g2p.pronounce_all(model, words, beam, batch=2)
            assert found == [g2p.pronounce_all(model, [word], beam)[0] for word in words]

    def test_the_searches_are_those_of_seq2seq(self, model):
        x = torch.from_numpy(g2p.encode_word("mouse"))
        (greedy,) = seq2seq.greedy(model, x[None], torch.tensor([5]))
        assert g2p.pronounce_all(model, ["mouse"]) == [g2p.decode_phones(greedy.symbols)]
        best = seq2seq.beam_search(model, x, 4)[0]
        assert g2p.pronounce_all(model, ["mouse"], beam=4) == [g2p.decode_phones(best.symbols)]

    def test_no_words(self, model):
        assert g2p.pronounce_all(model, []) == []

    @pytest.mark.parametrize(
        ("words", "beam", "error", "message"),
        [
            ("cat", 1, TypeError, "words must be list or tuple"),
            (["cat", 3], 1, TypeError, "words[1] must be str"),
            (["cat", ""], 1, ValueError, "word must have at least one letter, got the empty word"),
            (["Cat"], 1, ValueError, "word must be of the letters a to z, got 'C' too"),
            (["a" * 60], 1, ValueError, "word must have at most 40 letters, got 60"),
            (["cat"], 0, ValueError, "beam must be an integer at least 1, got 0"),
        ],
    )
    def test_bad_input(self, model, words, beam, error, message):
        with pytest.raises(error, match=re.escape(message)):
            g2p.pronounce_all(model, words, beam)

    def test_a_model_of_other_symbols(self):
        with pytest.raises(ValueError, match="model must write 40 symbols, got"):
            g2p.pronounce_all(seq2seq.Seq2Seq(27, 12, 8, 16), ["cat"])
        for letters in (5, 30):
            with pytest.raises(
                ValueError, match=f"^model must read 27 symbols, got one that reads {letters}$"
            ):
                g2p.pronounce_all(seq2seq.Seq2Seq(letters, 40, 8, 16), ["cat"])

    @pytest.mark.parametrize("beam", [1, 3])
    def test_a_model_whose_training_diverged(self, beam):
        model = seq2seq.Seq2Seq(27, 40, 8, 16)
        model.decoder.readout.bias.data[3] = torch.nan
        with pytest.raises(FloatingPointError, match="model must give log probabilities, got nan"):
            g2p.pronounce_all(model, ["cat"], beam)
