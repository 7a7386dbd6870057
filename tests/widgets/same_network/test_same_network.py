"""SameNetwork: its outputs against torch, every single difference by hand, its words, and what it refuses."""

from itertools import product

import numpy as np
import pytest
import torch
from figure_settings import random_figures

from rnnkit import layers
from rnnkit.convert import HardSigmoid, Recurrent, run
from rnnkit.widgets.same_network import conventions
from rnnkit.widgets.same_network.figure import APART, INPUTS, MOST, WEIGHTS, SameNetwork

KINDS, LIBRARIES = tuple(conventions.GATES), tuple(conventions.LIBRARIES)
MOVES = "Moves each row to the place of its gate."
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def own(kind):
    return {name: np.array(array) for name, array in WEIGHTS[kind].items()}


def computed(kind, weights, **settings):
    """Return what the first unit of a layer gives for the figure's inputs."""
    layer = Recurrent(kind, {f"{name}_l0": array for name, array in weights.items()}, **settings)
    return run(layer, np.array(INPUTS)[:, None, None])[0][:, 0, 0]


def shown(kind, target, **settings):
    return SameNetwork(kind, "torch", target, **settings).numbers()


class TestSingleDifferences:
    """Each against the same mistake, made by hand."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_without_one_it_is_torch(self, kind):
        module = getattr(torch.nn, kind)(1, 2).double()
        module.load_state_dict({f"{name}_l0": torch.tensor(a) for name, a in own(kind).items()})
        wanted = module(torch.tensor(INPUTS, dtype=torch.float64)[:, None])[0][:, 0].tolist()
        values = shown(kind, "torch")
        np.testing.assert_allclose(values["a"], wanted, **CLOSE)
        assert values["b"] == values["a"]
        assert (values["parts"], values["differences"][0]["state"]) == (0, "off")

    @pytest.mark.parametrize(("kind", "blocks"), [("LSTM", [0, 2, 3, 1]), ("GRU", [1, 0, 2])])
    def test_order_of_the_gates(self, kind, blocks):
        rows = np.concatenate([[2 * k, 2 * k + 1] for k in blocks])
        read = {name: array[rows] for name, array in own(kind).items()}
        np.testing.assert_allclose(shown(kind, "order")["b"], computed(kind, read), **CLOSE)

    def test_reset_gate_before_the_product(self):
        layer = layers.GRU(1, 2, reset_after=False)
        layer.load_state_dict({f"{name}_l0": array for name, array in own("GRU").items()})
        output, _ = layer(np.array(INPUTS)[:, None, None])
        np.testing.assert_allclose(shown("GRU", "reset")["b"], output[:, 0, 0], **CLOSE)

    def test_z_is_the_share_of_the_new_state(self):
        h, weights = np.zeros(2), own("GRU")
        for x, b in zip(INPUTS, shown("GRU", "z")["b"], strict=True):
            by_x, by_h = (np.split(weights[f"weight_{end}"] @ v + weights[f"bias_{end}"], 3)
                          for end, v in (("ih", [x]), ("hh", h)))  # fmt: skip
            r, z = (1 / (1 + np.exp(-by_x[k] - by_h[k])) for k in (0, 1))
            h = (1 - z) * h + z * np.tanh(by_x[2] + r * by_h[2])
            np.testing.assert_allclose(b, h[0], **CLOSE)

    @pytest.mark.parametrize("kind", KINDS)
    def test_second_bias_is_lost(self, kind):
        lost = own(kind) | {"bias_hh": np.zeros_like(own(kind)["bias_hh"])}
        np.testing.assert_allclose(shown(kind, "bias")["b"], computed(kind, lost), **CLOSE)

    @pytest.mark.parametrize("kind", ["LSTM", "GRU"])
    @pytest.mark.parametrize(("target", "slope"), [("fifth", 0.2), ("sixth", 1 / 6)])
    def test_a_line_for_the_sigmoid(self, kind, target, slope):
        wanted = computed(kind, own(kind), gate=HardSigmoid(slope))
        np.testing.assert_allclose(shown(kind, target)["b"], wanted, **CLOSE)

    def test_one_is_added_to_the_forget_gate(self):
        more = own("LSTM")
        more["bias_ih"][2:4] += 1
        np.testing.assert_allclose(shown("LSTM", "forget")["b"], computed("LSTM", more), **CLOSE)

    def test_square_matrix_is_turned_over(self):
        over = own("RNN") | {"weight_hh": own("RNN")["weight_hh"].T}
        np.testing.assert_allclose(shown("RNN", "layout")["b"], computed("RNN", over), **CLOSE)

    def test_relu_for_tanh(self):
        wanted = computed("RNN", own("RNN"), nonlinearity="relu")
        np.testing.assert_allclose(shown("RNN", "activation")["b"], wanted, **CLOSE)

    @pytest.mark.parametrize("kind", KINDS)
    def test_each_shows_with_the_weights_of_the_course(self, kind):
        """Else the reader would see nothing."""
        for target in conventions.ONLY:
            values = shown(kind, target)
            applies = values["differences"][0]["state"] != "off"
            assert bool(values["parts"]) == applies, target
            assert values["largest"] == (values["differences"][0]["alone"] or 0.0), target

    def test_units_one_by_one(self):
        how = {"order": "gifo each", "layout": "rows", "bias": "one", "forget": "0"}
        arrays = {"weight_ih": np.arange(8.0)[:, None], "weight_hh": np.zeros((8, 2)),
                  "bias_ih": np.arange(8.0), "bias_hh": np.zeros(8)}  # fmt: skip
        kept = conventions.store("LSTM", arrays, how)
        assert kept["bias_ih"].tolist() == [4, 0, 2, 6, 5, 1, 3, 7]  # g, i, f, o of unit 1, then of unit 2


class TestEveryPair:
    @pytest.mark.parametrize("kind", KINDS)
    def test_converted_is_the_same_or_refused(self, kind):
        figure = SameNetwork(kind)
        for figure.source, figure.target in product(LIBRARIES, (*LIBRARIES, *conventions.ONLY)):
            figure.way = "copy"
            copied = figure.numbers()
            figure.way = "convert"
            converted = figure.numbers()
            states = [one["state"] for one in converted["differences"]]
            assert len(states) == MOST
            if "cannot" in states:
                assert converted["b"] is converted["largest"] is None
                assert converted["says"]["part"] == "nothing is written"
            else:
                np.testing.assert_allclose(converted["b"], converted["a"], **CLOSE)
            assert copied["a"] == converted["a"]
            assert copied["b"] is not None
            if states[0] == "off":
                np.testing.assert_allclose(copied["b"], copied["a"], **CLOSE)

    @pytest.mark.parametrize("kind", KINDS)
    def test_store_and_read_undo_each_other(self, kind):
        rng = np.random.default_rng(0)
        for source in LIBRARIES:
            how, _ = conventions.pair(kind, source, source)
            weights = {name: rng.normal(size=a.shape) for name, a in own(kind).items()}
            once = conventions.read(kind, conventions.store(kind, weights, how), how)
            again = conventions.read(kind, conventions.store(kind, once, how), how)
            for name, array in once.items():
                np.testing.assert_allclose(again[name], array, rtol=1e-15, atol=1e-15)
                if how["bias"] == "two":
                    np.testing.assert_allclose(array, weights[name], rtol=1e-15, atol=1e-15)

    def test_outputs_are_apart_where_it_says_so(self):
        for figure in random_figures(SameNetwork, 100):
            values = figure.numbers()
            if values["b"] is None:
                continue
            apart = np.abs(np.subtract(values["a"], values["b"])) > APART
            assert values["parts"] == (apart.argmax() + 1 if apart.any() else 0)
            assert values["top"] >= max(1, *map(abs, values["a"] + values["b"]))


class TestRows:
    def test_copied_rows_stay_and_the_wrong_ones_are_marked(self):
        rows = SameNetwork("LSTM", "torch", "onnx").numbers()["rows"]
        assert [row["left"] + row["right"] for row in rows] == [
            "i₁i₁", "i₂i₂", "f₁o₁", "f₂o₂", "g₁f₁", "g₂f₂", "o₁g₁", "o₂g₂",
        ]  # fmt: skip
        assert "".join(row["wrong"] or "." for row in rows) == "..≠≠≠≠≠≠"
        assert all(
            row["left_numbers"] == row["right_numbers"] and row["gate"] == row["holds"] for row in rows
        )

    def test_converted_rows_go_to_their_gate(self):
        rows = SameNetwork("LSTM", "torch", "onnx", way="convert").numbers()["rows"]
        for row in rows:
            other = rows[row["to"]]
            assert other["right"] == row["left"]
            assert other["right_numbers"] == row["left_numbers"]
            assert (other["holds"], row["wrong"]) == (row["gate"], "")

    def test_what_converting_does_to_the_numbers_is_seen(self):
        z = SameNetwork("GRU", "torch", "z", way="convert").numbers()["rows"][2]
        assert z["right_numbers"] == [-number for number in z["left_numbers"]]
        forget = SameNetwork("LSTM", "torch", "forget", way="convert").numbers()["rows"][2]
        np.testing.assert_allclose(forget["right_numbers"], np.subtract(forget["left_numbers"], [0, 0, 1, 0]))
        *_, first, second = SameNetwork("LSTM", "torch", "bias", way="convert").numbers()["rows"][0][
            "right_numbers"
        ]
        assert (first, second) == (0.0, None)  # −0.3 + 0.3

    @pytest.mark.parametrize(("kind", "rows"), [("RNN", 2), ("GRU", 6)])
    def test_rows_that_a_kind_does_not_have_are_off(self, kind, rows):
        found = [row["gate"] for row in SameNetwork(kind).numbers()["rows"]]
        assert len(found) == 8
        assert found[rows:] == ["off"] * (8 - rows)


class TestWords:
    @pytest.mark.parametrize(
        ("settings", "verdict", "part"),
        [
            ({}, "Copied, the same numbers mean something else to ONNX, and no error says so: from step 5 on "
             "the outputs part, by up to 1.42.", "they part at step 5"),
            ({"way": "convert"}, "Converted, ONNX computes the same at every step.", "the same"),
            ({"target": "torch"}, "Nothing differs for an LSTM: both mean the same by these", "the same"),
            ({"kind": "GRU", "source": "keras", "target": "keras"}, "Nothing differs for a GRU", "the same"),
            ({"source": "keras", "target": "torch"}, "Copied, and here nothing is lost", "the same"),
            ({"size": 0.03}, "Copied, ONNX computes something else, but so little else", "nearly the same"),
            ({"size": 0.0}, "Copied, and here nothing is lost", "the same"),
            ({"kind": "GRU", "target": "flax", "way": "convert"}, "Refuses: r multiplies b_hn, for which "
             "Flax nnx has no place. So nothing is written.", "nothing is written"),
            ({"kind": "GRU", "target": "reset", "way": "convert"}, "Refuses: no numbers make the other "
             "network reset after the product. So nothing", "nothing is written"),
            ({"target": "fifth", "way": "convert"}, "Refuses: the other network has no such σ built in.",
             "nothing is written"),
        ],
    )  # fmt: skip
    def test_verdict(self, settings, verdict, part):
        says = SameNetwork(**settings).numbers()["says"]
        assert says["verdict"].startswith(verdict)
        assert says["part"].startswith(part)

    def test_b_hn_of_zero_is_no_reason_to_refuse(self):
        weights = own("GRU")
        weights["bias_hh"][4:] = 0
        settings = {"kind": "GRU", "target": "flax", "way": "convert"}
        assert SameNetwork(**settings, weights={"GRU": weights}).numbers()["says"]["part"] == "the same"

    @pytest.mark.parametrize(
        ("kind", "source", "target", "does"),
        [
            ("GRU", "torch", "onnx", [MOVES, "Sets linear_before_reset=1."]),
            ("RNN", "torch", "keras", ["Turns the square matrix over.", "Adds the two biases up."]),
            ("GRU", "haiku", "keras", ["Sets reset_after=False.", "Turns the sign of all numbers of z.",
                                       "Writes zeros as the second bias."]),
            ("LSTM", "torch", "haiku", [MOVES, "Adds the two biases up.", "Takes 1 off the bias of f."]),
            ("LSTM", "tfjs", "onnx", [MOVES, "Writes zeros as the second bias.",
                                      "Sets HardSigmoid with alpha=0.2."]),
        ],
    )  # fmt: skip
    def test_what_a_converter_does(self, kind, source, target, does):
        found = SameNetwork(kind, source, target).numbers()["differences"]
        assert [one["repair"] for one in found if one["state"] == "can"] == does

    def test_step_in_words(self):
        says = SameNetwork(t=5).numbers()["says"]["step"]
        assert says == "Step 5 reads x = −0.40: PyTorch gives 0.32, ONNX 0.52; they are 0.20 apart."
        refused = SameNetwork("GRU", "torch", "flax", way="convert", t=1).numbers()["says"]["step"]
        assert refused == "Step 1 reads x = 0.20: PyTorch gives −0.08."


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"kind": "lstm"}, ValueError, "kind must be 'RNN' or 'LSTM' or 'GRU', got 'lstm'"),
            ({"source": "theano"}, ValueError, "source must be 'torch' or"),
            ({"source": "reset"}, ValueError, "source must be 'torch' or"),
            ({"target": 1}, TypeError, "target must be 'torch' or .* 'activation', got 1"),
            ({"way": "guess"}, ValueError, "way must be 'copy' or 'convert'"),
            ({"t": 13}, ValueError, "t must be an integer from 1 to 12, got 13"),
            ({"size": 2.5}, ValueError, "size must be a finite number from 0 to 2, got 2.5"),
            ({"inputs": []}, ValueError, r"inputs must be \(T,\)"),
            ({"inputs": [0.0] * 25}, ValueError, r"inputs must be \(T,\) with T up to 24, got \(25,\)"),
            ({"inputs": [101.0]}, ValueError, "inputs must be numbers from -100 to 100"),
            ({"weights": [1]}, TypeError, "weights must be Mapping"),
            ({"weights": {"CNN": {}}}, ValueError, "a kind in weights must be"),
            ({"weights": {"GRU": {"weight_ih": 1}}}, ValueError, r"weights\['GRU'\] must have the keys"),
            ({"weights": {"RNN": own("GRU")}}, ValueError, r"\['RNN'\]\['weight_ih'\] must be \(2, 1\)"),
            ({"weights": {"RNN": own("RNN") | {"bias_ih": [200.0, 0.0]}}}, ValueError, "must be numbers"),
        ],
    )  # fmt: skip
    def test_bad_value_is_named_and_changes_nothing(self, settings, error, message):
        with pytest.raises(error, match=message):
            SameNetwork(**settings)
        figure = SameNetwork()
        before = figure.props()
        (name, value), *_ = settings.items()
        with pytest.raises(error, match=message):
            setattr(figure, name, value)
        assert figure.props() == before

    @pytest.mark.parametrize("kind", KINDS)
    def test_weights_of_torch(self, kind):
        torch.manual_seed(1)
        module = getattr(torch.nn, kind)(1, 2)
        figure = SameNetwork(kind, weights={kind: module.state_dict()}, inputs=[1.0, -1.0])
        wanted = module(torch.tensor([[1.0], [-1.0]]))[0][:, 0].tolist()
        np.testing.assert_allclose(figure.numbers()["a"], wanted, atol=1e-6)
        assert figure.weights["RNN" if kind != "RNN" else "GRU"] == WEIGHTS["RNN" if kind != "RNN" else "GRU"]

    def test_fewer_inputs_take_the_step_along(self):
        figure = SameNetwork(t=12)
        figure.inputs = [0.5, 1.0]
        assert figure.t == 2
        assert SameNetwork(inputs=[0.5]).t == 1
