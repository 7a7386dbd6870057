"""The weights of the model of words as text for a page: what goes in comes out, all else is named."""

import json
import re

import numpy as np
import pytest

from rnnkit import _int8
from rnnkit.language import packed

SYMBOLS = "\nabc"


def arrays(V=4, E=3, H=5):
    """Return random weights of a model of V symbols."""
    rng = np.random.default_rng(0)
    shapes = {
        "embedding.weight": (V, E), "rnn.weight_ih_l0": (4 * H, E), "rnn.weight_hh_l0": (4 * H, H),
        "readout.weight": (V, H), "rnn.bias_ih_l0": (4 * H,), "rnn.bias_hh_l0": (4 * H,),
        "readout.bias": (V,),
    }  # fmt: skip
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def test_what_is_packed_comes_out_rounded():
    given = arrays()
    found, symbols = packed.unpack(json.loads(json.dumps(packed.pack(given, SYMBOLS))))
    assert symbols == SYMBOLS
    assert found.keys() == given.keys()
    for name, value in found.items():
        largest = np.abs(given[name]).max(axis=-1, keepdims=True)  # of the row; its scale has four digits
        assert value.shape == given[name].shape
        assert (np.abs(value - given[name]) <= largest / 220).all(), name


def test_packing_again_changes_nothing():
    once = packed.pack(arrays(), SYMBOLS)
    assert packed.pack(packed.unpack(once)[0], SYMBOLS) == once


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"symbols": "\nab"}, "weights['symbols'] must be 4 different characters, got '\\nab' (str)"),
        ({"symbols": "\nabb"}, "weights['symbols'] must be 4 different characters"),
        ({"symbols": 4}, "weights['symbols'] must be str, got 4 (int)"),
        ({"readout.bias": [0.0] * 3}, "weights['readout.bias'] must be (4,), got (3,)"),
        ({"rnn.bias_hh_l0": [0.0] * 19 + [float("nan")]}, "weights['rnn.bias_hh_l0'] must be finite"),
        ({"rnn.weight_hh_l0": _int8.encode(np.ones((10, 5)))}, "must be (4H, H), got (10, 5)"),
        ({"rnn.weight_ih_l0": _int8.encode(np.ones((20, 4)))}, "weights['rnn.weight_ih_l0'] must be (4H, E)"),
        ({"readout.weight": _int8.encode(np.ones((3, 5)))}, "weights['readout.weight'] must be (V, H)"),
        (
            {"embedding.weight": {"scale": [1.0]}},
            "weights['embedding.weight'] must have the keys scale, bytes",
        ),
        ({"more": 1}, "unknown more"),
    ],
)
def test_anything_else_is_named(change, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        packed.unpack(packed.pack(arrays(), SYMBOLS) | change)


def test_too_many_hidden_numbers_are_named():
    assert packed.unpack(packed.pack(arrays(), SYMBOLS), most_hidden=5)
    with pytest.raises(ValueError, match=re.escape("must be (4H, H) with H up to 4, got (20, 5)")):
        packed.unpack(packed.pack(arrays(), SYMBOLS), most_hidden=4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"readout.bias": np.zeros((4, 1))}, "arrays['readout.bias'] must be (N,)"),
        ({"readout.weight": np.full((4, 5), np.inf)}, "arrays['readout.weight'] must be finite"),
        ({"readout.weight": np.ones((4, 6))}, "arrays['readout.weight'] must be (V, H)"),
    ],
)
def test_what_cannot_be_packed_is_named(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        packed.pack(arrays() | change, SYMBOLS)
    with pytest.raises(ValueError, match=r"missing readout\.bias"):
        packed.pack({key: value for key, value in arrays().items() if key != "readout.bias"}, SYMBOLS)
