"""The trained unit that chapter 03 shows in LSTMGates: its task, its weights, its command."""

import json

import numpy as np
import pytest

from rnnkit import __main__ as command
from rnnkit import layers, tasks
from rnnkit.widgets.lstm_gates import train as trainer
from rnnkit.widgets.lstm_gates.figure import LSTMGates

STORED = json.loads(trainer.CHECKPOINT.read_text("utf-8"))
UNIT = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def states(x):
    """Return the states (T, B) of the stored unit on x (T, B, 1), by the NumPy layer."""
    layer = layers.LSTM(1, 1)
    layer.load_state_dict({f"{name}_l0": np.array(STORED["weights"][name]) for name in UNIT})
    return layer(x.astype(float))[0][..., 0]


class TestTask:
    def test_the_sign_is_the_mark(self):
        x, y = trainer.draw(50, np.random.default_rng(0), T=12)
        assert x.shape == (12, 50, 1)
        assert y.shape == (50, 1)
        assert ((x > 0).sum(axis=0) == 2).all()
        np.testing.assert_allclose(np.where(x > 0, x, 0).sum(axis=0), y, rtol=1e-6)


class TestWeights:
    def test_loss_is_that_of_the_stored_weights(self):
        x, y = trainer.draw(600, np.random.default_rng(7))
        answers = states(x)[-1][:, None] @ np.array(STORED["weights"]["weight_hy"]).T
        loss = np.mean((answers + STORED["weights"]["bias_y"] - y) ** 2)
        assert loss == pytest.approx(min(STORED["losses"]), rel=0.3)
        assert loss < 0.05 * tasks.adding_trivial()
        assert STORED["trivial"] == round(tasks.adding_trivial(), 5)

    def test_the_figure_shows_the_states_of_the_layer(self):
        x, _ = trainer.draw(10, np.random.default_rng(7))
        weights = {name: STORED["weights"][name] for name in UNIT}
        for inputs, h in zip(x[..., 0].T.tolist(), states(x).T, strict=True):
            run = LSTMGates("own", weights=weights, inputs=inputs, t=1).numbers()["run"]
            np.testing.assert_allclose(run["h"], h, atol=1e-12)

    def test_the_best_start_is_stored(self):
        best = STORED["recipe"]["seeds"][int(np.argmin(STORED["losses"]))]
        assert STORED["seed"] == best
        assert len(STORED["losses"]) == len(STORED["recipe"]["seeds"])

    def test_the_doors_do_what_the_chapter_says(self):
        x, _ = trainer.draw(100, np.random.default_rng(8), T=12)
        weights = {name: STORED["weights"][name] for name in UNIT}
        opened, shut = [], []
        figure = LSTMGates("own", weights=weights, t=1)
        for b in range(100):
            figure.inputs = x[:, b, 0].tolist()
            run = figure.numbers()["run"]
            positive = x[:, b, 0] > 0
            assert np.array(run["f"]).min() > 0.9
            opened += [*np.array(run["i"])[positive]]
            shut += [*np.array(run["i"])[~positive]]
        assert np.mean(shut) < 0.1
        assert np.mean(opened) > 5 * np.mean(shut)


class TestTraining:
    def test_the_stored_start_learns_again(self):
        weights, loss = trainer.train(STORED["seed"])
        assert loss < 0.05 * tasks.adding_trivial()  # other machines round otherwise
        assert {name: w.shape for name, w in weights.items()} == {
            name: np.shape(w) for name, w in STORED["weights"].items()
        }

    def test_command_writes_the_best_of_its_starts(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(trainer, "CHECKPOINT", tmp_path / "lstm_adding.json")
        monkeypatch.setattr(trainer, "RECIPE", {**trainer.RECIPE, "seeds": [3, 9]})
        losses = {3: 0.2, 9: 0.1}
        weights = {name: np.array(w) for name, w in STORED["weights"].items()}
        monkeypatch.setattr(trainer, "train", lambda seed: (weights, losses[seed]))
        command.main(["train", "lstm_gates"])
        made = json.loads((tmp_path / "lstm_adding.json").read_text("utf-8"))
        assert made.keys() == STORED.keys()
        assert (made["seed"], made["losses"], made["weights"]) == (9, [0.2, 0.1], STORED["weights"])
        assert "lstm_adding.json: loss 0.1" in capsys.readouterr().out
