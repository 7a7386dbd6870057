"""ReadMyReview: its numbers against torch, its script against both, and what it makes of any text."""

import re

import numpy as np
import pytest
import torch
from figure_settings import random_figures, reader_weights
from hypothesis import given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from rnnkit import datasets, text
from rnnkit.models import ReviewClassifier
from rnnkit.sentiment import reader as review_reader
from rnnkit.widgets.base.scripts import script_source
from rnnkit.widgets.read_my_review import figure, picture
from rnnkit.widgets.read_my_review.figure import MOST_CHARACTERS, MOST_WORDS, SENTENCES, ReadMyReview

SMALL = reader_weights(np.random.default_rng(0), ["a", "good", "bad", "film", "not", "n't", "is"], 3, 5)
ODD = {
    "other scripts": ("фильм 电影 שלום फिल्म", ["фильм", "电影", "שלום", "फिल्म"]),
    "emoji": ("good 👍🏽 👩‍👧", ["good", "👍", "🏽", "👩", "👧"]),
    "a tag": ("<b>good</b>", ["<", "b", ">", "good", "<", "/", "b", ">"]),
    "a script": ("<script>x</script>", ["<", "script", ">", "x", "<", "/", "script", ">"]),
    "NUL": ("a\0film", ["a", "film"]),
    "special words": ("<pad> <unk>", ["<", "pad", ">", "<", "unk", ">"]),
    "one long word": ("x" * 5000, ["x" * 20 + "…"]),
    "long emoji": ("😀" * 3, ["😀"] * 3),
    "a long word of two units": ("𝒳" * 30, ["𝒳" * 20 + "…"]),
    "a long word beyond Latin": ("я" * 21, ["я" * 20 + "…"]),
    "lines": ("good\r\n\tfilm\u2028", ["good", "film"]),
}


def shown(read="a good film", **settings):
    """Return a figure with the small random network."""
    return ReadMyReview(read, **{"weights": SMALL, "unit": 1, **settings})


@pytest.fixture(scope="module")
def script():
    """Return a function that computes what the page draws; weights travel into the engine once."""
    with MiniRacer() as engine:
        engine.eval(script_source("read_my_review"))
        engine.eval("var given = {}; function give(name, weights) { given[name] = weights; return name; }")
        compute = "computeReadMyReview({ text, t, unit, weights: given[name] })"
        engine.eval(f"function read(text, t, unit, name) {{ return {compute}; }}")
        engine.call("give", "small", SMALL)
        yield engine


def torch_run(weights, read):
    """Return {row: (T, H)} of i, f, g, o, c and h, and the probabilities (T,), all by torch."""
    model, vocabulary = review_reader.unpack(weights)
    indices = torch.from_numpy(vocabulary.encode(text.tokenize(read)[:MOST_WORDS]))
    cell = torch.nn.LSTMCell(model.lstm.input_size, model.lstm.hidden_size, dtype=torch.float64)
    cell.load_state_dict({k.removesuffix("_l0"): w for k, w in model.lstm.state_dict().items()})
    h = c = torch.zeros(1, model.lstm.hidden_size, dtype=torch.float64)
    rows = {row: [] for row in "ifgoch"}
    with torch.no_grad():
        for x in model.embedding(indices)[:, None]:
            z = (x @ cell.weight_ih.T + cell.bias_ih + h @ cell.weight_hh.T + cell.bias_hh).chunk(4, dim=1)
            h, c = cell(x, (h, c))
            step = (z[0].sigmoid(), z[1].sigmoid(), z[2].tanh(), z[3].sigmoid(), c, h)
            for row, value in zip(rows, step, strict=True):
                rows[row].append(value[0].numpy())
        scores = model.after_each_word(indices[None])[0]
    return {row: np.array(values) for row, values in rows.items()}, scores.sigmoid().numpy()


class TestNumbers:
    def test_are_those_of_torch(self):
        for one in random_figures(ReadMyReview):
            values, (rows, p) = one.numbers(), torch_run(one.weights, one.text)
            assert values["T"] == len(p)
            np.testing.assert_allclose([word["p"] for word in values["words"]], p, atol=1e-12)
            for row, expected in rows.items():
                np.testing.assert_allclose(values["time"][row], expected[:, one.unit - 1], atol=1e-12)
                np.testing.assert_allclose(values["units"][row], expected[one.t - 1], atol=1e-12)
                assert (
                    values["now"][row] == values["time"][row][one.t - 1] == values["units"][row][one.unit - 1]
                )

    def test_the_parts_of_all_units_and_the_bias_are_the_score(self):
        for one in random_figures(ReadMyReview, 20):
            values = one.numbers()
            score = sum(values["units"]["score"]) + one.weights["readout.bias"][0]
            assert values["now"]["p"] == pytest.approx(1 / (1 + np.exp(-score)), abs=1e-12)
            assert values["now"]["p"] == values["words"][one.t - 1]["p"]
            assert values["end"] == values["words"][-1]["p"]

    def test_the_moves_of_all_words_lead_from_the_bias_to_the_score(self):
        bias = SMALL["readout.bias"][0]
        moves = [shown("a film is n't good", t=t).numbers()["now"]["moved"] for t in range(1, 6)]
        p = shown("a film is n't good").numbers()["end"]
        assert bias + sum(moves) == pytest.approx(np.log(p / (1 - p)), abs=1e-10)

    def test_what_was_thought_before_does_not_change_when_more_is_typed(self):
        short, long = (shown(read).numbers() for read in ("a good film", "a good film is bad"))
        for one, other in zip(short["words"], long["words"], strict=False):
            assert one["p"] == other["p"]

    def test_500_sentences_are_read_by_the_script_as_by_torch(self, script):
        reviews = datasets.movie_reviews("rotten_tomatoes").texts
        vocabulary = figure.stored()["vocabulary"].split(" ")
        weights = reader_weights(np.random.default_rng(1), vocabulary, 32, 40)
        same_as_torch(script, weights, reviews[::17][:500])

    def test_500_sentences_are_read_by_the_script_as_by_torch_with_the_shipped_weights(self, script):
        reviews = datasets.movie_reviews("rotten_tomatoes").texts
        same_as_torch(script, figure.stored(), reviews[::17][:500])


def same_as_torch(script, weights, reviews):
    assert len(reviews) == 500
    model, vocabulary = review_reader.unpack(weights)
    script.call("give", "large", weights)
    for read in reviews:
        indices = vocabulary.encode(text.tokenize(read)[:MOST_WORDS])
        with torch.no_grad():
            p = model.after_each_word(torch.from_numpy(indices[None]))[0].sigmoid().numpy()
        words = script.call("read", read, 1, 1, "large")["words"]
        np.testing.assert_allclose([word["p"] for word in words], p, rtol=0, atol=1e-6)
        assert [word["known"] == "no" for word in words] == (indices == text.UNK).tolist()


class TestTexts:
    @pytest.mark.parametrize("name", ODD)
    def test_odd_texts_are_words_and_nothing_else(self, script, name):
        read, words = ODD[name]
        values = shown(read).numbers()
        assert [word["word"] for word in values["words"]] == words
        found = script.call("read", read, values["t"], 1, "small")
        assert [word["word"] for word in found["words"]] == words
        assert not re.search(r"<script|<b>good", shown(read).to_html())

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
    def test_any_text_is_read_alike_in_python_and_in_the_script(self, script, read):
        if not text.tokenize(read):
            assert script.call("textProblem", read) != ""
            with pytest.raises(ValueError, match="text must hold at least one word"):
                shown(read)
            return
        values = shown(read).numbers()
        found = script.call("read", read, values["t"], 1, "small")
        assert [word["word"] for word in found["words"]] == [word["word"] for word in values["words"]]
        assert [word["known"] for word in found["words"]] == [word["known"] for word in values["words"]]
        assert found["says"] == values["says"]
        assert found["end"] == pytest.approx(values["end"], abs=1e-12)

    @pytest.mark.parametrize("read", ["", " ", "\n\t", "\0\0", "\u200b"])
    def test_a_text_without_a_word_is_refused_and_changes_nothing(self, script, read):
        one = shown("a good film", t=2)
        with pytest.raises(ValueError, match="text must hold at least one word, got"):
            one.text = read
        assert (one.text, one.t) == ("a good film", 2)
        assert script.call("textProblem", read) == "A word, please, such as “dull” or “moving”."

    def test_of_ten_thousand_words_the_first_sixty_are_read(self, script):
        read = "good " * 10_000
        values = shown(read).numbers()
        assert values["T"] == MOST_WORDS == len(values["words"]) == len(values["time"]["i"])
        assert values["says"]["limit"] == " It reads the first 60 of 10000 words."
        assert values["words"] == shown("good " * 60, t=60).numbers()["words"]
        assert script.call("read", read, 60, 1, "small")["says"] == values["says"]
        assert shown("good " * 60).numbers()["says"]["limit"] == ""

    def test_a_text_of_too_many_characters_is_refused(self, script):
        most, more = "😀" * MOST_CHARACTERS, "😀" * (MOST_CHARACTERS + 1)
        assert shown(most).numbers()["T"] == MOST_WORDS
        assert script.call("textProblem", most) == ""
        with pytest.raises(ValueError, match="text must be of at most 100000 characters, got 100001"):
            shown(more)
        assert script.call("textProblem", more) == "At most 100000 characters, please."

    def test_unknown_words_are_marked_and_counted(self):
        values = shown("a good zorptastic romp").numbers()
        assert [word["known"] for word in values["words"]] == ["yes", "yes", "no", "no"]
        assert values["words"][2]["p"] == shown("a good xyzzy").numbers()["end"]
        assert values["says"]["unknown"] == "Not in its vocabulary, and all the same to it: 2 of 4 words."
        assert values["says"]["where"] == "Word 4 of 4, “romp”"
        assert values["says"]["known"] == " (unknown)"
        assert shown("good").numbers()["says"]["unknown"] == "It knows every word."
        assert ": 1 of 1 word." in shown("xyzzy").numbers()["says"]["unknown"]

    def test_prepared_sentences_are_short_enough(self):
        for sentence in SENTENCES.values():
            assert len(text.tokenize(sentence)) <= 15
        assert len(set(SENTENCES.values())) == len(SENTENCES)  # the list finds a sentence by its text
        assert {name.split(":")[0] for name in SENTENCES} >= {"negation", "but", "irony", "unknown words"}


class TestTraits:
    def test_a_new_text_is_shown_at_its_last_word(self):
        one = shown("a good film", t=1)
        one.text = "is n't bad"
        assert one.t == 3
        one.text = "bad"
        assert one.t == 1
        assert shown("a good film").t == 3

    def test_without_a_text_it_opens_before_the_but(self):
        one = ReadMyReview(weights=SMALL)
        values = one.numbers()
        assert one.text == SENTENCES["but: blame comes last"]
        assert values["words"][one.t - 1]["word"] == "wonderful"
        assert ReadMyReview(weights=SMALL, t=2).t == 2

    def test_it_shows_the_unit_that_counts_most_at_the_end(self):
        for read in ("a good film", "bad", "is n't a film good"):
            one = shown(read, unit=None)
            parts = np.abs(one.numbers()["units"]["score"])
            assert parts[one.unit - 1] == parts.max()

    @pytest.mark.parametrize(
        ("name", "value", "error", "message"),
        [
            ("t", 4, ValueError, "t must be an integer from 1 to 3, got 4"),
            ("t", 0, ValueError, "t must be an integer from 1 to 60, got 0"),
            ("t", 1.5, TypeError, "t must be an integer, got 1.5"),
            ("unit", 6, ValueError, "unit must be an integer from 1 to 5, got 6"),
            ("text", None, TypeError, "text must be str, got None"),
            ("text", b"film", TypeError, "text must be str, got b'film'"),
        ],
    )
    def test_bad_values_are_named_and_change_nothing(self, name, value, error, message):
        one = shown("a good film", t=2)
        before = getattr(one, name)
        with pytest.raises(error, match=re.escape(message)):
            setattr(one, name, value)
        assert getattr(one, name) == before
        if value is not None:  # which stands for a sentence of the figure
            with pytest.raises(error, match=re.escape(message)):
                shown(**{"read" if name == "text" else name: value})

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"vocabulary": "a b"}, "weights['vocabulary'] must be 7 different words, got 2"),
            ({"vocabulary": "a a b c d e f"}, "weights['vocabulary'] must be 7 different words, got 7"),
            ({"vocabulary": 3}, "weights['vocabulary'] must be str"),
            ({"readout.weight": [0.0] * 9}, "weights['readout.weight'] must be (10,), got (9,)"),
            ({"readout.bias": [np.nan]}, "weights['readout.bias'] must be finite"),
            ({"lstm.bias_hh_l0": None}, "weights['lstm.bias_hh_l0'] must be"),
            (
                {"embedding.weight": {"scale": [1.0], "bytes": "<b>"}},
                "weights['embedding.weight']['bytes'] must be text in base64",
            ),
            (
                {"lstm.weight_ih_l0": SMALL["lstm.weight_hh_l0"]},
                "weights['lstm.weight_ih_l0'] must be (4H, D)",
            ),
            (
                {"lstm.weight_hh_l0": SMALL["lstm.weight_ih_l0"]},
                "weights['lstm.weight_hh_l0'] must be (4H, H) with H up to 64",
            ),
            ({"more": 1}, "unknown more"),
        ],
    )
    def test_bad_weights_are_named_and_change_nothing(self, script, change, message):
        one, bad = shown(), SMALL | change
        for attempt in (lambda: shown(weights=bad), lambda: setattr(one, "weights", bad)):
            with pytest.raises((TypeError, ValueError), match=re.escape(message)):
                attempt()
        assert one.weights == SMALL

    def test_the_script_names_bad_weights_too(self, script):
        for name, value in (("vocabulary", "a b"), ("readout.weight", [0.0] * 9), ("lstm.bias_ih_l0", 3),
                            ("lstm.weight_hh_l0", SMALL["lstm.weight_ih_l0"])):  # fmt: skip
            script.call("give", "bad", SMALL | {name: value})
            with pytest.raises(Exception, match=re.escape(f"weights.{name} must be")):
                script.call("read", "film", 1, 1, "bad")


class TestOwnClassifier:
    def test_a_classifier_and_its_vocabulary_are_rounded_and_shown(self):
        torch.manual_seed(0)
        model, vocabulary = (
            ReviewClassifier(5, 3, 2, direction="forward"),
            text.Vocabulary(["good", "bad", "film"]),
        )
        one = ReadMyReview("good film, bad film", model=model, vocabulary=vocabulary)
        rounded, _ = review_reader.unpack(one.weights)
        with torch.no_grad():
            scores = rounded.after_each_word(torch.tensor([[2, 4, 1, 3, 4]]))[0]
        np.testing.assert_allclose(
            [word["p"] for word in one.numbers()["words"]], scores.sigmoid(), atol=1e-12
        )

    @pytest.mark.parametrize(
        ("model", "message"),
        [
            (ReviewClassifier(5), "model must have direction 'forward'"),
            (ReviewClassifier(9, direction="forward"), "['vocabulary'] must be 7 different words, got 3"),
            (ReviewClassifier(5, 4, 65, direction="forward"), "with H up to 64, got (260, 65)"),
        ],
        ids=["both directions", "another vocabulary", "too large"],
    )
    def test_what_does_not_fit_is_named(self, model, message):
        with pytest.raises(ValueError, match=re.escape(message)):
            ReadMyReview("film", model=model, vocabulary=text.Vocabulary("abc"))
        with pytest.raises(ValueError, match="model and vocabulary must be given together"):
            ReadMyReview("film", model=model)

    def test_new_weights_are_drawn_and_the_unit_stays_in_the_layer(self):
        one = shown(unit=5)
        one.weights = reader_weights(np.random.default_rng(1), ["film"], 2, 3)
        assert one.unit == 3
        assert one._picture == one.static_html()
        assert one._picture.count("<rect") == 7 * (3 + 3) + 2


class TestPage:
    def test_a_page_loads_the_weights_of_the_course(self):
        one = ReadMyReview()
        assert f'data-weights="{figure.NAME}"' in one.to_html()
        assert len(one.to_html()) < 60_000

    @pytest.mark.parametrize(
        ("p", "height", "side"),
        [(0.5, "0.00", "praise"), (1, "1.00", "praise"), (0.25, "0.50", "blame"), (0.54, "0.10", "praise")],
    )
    def test_a_bar_is_as_high_as_the_model_is_sure_to_a_pixel(self, p, height, side):
        assert picture.bar(p) == {"style": f"--height:{height}", "data_side": side}

    def test_c_and_score_have_colours_within_bounds(self):
        for row in ("c", "score"):
            assert picture.strength(row, -50.0) == 1.0
        assert picture.strength("h", -0.25) == 0.25
