"""The plain description holds a recurrent layer, and refuses what is not one."""

import copy
import pickle

import numpy as np
import pytest
from descriptions import recurrent

from rnnkit.convert import Cell, HardSigmoid, Recurrent, Sigmoid, reordered

BOTH = ("forward", "reverse")


def weights_of(kind="LSTM", **settings):
    return {name: array.copy() for name, array in recurrent(kind, **settings).weights.items()}


def test_it_says_what_it_is():
    one = recurrent("LSTM", 3, 4, layers=2, directions=BOTH, dtype="float32")
    assert (one.input_size, one.hidden_size, one.num_layers) == (3, 4, 2)
    assert one.bias
    assert one.bidirectional
    assert one.dtype == np.float32
    assert one.parameters is one.weights
    assert repr(one) == "LSTM(3 → 4, 2 × forward and reverse, with biases, float32)"
    assert "reset_after=False, HardSigmoid" in repr(
        recurrent("GRU", reset_after=False, gate=HardSigmoid(slope=0.2))
    )
    assert "without biases, relu" in repr(recurrent("RNN", bias=False, nonlinearity="relu"))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bias", [True, False])
def test_the_names_and_their_order_are_those_of_torch(kind, bias):
    import torch

    module = getattr(torch.nn, kind)(3, 4, 2, bias=bias, bidirectional=True)
    shapes = {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}
    turned = dict(reversed(weights_of(kind, layers=2, directions=BOTH, bias=bias).items()))
    one = Recurrent(kind, turned, BOTH)
    assert {name: array.shape for name, array in one.weights.items()} == shapes
    assert list(one.weights) == list(shapes)


def test_a_lone_reverse_direction_has_no_suffix():
    one = recurrent("GRU", directions=("reverse",), layers=2)
    assert list(one.weights)[::4] == ["weight_ih_l0", "weight_ih_l1"]
    assert one.cell(1, "reverse").weight_ih is one.weights["weight_ih_l1"]
    with pytest.raises(ValueError, match=r"^direction must be 'reverse', got 'forward'"):
        one.cell(1, "forward")


def test_cells_are_what_it_was_made_of():
    one = recurrent("GRU", layers=2, directions=BOTH, bias=False)
    cells = [[one.cell(layer, direction) for direction in BOTH] for layer in range(2)]
    assert cells[1][1] == Cell(one.weights["weight_ih_l1_reverse"], one.weights["weight_hh_l1_reverse"])
    assert Recurrent.from_cells("GRU", cells, BOTH).same_bits(one)
    with pytest.raises(ValueError, match=r"^layer must be an integer from 0 to 1, got 2"):
        one.cell(2, "forward")


def test_the_weights_are_copies_that_nobody_can_change():
    weights = weights_of()
    one = Recurrent("LSTM", weights)
    weights["bias_ih_l0"][:] = 7
    assert one.weights["bias_ih_l0"].max() < 7
    with pytest.raises(ValueError, match="read-only"):
        one.weights["bias_ih_l0"][:] = 7
    with pytest.raises(TypeError, match="item assignment"):
        one.weights["bias_ih_l0"] = weights["bias_ih_l0"]


def test_same_bits_sees_each_difference():
    one = recurrent("GRU")
    assert one.same_bits(recurrent("GRU"))
    assert one.same_bits(copy.deepcopy(one))
    assert one.same_bits(pickle.loads(pickle.dumps(one)))
    weights = weights_of("GRU")
    weights["bias_hh_l0"][0] = np.nextafter(weights["bias_hh_l0"][0], 9)
    others = [
        one.replace(weights=weights),
        one.replace(reset_after=False),
        one.replace(gate=HardSigmoid(0.2)),
        one.replace(directions=("reverse",)),
        one.with_dtype("float32"),
        recurrent("GRU", bias=False),
        recurrent("GRU", layers=2),
        None,
    ]
    assert not any(one.same_bits(other) for other in others)


def test_float32_and_back():
    one = recurrent("RNN", dtype="float32")
    assert one.with_dtype("float64").dtype == np.float64
    assert one.with_dtype("float64").with_dtype("float32").same_bits(one)
    with pytest.raises(TypeError, match=r"^dtype must be float32 or float64, got 'float16'"):
        one.with_dtype("float16")


def changed(**weights):
    return weights_of() | weights


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"kind": "lstm"}, ValueError, "^kind must be 'RNN' or 'LSTM' or 'GRU', got 'lstm'"),
        ({"kind": "RNN"}, ValueError, r"^weights\['weight_hh_l0'\] must be \(4, 4\), got \(16, 4\)"),
        ({"kind": "GRU"}, ValueError, r"^weights\['weight_hh_l0'\] must be \(12, 4\), got \(16, 4\)"),
        ({"weights": [1]}, TypeError, "^weights must be Mapping, got"),
        ({"weights": {}}, ValueError, "^weights must have the keys weight_ih_l0, weight_hh_l0: missing"),
        ({"weights": changed(h_0=np.ones(4))}, ValueError, "bias_hh_l0: unknown h_0$"),
        ({"weights": weights_of(directions=BOTH)}, ValueError, "unknown weight_ih_l0_reverse, "),
        ({"weights": weights_of(), "directions": BOTH}, ValueError, "missing weight_ih_l0_reverse, "),
        ({"directions": "forward"}, TypeError, "^directions must be tuple or list, got 'forward'"),
        ({"directions": ("reverse", "forward")}, ValueError, r"^directions must be \('forward',"),
        ({"weights": changed(bias_ih_l0=np.ones(15))}, ValueError, r"must be \(16,\), got \(15,\)"),
        ({"weights": changed(weight_hh_l0=np.ones((16, 5)))}, ValueError, r"must be \(20, 5\), got"),
        ({"weights": changed(weight_ih_l0=np.ones((16, 0)))}, ValueError, r"must be \(16, D\) and not empty"),
        ({"weights": changed(bias_ih_l0=np.full(16, np.nan))}, ValueError, "must be finite, got 16 NaN"),
        ({"weights": changed(bias_ih_l0=[1.0] * 16)}, TypeError, r"\['bias_ih_l0'\] must be ndarray, got"),
        ({"weights": changed(bias_ih_l0=np.ones(16, int))}, TypeError, "^the dtype of weights"),
        ({"weights": changed(bias_ih_l0=np.ones(16, "f"))}, TypeError, "one dtype, got float32 and float64"),
        ({"reset_after": False}, ValueError, "^reset_after is for a GRU: with kind 'LSTM' it must be True"),
        ({"reset_after": 1}, TypeError, "^reset_after must be True or False, got 1"),
        ({"nonlinearity": "relu"}, ValueError, "^nonlinearity is for an RNN: with kind 'LSTM'"),
        ({"nonlinearity": "gelu"}, ValueError, "^nonlinearity must be 'tanh' or 'relu', got 'gelu'"),
        ({"gate": "sigmoid"}, TypeError, "^gate must be Sigmoid or HardSigmoid, got 'sigmoid'"),
        ({"kind": "RNN", "weights": weights_of("RNN"), "gate": HardSigmoid(1)}, ValueError, "^gate is"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(arguments, error, told):
    with pytest.raises(error, match=told):
        Recurrent(**{"kind": "LSTM", "weights": weights_of()} | arguments)


def test_numbers_of_another_byte_order_are_the_same_numbers():
    weights = {name: array.astype(">f8") for name, array in weights_of().items()}
    assert Recurrent("LSTM", weights).same_bits(recurrent("LSTM"))


def test_gates():
    a = np.array([-9.0, -1, 0, 1, 9])
    np.testing.assert_allclose(Sigmoid()(a), 1 / (1 + np.exp(-a)), rtol=0, atol=1e-15)
    np.testing.assert_allclose(HardSigmoid(0.2)(a), [0, 0.3, 0.5, 0.7, 1], rtol=0, atol=1e-15)
    for slope, error in ((0, ValueError), ("0.2", TypeError), (np.inf, ValueError), (True, TypeError)):
        with pytest.raises(error, match=r"^slope must be a "):
            HardSigmoid(slope)


def test_gates_are_reordered_by_their_letters():
    rows = np.repeat(np.arange(4), 2)[:, None] * np.ones(3)  # i, o, f, g, each of two rows
    np.testing.assert_array_equal(reordered(rows, "iofg", "ifgo")[::2, 0], [0, 2, 3, 1])
    np.testing.assert_array_equal(reordered(reordered(rows, "iofg", "ifgo"), "ifgo", "iofg"), rows)
    for bad in ((rows, "iofg", "ifg"), (rows[:7], "iofg", "ifgo")):
        with pytest.raises(ValueError, match=r"^cannot put . rows of gates 'iofg' into the order"):
            reordered(*bad)
