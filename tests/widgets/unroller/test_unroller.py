"""The Unroller: its numbers, its weights and what it refuses."""

import json

import numpy as np
import pytest
import torch
from figure_settings import unroller_shapes

from rnnkit import __main__ as command
from rnnkit.widgets import Unroller
from rnnkit.widgets.unroller import figure as unroller
from rnnkit.widgets.unroller import train as trainer
from rnnkit.widgets.unroller.figure import ALPHABET, CHECKPOINT, weights_of

STORED = json.loads(CHECKPOINT.read_text("utf-8"))
EPOCHS = STORED["epochs"]


def small_weights(H=2, **changes):
    return {name: np.full(shape, 0.1) for name, shape in unroller_shapes(H).items()} | changes


class TestNumbers:
    @pytest.mark.parametrize("kind", [torch.nn.RNN, torch.nn.RNNCell])
    def test_equal_to_torch(self, kind):
        torch.manual_seed(1)
        rnn, readout = kind(4, 3).double(), torch.nn.Linear(3, 4).double()
        x = torch.eye(4).double()[[ALPHABET.index(letter) for letter in "olleh"]]
        h, states = torch.zeros(1, 3).double(), []
        cell = torch.nn.RNNCell(4, 3).double()
        cell.load_state_dict({name.removesuffix("_l0"): w for name, w in rnn.state_dict().items()})
        for x_t in x:
            h = cell(x_t[None], h)
            states.append(h[0].tolist())
        logits = readout(torch.tensor(states, dtype=torch.float64))
        losses = torch.nn.functional.cross_entropy(logits, torch.tensor([0, 1, 2, 3, 3]), reduction="none")
        values = Unroller.from_torch(rnn, readout, word="olleh", answer="ehloo", t=5).numbers()
        np.testing.assert_allclose(values["states"][1:], states, atol=1e-12)
        np.testing.assert_allclose(
            [step["p"] for step in values["steps"]], logits.softmax(1).tolist(), atol=1e-12
        )
        np.testing.assert_allclose([step["loss"] for step in values["steps"]], losses.tolist(), atol=1e-12)

    def test_before_the_first_letter_there_is_nothing(self):
        values = Unroller(t=0).numbers()
        assert (values["read"], values["said"], values["wanted"]) == ("nothing yet", "–", "–")
        assert values["h"] == [0.0] * 4
        assert values["now"]["loss"] is None
        assert values["chosen"] == ["no"] * 4

    def test_without_an_answer_there_is_no_loss(self):
        values = Unroller(word="lloeh", answer="", t=5).numbers()
        assert values["mean_loss"] is None
        assert {step["verdict"] for step in values["steps"]} == {"unknown"}
        assert values["wanted"] == "–"


class TestCheckpoint:
    def test_losses_are_those_of_the_stored_weights(self):
        losses = [Unroller(epoch=epoch).numbers()["mean_loss"] for epoch in EPOCHS]
        np.testing.assert_allclose(losses, STORED["losses"], atol=1e-4)
        assert losses == sorted(losses, reverse=True)

    def test_training_shows_first_nonsense_then_the_word(self):
        assert Unroller(epoch=EPOCHS[0], t=5).numbers()["said"] != "ohlol"
        assert Unroller(t=5).numbers()["said"] == STORED["recipe"]["answer"] == "ohlol"

    def test_command_makes_it_again(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(trainer, "CHECKPOINT", tmp_path / "data/unroller.json")
        (tmp_path / "data").mkdir()
        command.main(["train", "unroller"])
        made = json.loads((tmp_path / "data/unroller.json").read_text("utf-8"))
        assert made["recipe"].keys() == STORED["recipe"].keys()
        np.testing.assert_allclose(
            made["losses"], STORED["losses"], atol=0.02
        )  # other machines round otherwise
        assert "unroller.json: loss 1.56" in capsys.readouterr().out

    def test_missing_file_names_the_command(self, tmp_path, monkeypatch):
        monkeypatch.setattr(unroller, "CHECKPOINT", tmp_path / "unroller.json")
        unroller._trained.cache_clear()
        with pytest.raises(FileNotFoundError, match="python -m rnnkit train unroller makes it"):
            Unroller()


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"word": "hallo"}, ValueError, "word must be 5 of the letters e, h, l, o, got 'hallo'"),
            ({"word": "hell"}, ValueError, "word must be 5 of the letters"),
            ({"word": 5}, TypeError, "word must be str, got 5"),
            ({"answer": "<b>"}, ValueError, "answer must be 5 of the letters"),
            ({"t": 6}, ValueError, "t must be an integer from 0 to 5, got 6"),
            ({"t": 1.5}, TypeError, "t must be an integer"),
            ({"epoch": 3}, ValueError, "epoch must be one of 0, 2, 5, .*, got 3"),
            ({"weights": []}, TypeError, "weights must be a dict of arrays or a list"),
            ({"weights": {"a": 1}}, ValueError, r"weights\[0\] must have the keys .*unknown a"),
            ({"weights": small_weights(H=7)}, ValueError, "at most 6 hidden units, got 7"),
            (
                {"weights": small_weights(bias_y=[0, 0, 0])},
                ValueError,
                r"weights\[0\]\['bias_y'\] must be \(V,\)",
            ),
            ({"weights": small_weights(bias_y=[0, 0, 0, np.nan])}, ValueError, "must be finite, got 1 NaN"),
            (
                {"weights": small_weights(bias_y=[0, 0, 0, np.inf])},
                ValueError,
                "must be finite, got 0 NaN and 1",
            ),
            (
                {"weights": small_weights(bias_y=[0, 0, 0, -2e6])},
                ValueError,
                "must be numbers from -1e[+]06 to",
            ),
            (
                {"weights": small_weights(epoch=-1)},
                ValueError,
                "'epoch'. must be an integer from 0 to 1000000000",
            ),
            ({"weights": [small_weights(epoch=2), small_weights(epoch=1)]}, ValueError, "must grow, got"),
            ({"weights": [small_weights(2), small_weights(3)]}, ValueError, "with .*H = 2"),
        ],
    )
    def test_bad_value_is_named_and_changes_nothing(self, settings, error, message):
        with pytest.raises(error, match=message):
            Unroller(**settings)
        shown = Unroller(t=2)
        before = shown.props()
        (name, value), *_ = settings.items()
        with pytest.raises(error, match=message):
            setattr(shown, name, value)
        assert shown.props() == before

    def test_own_weights_replace_the_picture(self):
        shown = Unroller(epoch=20)
        first, seen = shown._picture, []
        shown.observe(lambda change: seen.append(change.name), ["weights", "epoch", "_picture"])
        shown.weights = small_weights(H=3)
        assert (shown.epoch, len(shown.numbers()["h"])) == (0, 3)
        assert shown._picture != first
        assert sorted(seen) == ["_picture", "epoch", "weights"]

    def test_new_weights_reach_the_page_with_their_epoch_and_picture(self):
        shown, sent = Unroller(epoch=20), []
        shown.send_state = lambda key=None: sent.append(set(key))
        shown.weights = small_weights(H=3)
        assert sent == [{"weights", "epoch", "_picture"}]  # one by one, they would not fit together

    def test_weights_of_torch(self):
        rnn, readout = torch.nn.RNN(4, 2), torch.nn.Linear(2, 4)
        weights = weights_of(rnn, readout)
        np.testing.assert_allclose(weights["weight_hh"], rnn.weight_hh_l0.detach().numpy())
        with pytest.raises(ValueError, match="unknown weight_ih_l1"):
            Unroller.from_torch(torch.nn.RNN(4, 2, num_layers=2), readout)
