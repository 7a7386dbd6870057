"""InventWords: its draws against torch's, its script against both, and what it makes of bad settings."""

import gzip
import html
import json
import re

import numpy as np
import pytest
import torch
from figure_settings import random_figures, writer_weights
from py_mini_racer import MiniRacer

from rnnkit import _places, sampling
from rnnkit.language import WORDS, packed
from rnnkit.models import LanguageModel
from rnnkit.models.generating import generate
from rnnkit.widgets.base.scripts import script_source
from rnnkit.widgets.invent_words import figure, picture
from rnnkit.widgets.invent_words.figure import InventWords

SMALL = writer_weights(np.random.default_rng(0), 3, 5)
NEVER = SMALL | {"readout.bias": [-1e3, *[0.0] * 26]}  # the end is never drawn


def shown(prefix="th", **settings):
    """Return a figure with the small random network."""
    return InventWords(prefix, **{"weights": SMALL, **settings})


def model_of(weights):
    """Return the network of a figure as a LanguageModel in float64."""
    arrays, symbols = packed.unpack(weights)
    V, E = arrays[packed.EMBEDDING].shape
    model = LanguageModel(V, E, arrays[packed.W_HH].shape[1], kind="lstm").double().eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    assert symbols == WORDS.characters
    return model


@pytest.fixture(scope="module")
def script():
    """Return the engine of the page; weights travel into it once."""
    with MiniRacer() as engine:
        engine.eval(script_source("invent_words"))
        engine.eval("let given = {}; function give(name, weights) { given[name] = weights; return name; }")
        engine.eval(
            "function show(state, name) { return computeInventWords({ ...state, weights: given[name] }); }"
            "function some(prefix, temperature, top_k, seeds, name) {"
            "  const reader = unpacked(given[name]);"
            "  const one = (seed) => write(newWord(seed), MOST, { prefix, temperature, top_k }, reader);"
            "  return seeds.map(one).map(({ letters, ended }) => [letters, ended]);"
            "}"
            "function numbers(seed, count) { return Array.from({ length: count }, draws(seed)); }"
            "function chances(scores, ...more) { return Array.from(probabilities(scores, ...more)); }"
        )
        engine.call("give", "stored", figure.stored())
        yield engine


class TestDraws:
    @pytest.mark.parametrize("seed", [0, 1, 12_345, 2**31, 2**32 - 1])
    def test_random_numbers_are_the_same_bit_by_bit(self, script, seed):
        random = sampling.Draws(seed)
        assert script.call("numbers", seed, 200) == [random.random() for _ in range(200)]

    def test_chances_are_those_of_python(self, script):
        rng = np.random.default_rng(0)
        for _ in range(200):
            scores = rng.normal(0, rng.choice([0.1, 3, 50]), 27).round(1)  # some are equal
            for temperature, top_k in ((1, 27), (0.1, 27), (5, 3), (1, 1), (0.7, int(rng.integers(1, 28)))):
                wanted = sampling.probabilities(scores, temperature, top_k)
                found = script.call("chances", scores.tolist(), temperature, top_k)
                np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-300)

    def test_a_draw_at_the_end_of_the_line_is_the_last_that_is_possible(self, script):
        for p, u in (([0.5, 0.5 - 1e-12, 0], 1 - 2**-53), ([0, 1, 0], 0.0), ([0.25, 0.75], 0.25)):
            assert script.call("drawFrom", p, u) == sampling.draw(p, u)

    @pytest.mark.parametrize(
        ("prefix", "temperature", "top_k"),
        [("", 1.0, 27), ("th", 0.5, 27), ("str", 2.0, 27), ("qu", 1.0, 5), ("zzzz", 1.3, 12)],
    )
    def test_1000_words_are_the_same_in_numpy_in_torch_and_in_the_page(
        self, script, prefix, temperature, top_k
    ):
        count = 1000 if prefix == "" else 250
        weights, seeds = figure.stored(), list(range(count))
        arrays, _ = packed.unpack(weights)
        indices = WORDS.encode("\n" + prefix)
        start = figure.network.read(indices, arrays)
        numpy = [
            figure._letters(figure.network.write(start, arrays, temperature, top_k, seed)) for seed in seeds
        ]
        assert script.call("some", prefix, temperature, top_k, seeds, "stored") == [
            [word["letters"], word["ended"]] for word in numpy
        ]
        model = model_of(weights)
        for seed in seeds[::5]:
            written = generate(
                model, indices, end=0, most=30, temperature=temperature, top_k=top_k, seed=seed
            )
            ended = "yes" if written.finished else "no"
            assert {"letters": WORDS.decode(written.symbols), "ended": ended} == numpy[seed]


class TestNumbers:
    def test_chances_are_those_of_torch(self):
        for one in random_figures(InventWords, 20):
            values = one.numbers()
            begun = one.prefix + values["words"][one.word - 1]["letters"][: values["t"] - 1]
            with torch.no_grad():
                logits = model_of(one.weights)(torch.from_numpy(WORDS.encode("\n" + begun))[None])[0][0, -1]
            given = logits.softmax(0).numpy()
            np.testing.assert_allclose(values["chances"]["given"], given, atol=1e-12)
            used = sampling.probabilities(logits.numpy(), one.temperature, one.top_k)
            np.testing.assert_allclose(values["chances"]["used"], used, atol=1e-10)
            assert values["now"]["bits"] == pytest.approx(-np.log2(given[values["now"]["symbol"]]), abs=1e-9)

    def test_each_word_has_its_own_seed_and_the_words_of_two_seeds_have_none_in_common(self):
        words = [word["letters"] for seed in (0, 1) for word in shown(seed=seed).numbers()["words"]]
        arrays, _ = packed.unpack(SMALL)
        start = figure.network.read(WORDS.encode("\nth"), arrays)
        seeds = [1000 * seed + k for seed in (0, 1) for k in range(1, 13)]
        assert words == [
            figure._letters(figure.network.write(start, arrays, 1.0, 27, seed))["letters"] for seed in seeds
        ]

    def test_a_draw_behind_the_last_is_the_last(self):
        values = shown(t=30).numbers()
        assert values["t"] == values["T"] <= 30
        assert values["now"]["symbol"] == 0
        assert values["says"]["symbol"] == "·end"
        assert values["says"]["before"] == "th" + values["words"][0]["letters"]

    def test_top_1_is_always_the_likeliest(self):
        values = shown(top_k=1, t=2).numbers()
        assert values["chances"]["used"][values["now"]["symbol"]] == 1
        assert values["now"]["symbol"] == np.argmax(values["chances"]["given"])
        assert len({word["letters"] for word in values["words"]}) == 1

    def test_a_word_that_does_not_end_is_cut_and_the_figure_says_so(self):
        one = shown(weights=NEVER, t=30)
        values = one.numbers()
        assert (values["T"], values["t"]) == (30, 30)
        assert all(len(word["letters"]) == 30 and word["ended"] == "no" for word in values["words"])
        assert "After 30 letters the word had no end, and was cut." in one.to_html()
        assert one.to_html().count("no end</span>") == 12
        assert "…</i>" in one.to_html()

    def test_the_list_says_which_words_exist(self):
        known = {"the", "then"}
        for letters, ended, mark in (
            ("e", "yes", "exists"),
            ("ex", "yes", "invented"),
            ("en", "no", "no end"),
        ):
            word = {"prefix": "th", "letters": letters, "ended": ended}
            assert picture.mark(word, known.__contains__) == mark
        assert picture.mark({"prefix": "", "letters": "", "ended": "yes"}, known.__contains__) == "empty"


class TestBadSettings:
    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ({"prefix": "The"}, "prefix must be of at most 20 letters from a to z, got 'The' (str)"),
            ({"prefix": "é"}, "prefix must be of at most 20 letters from a to z"),
            ({"prefix": "a\n"}, "prefix must be of at most 20 letters from a to z"),
            ({"prefix": "a" * 21}, "prefix must be of at most 20 letters from a to z"),
            ({"prefix": 3}, "prefix must be"),
            ({"temperature": 0}, "temperature must be a finite number from 0.1 to 5, got 0"),
            ({"temperature": -1.0}, "temperature must be a finite number from 0.1 to 5, got -1"),
            ({"temperature": float("inf")}, "temperature must be a finite number"),
            ({"temperature": float("nan")}, "temperature must be a finite number"),
            ({"temperature": "warm"}, "temperature must be"),
            ({"top_k": 0}, "top_k must be an integer from 1 to 27, got 0"),
            ({"top_k": 28}, "top_k must be an integer from 1 to 27, got 28"),
            ({"top_k": 2.5}, "top_k must be an integer"),
            ({"seed": -1}, "seed must be an integer from 0 to 1000000, got -1"),
            ({"word": 13}, "word must be an integer from 1 to 12, got 13"),
            ({"t": 0}, "t must be an integer from 1 to 30, got 0"),
        ],
        ids=str,
    )
    def test_is_named_and_changes_nothing_in_python_and_in_the_page(self, script, setting, message):
        one = shown()
        (name, value), before = next(iter(setting.items())), one.props()
        for attempt in (lambda: shown(**{"prefix": "th", **setting}), lambda: setattr(one, name, value)):
            with pytest.raises((TypeError, ValueError), match=re.escape(message)):
                attempt()
        assert one.props() == before
        state = {key: of for key, of in before.items() if key != "weights"} | setting
        with pytest.raises(Exception, match=f"{name} must be"):
            script.call("show", state, "stored")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"symbols": "\n" + "a" * 26}, "weights['symbols'] must be 27 different characters"),
            ({"symbols": "abcdefghijklmnopqrstuvwxyz\n"}, "weights['symbols'] must be the end of a line and"),
            ({"readout.bias": [0.0] * 26}, "weights['readout.bias'] must be (27,), got (26,)"),
            ({"rnn.weight_hh_l0": SMALL["rnn.weight_ih_l0"]}, "weights['rnn.weight_hh_l0'] must be (4H, H)"),
        ],
        ids=["twice", "other order", "bias", "matrix"],
    )
    def test_weights_are_named_and_change_nothing(self, script, change, message):
        one, bad = shown(), SMALL | change
        for attempt in (lambda: shown(weights=bad), lambda: setattr(one, "weights", bad)):
            with pytest.raises((TypeError, ValueError), match=re.escape(message)):
                attempt()
        assert one.weights == SMALL
        state = {key: of for key, of in one.props().items() if key != "weights"}
        script.call("give", "bad", bad)
        with pytest.raises(Exception, match=re.escape(f"weights.{next(iter(change))} must be")):
            script.call("show", state, "bad")


class TestOwnModel:
    def test_is_rounded_and_shown(self):
        torch.manual_seed(0)
        one = InventWords("qu", model=LanguageModel(27, 4, 6, kind="lstm"))
        with torch.no_grad():
            logits = model_of(one.weights)(torch.from_numpy(WORDS.encode("\nqu"))[None])[0][0, -1]
        np.testing.assert_allclose(one.numbers()["chances"]["given"], logits.softmax(0), atol=1e-12)
        assert "data-weights" not in one.to_html()

    @pytest.mark.parametrize(
        ("model", "message"),
        [
            (LanguageModel(27, 4, 6, kind="gru"), "must be (4H, H)"),
            (LanguageModel(26, 4, 6, kind="lstm"), "must be 26 different characters"),
            (LanguageModel(27, None, 6, kind="lstm"), "missing embedding.weight"),
            (LanguageModel(27, 4, 6, 2, kind="lstm"), "unknown rnn.weight_ih_l1"),
            (LanguageModel(27, 4, 257, kind="lstm"), "with H up to 256"),
            (torch.nn.LSTM(4, 6), "model must be LanguageModel"),
        ],
        ids=["GRU", "symbols", "one-hot", "two layers", "too large", "another class"],
    )
    def test_what_does_not_fit_is_named(self, model, message):
        with pytest.raises((TypeError, ValueError), match=re.escape(message)):
            InventWords(model=model)

    def test_new_weights_and_a_new_prefix_are_drawn(self):
        one = shown(t=4)
        one.prefix = "be"
        assert one.t == 1
        one.weights = NEVER
        assert one._picture == one.static_html()
        assert "no end" in one._picture


class TestPage:
    def test_a_page_loads_the_weights_of_the_course_and_later_its_words(self):
        page = InventWords().to_html()
        assert f'data-weights="{figure.NAME}"' in page
        later = json.loads(html.unescape(re.search(r'data-later="([^"]*)"', page)[1]))
        assert later == {"_dictionary": figure.DICTIONARY}
        assert len(page) < 20_000

    def test_the_weights_are_light(self):
        script = (_places.WEIGHTS / f"{figure.NAME}.js").read_bytes()
        assert len(gzip.compress(script, 9)) <= 200_000

    def test_a_missing_dictionary_says_which_command_makes_it(self, monkeypatch, tmp_path):
        monkeypatch.setattr(
            "rnnkit.widgets.base.weights.read_weights", lambda name: (tmp_path / "none").read_text()
        )
        figure.stored_dictionary.cache_clear()
        with pytest.raises(FileNotFoundError, match=r"python -m rnnkit.language.dictionary makes it"):
            shown()
        figure.stored_dictionary.cache_clear()

    def test_pieces_of_the_line_are_as_long_as_the_chances(self):
        pieces = picture.pieces_of([0.5, 0.25, 0.02, 0.23])
        assert [piece["x"] for piece in pieces] == ["0.0000", "0.5000", "0.7500", "0.7700"]
        assert [piece["name"] for piece in pieces] == ["·end", "a", "", "c"]
        assert pieces[0]["middle"] == f"{picture.LEFT + picture.LINE / 4:.1f}"
