"""What cannot come from Keras or go there is named, before anything is made."""

import copy

import numpy as np
import pytest
import torch
from descriptions import recurrent

from rnnkit.convert import Chain, HardSigmoid, Last, _libraries, from_keras, to_keras

keras = _libraries.load("keras")
L = keras.layers
BOTH = ("forward", "reverse")


def built(layer):
    layer.build((None, None, 3))
    return layer


def sequential(*layers):
    return keras.Sequential([keras.Input((None, 3)), *layers])


def functional(call):
    start = keras.Input((None, 3))
    return keras.Model(start, call(start))


def with_initial_state(start):
    output, *states = L.LSTM(4, return_sequences=True, return_state=True)(start)
    return L.LSTM(4)(output, initial_state=states)


def own_mask(start):
    return L.LSTM(4)(start, mask=keras.ops.any(start > 0, axis=-1))


def used_twice(start):
    layer = L.GRU(3, return_sequences=True, name="shared")
    return layer(layer(start))


class OwnLSTM(L.LSTM):
    pass


class OwnModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = L.LSTM(4)

    def call(self, x):
        return self.inner(x)


def own_model():
    model = OwnModel()
    model(np.ones((1, 2, 3), "float32"))
    return model


def both(forward=None, backward=None, **options):
    return built(L.Bidirectional(forward or L.LSTM(4), backward_layer=backward, **options))


def unequal(**changes):
    return both(backward=L.LSTM(**{"units": 4} | changes, go_backwards=True))


HALF = {"dtype": "float16", "recurrent_initializer": "zeros"}
KINDS = [
    (lambda: None, "^model must be SimpleRNN, LSTM, .* got None"),
    (lambda: torch.nn.LSTM(3, 4), r"^model must be SimpleRNN, .* got LSTM\(3, 4\)"),
    (lambda: built(L.Dense(3)), "^model must be SimpleRNN, .* got Dense$"),
    (lambda: built(OwnLSTM(3)), "^model must be SimpleRNN, .* got OwnLSTM$"),
    (lambda: built(L.TimeDistributed(L.Dense(3))), "got TimeDistributed$"),
    (lambda: built(L.RNN([L.LSTMCell(4), L.LSTMCell(4)])), "^the cell of .* got StackedRNNCells$"),
    (
        lambda: built(L.LSTM(4, dtype="mixed_bfloat16")),
        "^all layers must have the dtype float32, or .* got mixed_bfloat16 in",
    ),
    (lambda: built(L.RNN(L.LSTMCell(4, **HALF))), "got float32 in 'rnn.*', float16 in 'lstm_cell.*'$"),
    (lambda: both(L.LSTM(4, dtype="float64")), "got float32 in 'bid.*, float64 in 'for.*, float64 in 'bac"),
    (own_model, "^model 'own_model.*' must be Sequential or functional, got OwnModel$"),
    (lambda: sequential(L.LSTM(4), L.BatchNormalization()), "must be one of .* got BatchNormalization$"),
    (lambda: sequential(L.LSTM(4, return_sequences=True), L.Flatten()), "got Flatten$"),
    (
        lambda: sequential(L.TimeDistributed(L.Dense(3)), L.LSTM(4)),
        "^layer 'time_dist.* got TimeDistributed$",
    ),
    (
        lambda: sequential(L.LSTM(4, dtype="float64"), L.Dense(1)),
        "got float64 in 'lstm.*', float32 in 'den",
    ),
    (lambda: functional(lambda x: L.LSTM(4)(x) + 1), "^layer 'add.*' must be one of .* got Add$"),
]
VALUES = [
    (lambda: L.LSTM(4), r"^layer 'lstm.*' must be built, .* build\(\(None, None, D\)\) does it"),
    (lambda: L.Bidirectional(L.GRU(4)), "^layer 'bidirectional.*' must be built"),
    (lambda: keras.Sequential([L.LSTM(4)]), "^model 'sequential.*' must be built"),
    (lambda: built(L.LSTM(4, activation="relu")), "must have the activation tanh, got relu$"),
    (lambda: built(L.SimpleRNN(4, activation=None)), "must have the activation tanh or relu, got linear$"),
    (
        lambda: built(L.GRU(4, recurrent_activation="tanh")),
        "recurrent_activation sigmoid or hard_sig.* tanh$",
    ),
    (lambda: built(L.GRU(4, dropout=0.1)), "must have dropout 0, got 0.1: .* evaluation=True leaves it out$"),
    (lambda: built(L.GRU(4, go_backwards=True, return_sequences=True)), "go_backwards with return_sequences"),
    (lambda: both(merge_mode="sum"), "must have merge_mode 'concat', got 'sum'$"),
    (lambda: both(merge_mode=None), "must have merge_mode 'concat', got None$"),
    (lambda: both(L.LSTM(4, go_backwards=True), L.LSTM(4)), "must read forward first, got go_backwards"),
    (lambda: unequal(units=5), r"two directions alike, got LSTM .*\(16, 3\).* and LSTM .*\(20, 3\)"),
    (lambda: unequal(use_bias=False), "two directions alike, .* None"),
    (lambda: unequal(recurrent_activation="hard_sigmoid"), "two directions alike, .*HardSigmoid"),
    (lambda: sequential(L.Dense(3), L.Activation("gelu"), L.LSTM(4)), "activation linear or .* got gelu$"),
    (lambda: sequential(L.Dense(3)), "^parts must have a Recurrent, got Linear$"),
    (lambda: sequential(L.LSTM(4), L.Dropout(0.1, noise_shape=(None, 1))), "must have no noise_shape, got"),
    (lambda: sequential(L.Dense(3), L.Masking(), L.LSTM(4)), r"^parts\[1\] must not be Masking"),
    (lambda: functional(with_initial_state), "must read one tensor and give its first one, got 3 and"),
    (lambda: functional(lambda x: L.LSTM(4, return_state=True)(x)[1]), "got 1 and number 1$"),
    (lambda: functional(L.LSTM(4, return_state=True)), "one input and one output, got 1 and 3$"),
    (lambda: functional(lambda x: L.LSTM(4)(x, training=True)), "without options, got training$"),
    (lambda: functional(own_mask), "without options, got mask$"),
    (lambda: functional(used_twice), "use each of its layers once, but layer 'shared' is used twice$"),
]


@pytest.mark.parametrize(("make", "told"), KINDS)
def test_what_is_of_another_kind_is_named(make, told):
    model = make()
    with pytest.raises(TypeError, match=told):
        from_keras(model)


@pytest.mark.parametrize(("make", "told"), VALUES)
def test_what_has_no_description_is_named(make, told):
    model = make()
    with pytest.raises(ValueError, match=told):
        from_keras(model)


def test_weights_that_are_not_finite_are_named():
    layer = built(L.LSTM(4))
    layer.cell.bias.assign(np.full(16, np.nan))
    with pytest.raises(ValueError, match=r"^weights\['bias_ih_l0'\] must be finite, got 16 NaN"):
        from_keras(layer)


ONE, REVERSE = recurrent("LSTM"), ("reverse",)


@pytest.mark.parametrize(
    ("description", "options", "error", "told"),
    [
        (None, {}, TypeError, "^description must be Recurrent or Chain, got None"),
        (ONE, {"merge_bias": 1}, TypeError, "^merge_bias must be True or False, got 1"),
        (ONE, {"return_sequences": None}, TypeError, "^return_sequences must be True or False, got None"),
        (Chain([ONE]), {"return_sequences": False}, ValueError, "^return_sequences must be True for a Chain"),
        (
            Chain([ONE, Last()]),
            {},
            ValueError,
            "^bias_hh must be zero, since LSTM of Keras has one bias, got",
        ),
        (recurrent("RNN", layers=2), {}, ValueError, "^bias_hh must be zero, since SimpleRNN of Keras has"),
        (
            recurrent("GRU", reset_after=False),
            {},
            ValueError,
            "GRU of Keras has one bias with reset_after=False",
        ),
        (
            recurrent("GRU", gate=HardSigmoid(0.2)),
            {},
            ValueError,
            r"^the gate of Keras .* got Hard.*slope=0.2,",
        ),
        (
            recurrent("GRU", directions=REVERSE),
            {},
            ValueError,
            "^return_sequences must be False for directions",
        ),
        (
            recurrent("GRU", directions=REVERSE, layers=2),
            {"return_sequences": False},
            ValueError,
            "must be False",
        ),
    ],
)
def test_what_keras_has_no_place_for_is_named(description, options, error, told):
    before = copy.deepcopy(description)
    with pytest.raises(error, match=told):
        to_keras(description, **options)
    assert description is None or description.same_bits(before)
