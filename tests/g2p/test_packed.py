"""The weights of the network that pronounces, as text for a page: what goes in comes out."""

import json
import re

import numpy as np
import pytest

from rnnkit import _int8
from rnnkit.g2p import packed
from rnnkit.seq2seq import Seq2Seq

LETTERS, PHONES = "abc", ["AA", "B", "K", "S"]
E, H = 3, 6


def arrays(E=E, H=H):
    """Return random weights of a network for three letters and four phones."""
    rng = np.random.default_rng(0)
    G = H // 2
    shapes = {"encoder.embedding.weight": (4, E), "decoder.embedding.weight": (5, E)}
    for name, size in (("encoder.rnn.{}_l0", G), ("encoder.rnn.{}_l0_reverse", G), ("decoder.rnn.{}_l0", H)):
        for kind, shape in (
            ("weight_ih", (4 * size, E)),
            ("weight_hh", (4 * size, size)),
            ("bias_ih", (4 * size,)),
            ("bias_hh", (4 * size,)),
        ):
            shapes[name.format(kind)] = shape
    shapes |= {"decoder.combine.weight": (H, 2 * H), "decoder.combine.bias": (H,)}
    shapes |= {"decoder.readout.weight": (5, H), "decoder.readout.bias": (5,)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def packed_small():
    return packed.pack(arrays(), LETTERS, PHONES)


def test_what_is_packed_comes_out_rounded():
    given = arrays()
    found, letters, phones = packed.unpack(json.loads(json.dumps(packed.pack(given, LETTERS, PHONES))))
    assert (letters, phones) == (LETTERS, PHONES)
    assert found.keys() == given.keys()
    for name, value in found.items():
        largest = np.abs(given[name]).max(axis=-1, keepdims=True)  # of the row; its scale has four digits
        assert value.shape == given[name].shape
        assert (np.abs(value - given[name]) <= largest / 220).all(), name


def test_packing_again_changes_nothing():
    once = packed_small()
    assert packed.pack(packed.unpack(once)[0], LETTERS, PHONES) == once


def test_the_names_are_those_of_the_network():
    model = Seq2Seq(4, 5, E, H)
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    assert shapes == {name: value.shape for name, value in arrays().items()}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"letters": "ab"}, "weights['letters'] must be 3 different characters, got 'ab' (str)"),
        ({"letters": "abb"}, "weights['letters'] must be 3 different characters"),
        ({"letters": 4}, "weights['letters'] must be str, got 4 (int)"),
        ({"phones": "AA B K"}, "weights['phones'] must be 4 different words, got 3"),
        ({"phones": "AA B K K"}, "weights['phones'] must be 4 different words"),
        ({"phones": None}, "weights['phones'] must be str, got None"),
        ({"decoder.readout.bias": [0.0] * 4}, "weights['decoder.readout.bias'] must be (5,), got (4,)"),
        ({"encoder.rnn.bias_hh_l0": [float("nan")] * 12}, "weights['encoder.rnn.bias_hh_l0'] must be finite"),
        ({"decoder.rnn.weight_hh_l0": _int8.encode(np.ones((10, 5)))}, "must be (4H, H), got (10, 5)"),
        ({"encoder.rnn.weight_hh_l0": _int8.encode(np.ones((8, 2)))}, "must be (4H, H) with 4H = 8, H = 2"),
        ({"decoder.combine.weight": _int8.encode(np.ones((6, 11)))}, "must be (H, 2H) with H = 6"),
        ({"decoder.readout.weight": _int8.encode(np.ones((4, 6)))}, "weights['decoder.readout.weight'] must"),
        ({"decoder.embedding.weight": {"scale": [1.0]}}, "must have the keys scale, bytes"),
        ({"more": 1}, "unknown more"),
    ],
)
def test_anything_else_is_named(change, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        packed.unpack(packed_small() | change)


def test_directions_that_do_not_fit_the_decoder_are_named():
    other = packed.pack(arrays(H=8), LETTERS, PHONES)
    mixed = {key: other[key] if key.startswith("encoder") else value for key, value in packed_small().items()}
    message = "weights['decoder.rnn.weight_hh_l0'] must be (4H, H) with H = 8, got (24, 6)"
    with pytest.raises(ValueError, match=re.escape(message)):
        packed.unpack(mixed)


def test_too_many_hidden_numbers_are_named():
    assert packed.unpack(packed_small(), most_hidden=6)
    with pytest.raises(ValueError, match=re.escape("must be (4H, H) with H up to 2, got (12, 3)")):
        packed.unpack(packed_small(), most_hidden=5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"decoder.readout.bias": np.zeros((5, 1))}, "arrays['decoder.readout.bias'] must be (N,)"),
        (
            {"decoder.readout.weight": np.full((5, 6), np.inf)},
            "arrays['decoder.readout.weight'] must be finite",
        ),
        ({"decoder.readout.weight": np.ones((5, 7))}, "arrays['decoder.readout.weight'] must be (V, H)"),
    ],
)
def test_what_cannot_be_packed_is_named(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        packed.pack(arrays() | change, LETTERS, PHONES)
    less = {key: value for key, value in arrays().items() if key != "decoder.readout.bias"}
    with pytest.raises(ValueError, match=r"missing decoder\.readout\.bias"):
        packed.pack(less, LETTERS, PHONES)
    with pytest.raises(TypeError, match="phones must be list or tuple"):
        packed.pack(arrays(), LETTERS, "AA B K S")
