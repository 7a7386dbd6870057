"""GRUGates: its numbers, what its presets promise, both conventions, and what it refuses."""

import re
from functools import cache

import numpy as np
import pytest
import torch
from figure_settings import random_figures
from hypothesis import given
from hypothesis import strategies as st

from rnnkit import cells, layers
from rnnkit.widgets.gates.figure import LONGEST
from rnnkit.widgets.gru_gates.figure import PRESETS, WEIGHTS, GRUGates


def own_weights(**changes):
    zeros = {"weight_ih": (3, 1), "weight_hh": (3, 1), "bias_ih": 3, "bias_hh": 3}
    return {name: np.zeros(shape) for name, shape in zeros.items()} | changes


def inputs(numbers):
    return st.lists(numbers, min_size=1, max_size=LONGEST)


@cache
def one_of(preset):
    """Return a figure of a preset, for tests that give it inputs only."""
    return GRUGates(preset, t=1)


def states(preset, inputs):
    """Return h after every step of `inputs`, run through the cell of `preset`: in each convention, (2, T)."""
    shown = one_of(preset)  # to draw a new one takes longer than all its steps
    shown.inputs = inputs
    run = shown.numbers()["run"]
    return np.array([run["h_reset_after"], run["h_reset_before"]])


BOTH = pytest.mark.parametrize("reset_after", [True, False], ids=["after", "before"])


class TestNumbers:
    def test_states_are_those_of_the_cell_in_both_conventions(self):
        for shown in random_figures(GRUGates):
            values, whole = shown.numbers(), shown.mode == "sequence"
            for place in ("after", "before"):
                h = np.array([[shown.h0 if whole else shown.h]])
                for t, x in enumerate(shown.inputs if whole else [shown.x]):
                    if t == values["t"] - 1:
                        assert values["both"]["h_before"][place] == h
                    h = cells.gru_step(np.array([[x]]), h, **shown.weights, reset_after=place == "after")
                    np.testing.assert_allclose(values["run"][f"h_reset_{place}"][t], h.item(), atol=1e-12)

    def test_pieces_of_a_step_add_up(self):
        for shown in random_figures(GRUGates):
            step = shown.numbers()["step"]
            close = {"rtol": 1e-12, "atol": 1e-12}
            for gate in "rz":
                total = step[f"x_{gate}"] + step[f"h_{gate}"] + step[f"b_{gate}"]
                np.testing.assert_allclose(step[f"a_{gate}"], total, **close)
                np.testing.assert_allclose(step[gate], cells.sigmoid(total), **close)
            if shown.reset_after:
                heard = step["r"] * (step["wh_n"] * step["h_before"] + step["bh_n"])
            else:
                heard = step["wh_n"] * (step["r"] * step["h_before"]) + step["bh_n"]
            np.testing.assert_allclose(step["heard"], heard, **close)
            np.testing.assert_allclose(step["n"], np.tanh(step["x_n"] + step["b_n"] + heard), **close)
            np.testing.assert_allclose(step["kept"] + step["written"], step["h"], **close)
            assert step["one_minus_z"] == 1 - step["z"]

    def test_the_chosen_convention_is_its_column_of_the_table(self):
        for shown in random_figures(GRUGates):
            values = shown.numbers()
            for name, row in values["both"].items():
                assert row["after" if shown.reset_after else "before"] == values["step"][name]
                assert row["difference"] == row["before"] - row["after"]

    @given(st.floats(-3, 3), st.floats(-1, 1), st.floats(-20, 20), st.floats(-20, 20))
    def test_without_the_bias_b_hn_one_unit_is_the_same_in_both(self, x, h, wh_n, b_r):
        weights = {"wh_n": wh_n, "b_r": b_r, "wx_n": 1.0, "b_z": 0.0}
        alike = GRUGates("own", mode="step", x=x, h=h, **{**weights, "bh_n": 0.0}).numbers()["both"]
        assert alike["h"]["difference"] == pytest.approx(0, abs=1e-12)
        other = GRUGates("own", mode="step", x=x, h=h, **{**weights, "bh_n": 1.0}).numbers()["both"]
        assert other["heard"]["difference"] == pytest.approx(1 - other["r"]["after"], abs=1e-12)

    @pytest.mark.parametrize("kind", [torch.nn.GRU, torch.nn.GRUCell])
    def test_weights_of_torch(self, kind):
        torch.manual_seed(3)
        module, x = kind(1, 1).double(), [0.5, -2.0, 1.0]
        whole = torch.nn.GRU(1, 1).double()
        whole.load_state_dict({f"{k.removesuffix('_l0')}_l0": w for k, w in module.state_dict().items()})
        wanted = whole(torch.tensor(x).double()[:, None])[0].ravel().tolist()
        shown = GRUGates(weights=module.state_dict(), inputs=x, t=1, h0=0.0)
        np.testing.assert_allclose(shown.numbers()["run"]["h_reset_after"], wanted, atol=1e-12)
        assert shown.preset == "own"

    @BOTH
    def test_weights_of_the_numpy_layer(self, reset_after):
        layer = layers.GRU(1, 1, reset_after=reset_after, seed=4)
        x = [0.5, -2.0, 1.0]
        output, _ = layer(np.array(x)[:, None, None])
        shown = GRUGates(weights=layer.state_dict(), inputs=x, t=1, h0=0.0, reset_after=reset_after)
        run = shown.numbers()["run"]["h_reset_after" if reset_after else "h_reset_before"]
        np.testing.assert_allclose(run, output.ravel(), atol=1e-12)

    @BOTH
    def test_one_step_alone_is_that_step_of_the_sequence(self, reset_after):
        shown = GRUGates("differ", t=5, reset_after=reset_after)
        step = shown.numbers()["step"]
        shown.mode, shown.x, shown.h = "step", step["x"], step["h_before"]
        alone = shown.numbers()["step"]
        theirs = "h_reset_before" if reset_after else "h_reset_after"  # which came another way
        assert {k: v for k, v in alone.items() if k != theirs} == {
            k: v for k, v in step.items() if k != theirs
        }


class TestPresets:
    @given(x=inputs(st.floats(-3, 3)))
    def test_keep_keeps(self, x):
        assert np.abs(states("keep", x) - 0.8).max() < 1e-5

    @given(x=inputs(st.floats(-3, 3)))
    def test_replace_replaces_h_by_the_candidate(self, x):
        for h in states("replace", x):
            np.testing.assert_allclose(h, np.tanh(x), atol=1e-6)

    @given(x=inputs(st.sampled_from([-1, 1])))
    def test_blend_goes_a_quarter_of_the_way(self, x):
        for h in states("blend", x):
            before = np.array([0.0, *h[:-1]])
            np.testing.assert_allclose(h, before + 0.25 * (np.array(x) - before), atol=0.001)

    @given(x=inputs(st.sampled_from([-0.5, 0, 1])))
    def test_restart_forgets_the_past_at_every_one(self, x):
        for h in states("restart", x):
            past = np.where(np.array(x) == 1, 0, [0.0, *h[:-1]])
            np.testing.assert_allclose(h, np.tanh(0.8 * np.array(x) + past), atol=1e-4)

    def test_differ_differs_in_sign_after_a_one(self):
        run = GRUGates("differ").numbers()["run"]
        first = run["x"].index(1)
        np.testing.assert_allclose(run["h_reset_after"][:first], run["h_reset_before"][:first], atol=1e-4)
        assert max(run["h_reset_after"][first:]) < -0.5
        assert min(run["h_reset_before"][first:]) > 0.5

    @pytest.mark.parametrize("name", PRESETS)
    def test_chosen_step_shows_the_event(self, name):
        values = GRUGates(name).numbers()
        step = values["step"]
        assert {
            "keep": step["is_z"] == "the old h stays" and abs(step["n"] - step["h"]) > 0.5,
            "replace": step["is_z"] == "the new h is n" and abs(step["h"] - step["h_before"]) > 0.5,
            "blend": step["is_z"].startswith("the new h is between") and step["h_before"] * step["n"] < 0,
            "restart": step["is_r"] == "sees nothing of" and step["h_before"] * step["h"] < 0,
            "differ": abs(values["both"]["h"]["difference"]) > 1,
        }[name]

    def test_sentences_name_the_numbers_of_their_settings(self):
        assert GRUGates("keep").h0 == 0.8
        assert GRUGates("differ").bh_n == 1.5
        assert cells.sigmoid(np.array(GRUGates("blend").b_z)) == pytest.approx(0.75, abs=0.001)

    def test_the_convention_belongs_to_no_preset(self):
        shown = GRUGates("restart")
        shown.reset_after = False
        assert shown.preset == "restart"
        shown.preset = "keep"
        assert shown.reset_after is False

    @pytest.mark.parametrize("change", [{"bh_n": 1.0}, {"inputs": [1.0]}, {"h0": 0.5}])
    def test_another_setting_makes_it_ones_own(self, change):
        shown = GRUGates("keep")
        for name, value in change.items():
            setattr(shown, name, value)
        assert shown.preset == GRUGates("keep", **{"t": 1, **change}).preset == "own"


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"preset": "latch"}, ValueError, "preset must be 'keep' or .* 'own', got 'latch'"),
            ({"gate": "i"}, ValueError, "gate must be 'z' or"),
            ({"reset_after": 1}, TypeError, "reset_after must be"),
            ({"t": 13}, ValueError, "t must be an integer from 1 to 12, got 13"),
            ({"h0": 1.1}, ValueError, "h0 must be a finite number from -1.0 to 1.0"),
            ({"bh_n": np.nan}, ValueError, "bh_n must be a finite number"),
            ({"wx_z": 101.0}, ValueError, "wx_z must be a finite number from -100.0 to 100.0"),
            ({"inputs": [np.inf]}, ValueError, "inputs must be finite"),
            ({"weights": {"weight_ih": 1}}, ValueError, "weights must have the keys .*missing weight_hh"),
            ({"weights": own_weights(bias_ih=np.zeros(4))}, ValueError, r"must be \(3,\), got \(4,\)"),
            ({"weights": own_weights(bias_hh=np.full(3, 1e3))}, ValueError, "b_r must be .* to 100.0"),
        ],
    )
    def test_bad_value_is_named_and_changes_nothing(self, settings, error, message):
        with pytest.raises(error, match=message):
            GRUGates(**settings)
        shown = GRUGates("keep")
        before = shown.props()
        (name, value), *_ = settings.items()
        with pytest.raises(error, match=message):
            setattr(shown, name, value)
        assert shown.props() == before

    def test_weights_go_in_and_come_out(self):
        shown, rng = GRUGates(), np.random.default_rng(0)
        given = own_weights(weight_ih=rng.normal(size=(3, 1)), bias_ih=np.arange(3.0), bias_hh=np.ones(3))
        shown.weights = given
        assert shown.preset == "own"
        np.testing.assert_array_equal(shown.weights["weight_ih"], given["weight_ih"])
        np.testing.assert_array_equal(shown.weights["bias_ih"], [1, 2, 2])
        np.testing.assert_array_equal(shown.weights["bias_hh"], [0, 0, 1])  # b_hn does not join b_in
        again = GRUGates(reset_after=True, **{name: getattr(shown, name) for name in WEIGHTS})
        assert again.props() == shown.props()


@BOTH
def test_says_in_words_what_the_step_does(reset_after):
    html = GRUGates("differ", reset_after=reset_after).to_html()
    said = re.sub("<[^>]*>", "", html.split('gates-says">')[1].split("</p>")[0])
    place = "after the product, as in torch" if reset_after else "before the product, as published"
    assert said.startswith(
        f"Step 3 of 12, reset {place}: r is 0.00, so n sees nothing of the old h; z is 0.00"
    )
    assert ("from 0.74 to −0.64." if reset_after else "from 0.74 to 0.64.") in said
    assert f'data-state="{"after" if reset_after else "before"}"' in html
