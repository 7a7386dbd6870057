"""TwoDirections: its numbers against torch, its trained weights, its words, and what it refuses."""

import copy
import json
import re

import numpy as np
import pytest
import torch
from figure_settings import random_figures
from py_mini_racer import MiniRacer
from torch import nn

from rnnkit import __main__ as command
from rnnkit import datasets
from rnnkit.widgets.base.scripts import FOLDER
from rnnkit.widgets.two_directions import train as trainer
from rnnkit.widgets.two_directions.figure import (
    MOST_SOUNDS,
    READERS,
    SOUNDS,
    VOWELS,
    TwoDirections,
    problem_of,
    read,
    stored,
    unpack,
)

STORED = stored()
ENDINGS = {"forward": "_l0", "backward": "_l0_reverse"}
TYPED = [
    "", " ", "F OW T", "f ow1  t ah0 ", "F OW1 T AH1", "B K", "X", "AA3", "B1 AA", "AA AA1\tB", "0", "1 AA",
    "AA11", "<img src=x onerror=alert(1)>", "\U0001d538 AA", "AA " * 12, "AA " * 13,
]  # fmt: skip


@pytest.fixture(scope="module")
def script():
    """Return a JavaScript engine with the figure's script in it."""
    with MiniRacer() as engine:
        names = ("base/core", "base/ui", "two_directions/two_directions")
        engine.eval("\n".join((FOLDER / f"{name}.js").read_text("utf-8") for name in names))
        yield engine


def torch_scores(weights, sounds):
    """Return the states (T, 2H) of torch.nn.GRU on the sounds of a word, and {reader: scores (T,)}."""
    w = unpack(weights)
    D, H = w["embedding"].shape[1], len(w["readouts"]["forward"]["weight"])
    embedding = nn.Embedding.from_pretrained(torch.from_numpy(w["embedding"]))
    gru = nn.GRU(D, H, bidirectional=True, dtype=torch.float64)
    gru.load_state_dict(
        {
            name + ending: torch.from_numpy(array)
            for direction, ending in ENDINGS.items()
            for name, array in w[direction].items()
        }
    )
    with torch.no_grad():
        states = gru(embedding(torch.tensor([SOUNDS.index(sound) for sound, _ in read(sounds)])))[0]
    parts = {"forward": states[:, :H], "backward": states[:, H:], "both": states}
    return states.numpy(), {
        name: (parts[name] @ torch.from_numpy(r["weight"]) + r["bias"]).numpy()
        for name, r in w["readouts"].items()
    }


class TestNumbers:
    def test_states_and_probabilities_are_those_of_torch(self):
        for shown in random_figures(TwoDirections):
            values, T = shown.numbers(), len(read(shown.sounds))
            states, scores = torch_scores(shown.weights, shown.sounds)
            drawn = np.hstack([values["states"][direction][:T] for direction in ENDINGS])
            np.testing.assert_allclose(drawn, states, atol=1e-12)
            vowels = [sound in VOWELS for sound, _ in read(shown.sounds)]
            for name in READERS:
                reader = values["readers"][name]
                p = 1 / (1 + np.exp(-scores[name]))
                found = [p_k if p_k is not None else -1 for p_k in reader["p"]]
                np.testing.assert_allclose(
                    found, [*np.where(vowels, p, -1), *[-1] * (MOST_SOUNDS - T)], atol=1e-12
                )
                assert reader["now"] == reader["p"][shown.t - 1]
                pick = int(np.where(vowels, scores[name], -np.inf).argmax())
                assert [mark != "no" for mark in reader["marks"]].index(True) == pick
                assert reader["pick"].startswith(f"{read(shown.sounds)[pick][0]}, sound {pick + 1}")

    def test_forward_cannot_tell_words_that_begin_alike(self):
        short, long = (TwoDirections(word).numbers() for word in ("photograph", "photographic"))
        T = 7  # F OW T AH G R AE: the same in both, stressed at OW and at AE
        assert short["readers"]["forward"]["p"][:T] == long["readers"]["forward"]["p"][:T]
        assert short["states"]["forward"][:T] == long["states"]["forward"][:T]
        assert short["readers"]["backward"]["p"][:T] != long["readers"]["backward"]["p"][:T]
        for values, pick in ((short, "OW, sound 2"), (long, "AE, sound 7")):
            assert values["says"]["answer"] == pick
            assert values["readers"]["both"]["pick"] == f"{pick}: right"

    def test_backward_cannot_tell_words_that_end_alike(self):
        one, other = (TwoDirections(sounds=f"{start} EY SH AH N").numbers() for start in ("N", "V EH R IY"))
        assert one["readers"]["backward"]["p"][1] == other["readers"]["backward"]["p"][4]
        assert one["readers"]["forward"]["p"][1] != other["readers"]["forward"]["p"][4]

    def test_the_digits_of_the_stress_are_not_seen(self):
        noun, verb = (TwoDirections(f"increase ({kind})").numbers() for kind in ("noun", "verb"))
        assert noun["states"] == verb["states"]
        for name in READERS:
            assert noun["readers"][name]["p"] == verb["readers"][name]["p"]
            verdicts = {values["readers"][name]["pick"].split(": ")[1] for values in (noun, verb)}
            assert verdicts == {"right", "wrong"}

    def test_who_has_read_what(self):
        values = TwoDirections("photograph", t=3).numbers()
        assert [c["forward"] for c in values["columns"][:8]] == ["read"] * 3 + ["ahead"] * 5
        assert [c["backward"] for c in values["columns"][:8]] == ["ahead"] * 2 + ["read"] * 6
        assert [c["kind"] for c in values["columns"][8:]] == ["none"] * (MOST_SOUNDS - 8)
        assert values["says"]["forward"] == "has read F OW T, and knows nothing of the 5 sounds after it."
        assert (
            values["says"]["backward"]
            == "has read F AE R G AH T, and knows nothing of the 2 sounds before it."
        )
        assert values["says"]["question"] == "Sound 3, T, is a consonant."
        for t, reader in ((8, "forward"), (1, "backward")):
            assert TwoDirections("photograph", t=t).numbers()["says"][reader].endswith(", the whole word.")

    @pytest.mark.parametrize(("t", "truth"), [(2, "yes"), (4, "no"), (1, "–")])
    def test_truth(self, t, truth):
        assert TwoDirections("photograph", t=t).numbers()["says"]["truth"] == truth
        assert TwoDirections(sounds="F OW T AH", t=t).numbers()["says"]["truth"] == "–"


def test_says_that_no_reader_may_wait():
    """Else the reader of the page takes for the direction what is due to the moment of the answer."""
    text = re.sub(r"<[^>]+>", "", TwoDirections()._repr_mimebundle_()[0]["text/html"])
    assert "one-way reader scores a vowel at its own place; it may not wait for the rest of the word" in text


class TestTyping:
    @pytest.mark.parametrize("text", TYPED)
    def test_script_says_the_same_of_typed_sounds(self, script, text):
        assert script.call("soundsProblem", text) == problem_of(text)
        pairs = [[sound["sound"], sound["digit"]] for sound in script.call("readSounds", text)]
        assert pairs == [list(pair) for pair in read(text)]

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("", "Sounds, please, such as P AH T EY T OW."),
            ("F OW TT", "“TT” is not one of the 39 sounds."),
            ("<script>alert(1)", "“<SCRIPT>” is not one of the 39 sounds."),
            ("T1 AA", "“T1” is not one of the 39 sounds."),
            ("AA " * 13, "At most 12 sounds, please: 13 so far."),
            ("S T R", "A vowel, please, such as AH, IY or OW."),
            ("AA1 B AA1", "Only one vowel can have the 1 of the primary stress."),
        ],
    )
    def test_bad_sounds_are_named_and_change_nothing(self, text, problem):
        assert problem_of(text) == problem
        shown = TwoDirections("hotel", t=4)
        with pytest.raises(
            ValueError, match=re.escape(f"sounds must be 1 to 12 sounds of ARPAbet. {problem}")
        ):
            shown.sounds = text
        assert (shown.sounds, shown.t) == ("HH OW0 T EH1 L", 4)

    def test_small_letters_and_spaces_are_put_right(self):
        assert TwoDirections(sounds=" f  ow1 t ").sounds == "F OW1 T"

    def test_a_shorter_word_keeps_the_place_within_it(self):
        shown = TwoDirections("university", t=10)
        shown.sounds = "HH OW T EH L"
        assert shown.t == 5
        with pytest.raises(ValueError, match="t must be an integer from 1 to 5, got 6"):
            shown.t = 6
        assert shown.t == 5

    def test_unknown_word_is_named(self):
        with pytest.raises(ValueError, match=r"word must be 'photograph' or .*, got 'xyzzy'"):
            TwoDirections("xyzzy")


@pytest.fixture(scope="module")
def parts():
    """The training words and the test words; to encode a hundred thousand words takes seconds."""
    return trainer.split()


class TestWeights:
    def test_accuracy_is_that_of_the_stored_weights(self, parts):
        _, test = parts
        assert len(test[0]) == STORED["recipe"]["test_words"]
        found = trainer.accuracy(STORED["weights"], *test)
        for name in READERS:
            assert found[name] == pytest.approx(STORED["accuracy"][name], abs=2e-4)  # one word more or less

    def test_each_direction_knows_something_that_the_other_does_not(self):
        forward, backward, both = (STORED["accuracy"][name] for name in READERS)
        assert 0.75 < forward < backward < both

    def test_data_and_words_are_those_of_the_dictionary(self):
        assert STORED["data"] == {"cmudict": datasets.CMUDICT_SHA256}
        assert STORED["words"] == trainer.figure_words()
        assert len(STORED["words"]) >= 20
        assert all(problem_of(sounds) == "" for sounds in STORED["words"].values())
        assert len(set(STORED["words"].values())) == len(
            STORED["words"]
        )  # the list finds a word by its sounds

    def test_training_sees_neither_test_words_nor_words_of_the_figure(self, parts):
        (training, _), (test, _) = parts
        assert len(training) == STORED["training_words"]
        assert len(training) + len(test) < len(trainer.dictionary_words())
        seen = {tuple(word) for word in training}
        for sounds in STORED["words"].values():
            assert tuple(SOUNDS.index(sound) for sound, _ in read(sounds)) not in seen

    def test_the_page_carries_little(self):
        assert len(json.dumps(TwoDirections().props())) < 20_000
        assert STORED["recipe"] | trainer.RECIPE == STORED["recipe"]

    def test_numpy_layer_scores_as_the_figure(self):
        words = ["F OW T AH", "S T EY SH AH N AH L"]
        x = [np.array([SOUNDS.index(sound) for sound, _ in read(word)]) for word in words]
        found, vowels = trainer.scores(STORED["weights"], x)
        for row, word in enumerate(words):
            _, scores = torch_scores(STORED["weights"], word)
            assert vowels[row].tolist()[: len(x[row])] == [sound in VOWELS for sound, _ in read(word)]
            for name in READERS:
                np.testing.assert_allclose(found[name][row, : len(x[row])], scores[name], atol=1e-12)

    def test_a_short_training_learns(self, parts):
        (x, stressed), test = parts
        weights = trainer.train(x[:6000], stressed[:6000], epochs=2)
        found = trainer.accuracy(weights, *test)
        assert found["both"] > 0.8
        assert found["backward"] > found["forward"]

    def test_command_writes_the_file(self, parts, tmp_path, monkeypatch, capsys):
        training, (x, stressed) = parts
        few = x[:300], stressed[:300]
        monkeypatch.setattr(trainer, "split", lambda: (training, few))
        monkeypatch.setattr(trainer, "CHECKPOINT", tmp_path / "two_directions.json")
        monkeypatch.setattr(trainer, "train", lambda *words: STORED["weights"])
        command.main(["train", "two_directions"])
        made = json.loads((tmp_path / "two_directions.json").read_text("utf-8"))
        assert made.keys() == STORED.keys()
        assert made["weights"] == STORED["weights"]
        assert made["accuracy"] == trainer.accuracy(STORED["weights"], *few)
        assert "two_directions.json: accuracy" in capsys.readouterr().out


class TestOwnWeights:
    @pytest.mark.parametrize(
        ("path", "value", "message"),
        [
            (
                ("embedding",),
                {"scale": [1.0], "bytes": "AAAA"},
                r"weights\['embedding'\] must be \(V, D\) with V = 39",
            ),
            (("embedding", "bytes"), "<b>", r"weights\['embedding'\]\['bytes'\] must be text in base64"),
            (("forward",), None, r"weights\['forward'\] must be Mapping"),
            (
                ("forward", "bias_hh"),
                [0.0],
                r"weights\['forward'\]\['bias_hh'\] must be \(3H,\) with 3H = 30",
            ),
            (
                ("readouts", "both", "weight"),
                [0.0] * 19,
                r"weights\['readouts'\]\['both'\]\['weight'\] must be \(2H,\)",
            ),
            (
                ("readouts", "both", "bias"),
                np.nan,
                r"weights\['readouts'\]\['both'\]\['bias'\] must be a finite number",
            ),
        ],
    )
    def test_bad_weights_are_named_and_change_nothing(self, path, value, message):
        weights = copy.deepcopy(STORED["weights"])
        here = weights
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = value
        shown = TwoDirections()
        for attempt in (lambda: TwoDirections(weights=weights), lambda: setattr(shown, "weights", weights)):
            with pytest.raises((TypeError, ValueError), match=message):
                attempt()
        assert shown.weights == STORED["weights"]

    def test_new_weights_are_drawn(self):
        shown = TwoDirections("hotel", t=4)
        weights = copy.deepcopy(STORED["weights"])
        weights["readouts"]["both"]["bias"] = -20.0
        before = shown.numbers()["readers"]
        shown.weights = weights
        after = shown.numbers()["readers"]
        assert after["forward"] == before["forward"]
        assert after["both"]["now"] < 1e-3 < before["both"]["now"]
        assert ">0.00</text>" in shown._picture
