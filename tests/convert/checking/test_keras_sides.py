"""Keras models and layers of all kinds are run as their users run them."""

import numpy as np
import pytest

from rnnkit.convert import _libraries, from_keras
from rnnkit.convert.checking import check

keras = _libraries.load("keras")
layers = keras.layers


def functional(*parts, shape=(None, 3), dtype="float32"):
    """Return a functional model, one layer behind the other."""
    x = given = keras.Input(shape, dtype=dtype)
    for part in parts:
        x = part(x)
    return keras.Model(given, x)


def built(layer):
    """Return the layer with weights that are the same each time."""
    layer.build((None, None, 3))
    layer.set_weights([np.random.default_rng(k).normal(size=w.shape) for k, w in enumerate(layer.weights)])
    return layer


def test_a_functional_model_is_equal_to_its_description():
    model = functional(layers.LSTM(4), layers.Dense(1))
    assert check(model, from_keras(model)).equal


@pytest.mark.parametrize("sequential", [True, False])
def test_an_embedding_without_mask_zero_takes_no_lengths(sequential):
    parts = layers.Embedding(9, 3), layers.LSTM(4)
    model = functional(*parts, shape=(None,), dtype="int32")
    if sequential:
        model = keras.Sequential([keras.Input((None,), dtype="int32"), *parts])
    assert check(model, from_keras(model)).not_compared == ("lengths (a takes none)",)
    assert check(model, from_keras(model), without=["lengths"]).equal


def test_return_sequences_of_two_layers_is_compared():
    every, last = built(layers.LSTM(4, return_sequences=True)), built(layers.LSTM(4))
    words = "return_sequences: {} gives the output of every step, {} the last alone"
    assert words.format("a", "b") in str(check(every, last))
    assert words.format("b", "a") in str(check(last, every))
    assert check(last, built(layers.LSTM(4))).equal
    assert not check(last, from_keras(last)).differences


@keras.saving.register_keras_serializable()
class Own(layers.LSTM):
    """A class of a user's own."""


@pytest.mark.parametrize("make", [lambda **o: layers.RNN(layers.LSTMCell(4), **o), lambda **o: Own(4, **o)])
def test_any_layer_of_a_known_cell_is_run(make):
    known = built(layers.LSTM(4, return_sequences=True))
    assert check(built(make(return_sequences=True)), known).equal
    both = [
        built(layers.Bidirectional(one(return_sequences=True)))
        for one in (make, lambda **o: layers.LSTM(4, **o))
    ]
    assert check(*both).equal


def test_other_layers_are_refused_by_name():
    stacked = layers.RNN(layers.StackedRNNCells([layers.LSTMCell(4), layers.LSTMCell(4)]))
    with pytest.raises(
        ValueError, match="a must run one cell of SimpleRNN, LSTM or GRU, got StackedRNNCells"
    ):
        check(built(stacked), built(layers.LSTM(4)))
