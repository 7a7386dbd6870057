"""LSTMGates: its numbers, what its presets promise, and what it refuses."""

from functools import cache

import numpy as np
import pytest
import torch
from figure_settings import random_figures
from hypothesis import given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from rnnkit import cells
from rnnkit.widgets.base.scripts import script_source
from rnnkit.widgets.gates import picture
from rnnkit.widgets.gates.figure import LONGEST
from rnnkit.widgets.lstm_gates.figure import PRESETS, WEIGHTS, LSTMGates


def own_weights(**changes):
    zeros = {"weight_ih": (4, 1), "weight_hh": (4, 1), "bias_ih": 4, "bias_hh": 4}
    return {name: np.zeros(shape) for name, shape in zeros.items()} | changes


def inputs(numbers):
    return st.lists(numbers, min_size=1, max_size=LONGEST)


@cache
def one_of(preset):
    """Return a figure of a preset, for tests that give it inputs only."""
    return LSTMGates(preset, t=1)


def states(preset, inputs):
    """Return c and h after every step of `inputs`, run through the cell of `preset`."""
    shown = one_of(preset)  # to draw a new one takes longer than all its steps
    shown.inputs = inputs
    run = shown.numbers()["run"]
    return np.array(run["c"]), np.array(run["h"])


@pytest.fixture(scope="module")
def script():
    """Return a JavaScript engine with the figure's script in it."""
    with MiniRacer() as engine:
        engine.eval(script_source("lstm_gates"))
        yield engine


class TestNumbers:
    def test_states_are_those_of_the_cell(self):
        for shown in random_figures(LSTMGates):
            whole = shown.mode == "sequence"
            values = shown.numbers()
            h, c = (np.array([[s]]) for s in ((shown.h0, shown.c0) if whole else (shown.h, shown.c)))
            for t, x in enumerate(shown.inputs if whole else [shown.x]):
                if t == values["t"] - 1:
                    assert (values["step"]["h_before"], values["step"]["c_before"]) == (h, c)
                h, c = cells.lstm_step(np.array([[x]]), h, c, **shown.weights)
                np.testing.assert_allclose(
                    (values["run"]["h"][t], values["run"]["c"][t]), (h.item(), c.item()), atol=1e-12
                )

    def test_pieces_of_a_step_add_up(self):
        for shown in random_figures(LSTMGates):
            step = shown.numbers()["step"]
            for gate in "ifgo":
                z = step[f"x_{gate}"] + step[f"h_{gate}"] + step[f"b_{gate}"]
                np.testing.assert_allclose(step[f"z_{gate}"], z, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(step["kept"] + step["written"], step["c"], rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(step["o"] * np.tanh(step["c"]), step["h"], rtol=1e-12, atol=1e-12)

    @pytest.mark.parametrize("kind", [torch.nn.LSTM, torch.nn.LSTMCell])
    def test_weights_of_torch(self, kind):
        torch.manual_seed(3)
        module, x = kind(1, 1).double(), [0.5, -2.0, 1.0]
        whole = torch.nn.LSTM(1, 1).double()
        whole.load_state_dict({f"{k.removesuffix('_l0')}_l0": w for k, w in module.state_dict().items()})
        wanted = whole(torch.tensor(x).double()[:, None])[0].ravel().tolist()
        shown = LSTMGates(weights=module.state_dict(), inputs=x, t=1)
        np.testing.assert_allclose(shown.numbers()["run"]["h"], wanted, atol=1e-12)
        assert shown.preset == "own"

    def test_one_step_alone_is_that_step_of_the_sequence(self):
        shown = LSTMGates("latch", t=8)
        step = shown.numbers()["step"]
        shown.mode, shown.x, shown.h, shown.c = "step", step["x"], step["h_before"], step["c_before"]
        assert shown.numbers()["step"] == step
        assert (shown.numbers()["T"], shown.numbers()["t"]) == (1, 1)


class TestPresets:
    @given(inputs(st.floats(-3, 3)))
    def test_keep_keeps(self, x):
        c, _ = states("keep", x)
        assert np.abs(c - 0.8).max() < 1e-5

    @given(inputs(st.sampled_from([0, 1])))
    def test_erase_erases_at_the_first_pulse(self, x):
        c, _ = states("erase", x)
        erased = np.cumsum(x) > 0
        assert np.abs(c[~erased] - 0.8).max(initial=0) < 0.003
        assert np.abs(c[erased]).max(initial=0) < 1e-4

    @given(inputs(st.floats(-3, 3)))
    def test_write_replaces_c_by_the_candidate(self, x):
        c, _ = states("write", x)
        np.testing.assert_allclose(c, np.tanh(x), atol=1e-6)

    @given(inputs(st.sampled_from([0, 1])))
    def test_count_counts(self, x):
        c, _ = states("count", x)
        assert np.abs(c - np.cumsum(x)).max() < 0.005

    @given(inputs(st.sampled_from([-1, 0, 1])))
    def test_latch_holds_a_bit(self, x):
        c, h = states("latch", x)
        bit, bits = 0, []
        for pulse in x:
            bit = {1: 1, 0: bit, -1: 0}[pulse]
            bits.append(bit)
        assert np.abs(c - bits).max() < 0.02
        assert ((h > 0.5) == bits).all()

    def test_their_sequences_show_what_they_say(self):
        assert LSTMGates("keep").numbers()["run"]["c"] == pytest.approx([0.8] * 12, abs=1e-6)
        assert LSTMGates("count").numbers()["run"]["c"][-1] == pytest.approx(5, abs=0.005)
        latch = LSTMGates("latch").numbers()["run"]
        assert set(latch["x"]) == {-1, 0, 1}
        twice = [
            t for t, (x, i) in enumerate(zip(latch["x"], latch["i"], strict=True)) if x == 1 and i < 0.01
        ]
        assert twice == [4]  # the second 1 finds the input gate shut

    @pytest.mark.parametrize("name", PRESETS)
    def test_chosen_step_shows_the_event(self, name):
        step = LSTMGates(name).numbers()["step"]
        if name == "keep":
            assert abs(step["g"]) > 0.5  # something comes in
            assert step["is_i"] == "shut"
        else:
            assert abs(step["c"] - step["c_before"]) > 0.5

    def test_choosing_one_loads_it(self):
        shown, seen = LSTMGates("latch", mode="step"), []
        shown.observe(lambda change: seen.append(change.name), ["preset", "b_f", "mode"])
        shown.preset = "write"
        assert {name: getattr(shown, name) for name in PRESETS["write"]["settings"]} == PRESETS["write"][
            "settings"
        ]
        assert shown.mode == "sequence"
        assert sorted(seen) == ["b_f", "mode", "preset"]

    def test_settings_of_one_reach_the_page_together(self):
        shown, sent = LSTMGates("latch"), []
        shown.send_state = lambda key=None: sent.append({key} if isinstance(key, str) else set(key))
        shown.preset = "write"
        assert len(sent) == 1  # one by one, the page would take them for the reader's own
        assert sent[0] >= {"preset", "wx_i", "b_f", "inputs", "t"}

    @pytest.mark.parametrize("change", [{"b_f": 1.0}, {"inputs": [1.0]}, {"c0": 0.5}])
    def test_another_setting_makes_it_ones_own(self, change):
        shown = LSTMGates("count")
        for name, value in change.items():
            setattr(shown, name, value)
        assert shown.preset == LSTMGates("count", **{"t": 1, **change}).preset == "own"
        assert "Your own settings." in shown.to_html()

    def test_moving_through_time_does_not(self):
        shown = LSTMGates("count")
        shown.t, shown.gate = 9, "f"
        assert shown.preset == "count"


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"preset": "forget"}, ValueError, "preset must be 'keep' or .* 'own', got 'forget'"),
            ({"mode": "<b>"}, ValueError, "mode must be 'sequence' or 'step', got '<b>'"),
            ({"gate": 1}, TypeError, "gate must be 'i' or"),
            ({"t": 0}, ValueError, "t must be an integer from 1 to 60, got 0"),
            ({"t": 13}, ValueError, "t must be an integer from 1 to 12, got 13"),
            ({"t": 1.0}, TypeError, "t must be an integer"),
            ({"inputs": []}, ValueError, r"inputs must be \(T,\) and not empty"),
            ({"inputs": [[1.0]]}, ValueError, r"inputs must be \(T,\), got \(1, 1\)"),
            ({"inputs": [np.nan]}, ValueError, "inputs must be finite, got 1 NaN"),
            ({"inputs": "hello"}, TypeError, "inputs must be an array of real numbers"),
            ({"inputs": [0.0] * 61}, ValueError, "inputs must be .* T up to 60, got"),
            ({"inputs": [101.0]}, ValueError, "inputs must be numbers from -100.0 to 100.0"),
            ({"h": 1.1}, ValueError, "h must be a finite number from -1.0 to 1.0"),
            ({"c0": np.inf}, ValueError, "c0 must be a finite number"),
            ({"b_f": np.nan}, ValueError, "b_f must be a finite number"),
            ({"wx_i": "5"}, TypeError, "wx_i must be a number"),
            ({"wh_o": 1e4}, ValueError, "wh_o must be a finite number from -100.0 to 100.0"),
            ({"weights": 5}, TypeError, "weights must be dict"),
            ({"weights": {"weight_ih": 1}}, ValueError, "weights must have the keys .*missing weight_hh"),
            ({"weights": own_weights(more=1)}, ValueError, "unknown more"),
            (
                {"weights": own_weights(weight_ih=np.zeros((8, 2)))},
                ValueError,
                r"must be \(4, 1\), got \(8, 2\)",
            ),
            ({"weights": own_weights(bias_hh=np.full(4, np.nan))}, ValueError, "must be finite, got 4 NaN"),
            ({"weights": own_weights(bias_hh=np.full(4, 1e3))}, ValueError, "b_i must be .* to 100.0"),
        ],
    )
    def test_bad_value_is_named_and_changes_nothing(self, settings, error, message):
        with pytest.raises(error, match=message):
            LSTMGates(**settings)
        shown = LSTMGates("count")
        before = shown.props()
        (name, value), *_ = settings.items()
        with pytest.raises(error, match=message):
            setattr(shown, name, value)
        assert shown.props() == before

    def test_weights_go_in_and_come_out(self):
        shown, rng = LSTMGates(), np.random.default_rng(0)
        given = own_weights(weight_ih=rng.normal(size=(4, 1)), bias_ih=np.arange(4.0), bias_hh=np.ones(4))
        shown.weights = given
        assert shown.preset == "own"
        np.testing.assert_array_equal(shown.weights["weight_ih"], given["weight_ih"])
        np.testing.assert_array_equal(shown.weights["bias_ih"] + shown.weights["bias_hh"], [1, 2, 3, 4])
        assert LSTMGates(**{name: getattr(shown, name) for name in WEIGHTS}).props() == shown.props()

    def test_time_stays_within_a_shorter_sequence(self):
        shown = LSTMGates("count", t=9)
        shown.inputs = [1.0, 0.0]
        assert (shown.t, shown.numbers()["T"]) == (2, 2)


class TestPicture:
    @pytest.mark.parametrize("value", [-30.0, -1.0, -0.3, -0.004, 0.0, 1e-9, 0.25, 0.5, 0.999, 1.0, 7.0])
    def test_rules_are_those_of_the_script(self, script, value):
        assert float(script.call("wireWidth", value)) == pytest.approx(picture.wire_width(value), abs=0.006)
        assert float(script.call("tintOf", value)) == pytest.approx(picture.tint(value), abs=6e-4)
        assert script.call("signOf", value) == picture.sign(value)
        if 0 <= value <= 1:
            assert script.call("leaves", value) == picture.leaves(value)

    def test_doors_close_as_the_gates_do(self):
        assert picture.leaves(0.0).startswith("M-22.00 -0.00A")  # both leaves meet in the middle
        assert picture.leaves(1.0).startswith("M-0.00 -22.00A")  # nothing is left of them
        widths = [picture.wire_width(v) for v in (0, 0.1, 0.5, 1, 2, 6, 100)]
        assert widths == sorted(widths)
        assert widths[0] == 1.5
        assert widths[-1] < 10.5
        assert picture.wire_width(-2) == picture.wire_width(2)

    def test_says_in_words_what_the_step_does(self):
        html = LSTMGates("erase").to_html()
        said = "".join(
            part.split(">")[-1] for part in html.split('gates-says">')[1].split("</p>")[0].split("<")
        )
        assert said.startswith(
            "Step 6 of 12: the input gate is shut, the forget gate shut, the output gate open."
        )
        assert said.endswith("c goes from 0.80 to 0.00, h from 0.66 to 0.00.")
