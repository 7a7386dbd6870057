"""Keras 3: layers and models, there and back with every bit, the same outputs, states and gradients.

The tolerance is that of float32: on torch, Keras 3 multiplies matrices in float32 even in layers of float64.
"""

import numpy as np
import pytest
import torch
from descriptions import batches, recurrent, recurrents, single
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit.convert import (
    Activation,
    Chain,
    Dropout,
    Embedding,
    HardSigmoid,
    Last,
    Linear,
    Recurrent,
    Sigmoid,
    _libraries,
    from_keras,
    from_torch,
    run,
    run_chain,
    to_keras,
    to_layers,
    to_torch,
)

keras = _libraries.load("keras")
L = keras.layers
BOTH = ("forward", "reverse")
GATES = (Sigmoid(), HardSigmoid(1 / 6))


def one_bias(description):
    """Return a description whose second bias is zero where Keras has none."""
    holds_both = description.kind == "GRU" and description.reset_after
    return description if holds_both else single(description, b_hn=False)


def states_of(one, state):
    """Return the initial states as Keras has them: forward h, forward c, reverse h, reverse c."""
    parts = [] if state is None else state if one.kind == "LSTM" else [state]
    return [torch.tensor(part[k]) for k in range(len(one.directions)) for part in parts] or None


def ask_for_states(layer):
    """Let a layer return its last states too."""
    for part in (layer, getattr(layer, "forward_layer", layer), getattr(layer, "backward_layer", layer)):
        part.return_state = True
    return layer


def shaken(model, seed=0):
    """Return a Keras layer or model after giving it random weights, so that no bias is zero."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.15, array.shape).astype(array.dtype) for array in model.get_weights()])
    return model


def assert_same_weights(one, other):
    for ours, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@given(st.data())
@settings(max_examples=40)
def test_a_layer_computes_the_same_forward_and_back(data):
    one = one_bias(data.draw(recurrents(directions=(("forward",), BOTH), gates=GATES, layers=1)))
    x, state, lengths = data.draw(batches(one))
    T, B, D = x.shape
    layer = ask_for_states(to_keras(one))
    assert from_keras(layer).same_bits(one)

    real = np.arange(T)[:, None] < (np.full(B, T) if lengths is None else lengths)
    x_t = torch.tensor(x.swapaxes(0, 1), requires_grad=True)
    mask = None if lengths is None else torch.tensor(real.T)
    output, *last = layer(x_t, initial_state=states_of(one, state), mask=mask)
    output = output.swapaxes(0, 1)
    wanted, *states = run(one, x, state, lengths)
    np.testing.assert_allclose(output.detach()[real], wanted[real], rtol=0, atol=1e-5)
    states = [part for part in states if part is not None]
    wanted_states = [part[k] for k in range(len(one.directions)) for part in states]
    for theirs, ours in zip(last, wanted_states, strict=True):
        np.testing.assert_allclose(theirs.detach(), ours, rtol=0, atol=1e-5)

    if one.gate == Sigmoid():  # the layers in NumPy have no other
        d_output = np.random.default_rng(0).normal(size=wanted.shape)
        (output * torch.tensor(d_output * real[..., None])).sum().backward()
        ours = to_layers(one)
        ours(x, state, lengths)
        np.testing.assert_allclose(x_t.grad.swapaxes(0, 1), ours.backward(d_output)[0], rtol=0, atol=1e-5)


@given(st.data(), st.sampled_from(["float32", "float64"]))
@settings(max_examples=25)
def test_layers_on_top_of_each_other_keep_every_bit(data, dtype):
    one = one_bias(data.draw(recurrents(directions=(("forward",), BOTH), gates=GATES, dtype=dtype)))
    model = to_keras(one)
    assert from_keras(model).same_bits(one)
    assert isinstance(model, keras.Sequential) == (one.num_layers > 1)
    last = from_keras(to_keras(one, return_sequences=False))
    assert (last.parts[0] if one.num_layers > 1 else last).same_bits(one)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_reverse_direction_alone_gives_its_last_state(kind):
    one = one_bias(recurrent(kind, directions=("reverse",)))
    layer = to_keras(one, return_sequences=False)
    x = np.random.default_rng(0).normal(size=(5, 2, 3))
    assert layer.go_backwards
    assert from_keras(layer).same_bits(one)
    np.testing.assert_allclose(
        layer(torch.tensor(x.swapaxes(0, 1))).detach(), run(one, x)[1][0], rtol=0, atol=1e-5
    )


@pytest.mark.parametrize(
    "one", [recurrent("RNN"), recurrent("LSTM", directions=BOTH), recurrent("GRU", reset_after=False)]
)
def test_two_biases_become_one_only_if_one_says_so(one):
    with pytest.raises(
        ValueError, match=r"^bias_hh must be zero, since .* merge_bias=True adds it to bias_ih$"
    ):
        to_keras(one)
    layer = to_keras(one, merge_bias=True)
    x = np.random.default_rng(0).normal(size=(5, 2, 3))
    output = layer(torch.tensor(x.swapaxes(0, 1))).detach().swapaxes(0, 1)
    np.testing.assert_allclose(output, run(one, x)[0], rtol=0, atol=1e-5)
    assert not from_keras(layer).weights["bias_hh_l0"].any()


def test_the_gru_of_keras_holds_both_biases():
    one = recurrent("GRU", directions=BOTH)
    for merge_bias in (True, False):
        assert from_keras(to_keras(one, merge_bias=merge_bias)).same_bits(one)


def inputs(D):
    return keras.Input((None, D))


MODELS = {
    "two sizes": (
        7937,
        lambda: [inputs(10), L.SimpleRNN(64, return_sequences=True), L.SimpleRNN(32), L.Dense(1)],
    ),
    "dropout": (
        116033,
        lambda: [inputs(1), L.LSTM(128, return_sequences=True), L.Dropout(0.2), L.LSTM(64), L.Dense(1)],
    ),
    "both directions": (
        79681,
        lambda: [
            inputs(10),
            L.Bidirectional(L.LSTM(64, return_sequences=True)),
            L.Bidirectional(L.LSTM(32)),
            L.Dense(1),
        ],
    ),
    "stock predictor": (
        50851,
        lambda: [
            inputs(1),
            *(L.LSTM(50, return_sequences=True), L.Dropout(0.2)),
            *(L.LSTM(50, return_sequences=True), L.Dropout(0.2)),
            *(L.LSTM(50), L.Dropout(0.2)),
            L.Dense(1),
        ],
    ),
    "GRU, reset after": (3 * (32 * 2 + 32 * 32 + 2 * 32) + 33, lambda: [inputs(2), L.GRU(32), L.Dense(1)]),
    "GRU, reset before": (
        3 * (32 * 2 + 32 * 32 + 32) + 33,
        lambda: [inputs(2), L.GRU(32, reset_after=False), L.Dense(1)],
    ),
    "a label for each step": (
        950,
        lambda: [
            inputs(2),
            *(L.GRU(8, return_sequences=True), L.GRU(8, return_sequences=True)),
            L.Dense(16, activation="tanh", use_bias=False),
            L.Dense(6),
            L.Activation("softmax"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_the_models_of_the_chapter(name):
    count, layers = MODELS[name]
    model = shaken(keras.Sequential(layers()))
    assert model.count_params() == count
    chain = from_keras(model)
    x = np.random.default_rng(1).normal(size=(6, 3, model.input_shape[-1])).astype("float32")
    wanted = run_chain(chain, x)
    x_keras = torch.tensor(x.swapaxes(0, 1), requires_grad=True)
    y = model(x_keras)
    np.testing.assert_allclose(
        y.detach(), wanted if wanted.ndim == 2 else wanted.swapaxes(0, 1), rtol=0, atol=1e-5
    )
    assert_same_weights(to_keras(chain), model)
    assert from_keras(to_keras(chain)).same_bits(chain)
    assert (
        sum(array.size for array in chain.parameters.values()) >= count
    )  # zeros stand for the second biases

    if name != "GRU, reset before":
        module = to_torch(chain, batch_first=True)
        x_torch = torch.tensor(x.swapaxes(0, 1), requires_grad=True)
        y.square().sum().backward()
        module(x_torch).square().sum().backward()
        np.testing.assert_allclose(x_torch.grad, x_keras.grad, rtol=0, atol=1e-5)
        assert from_torch(module).same_bits(chain)


def test_layers_become_parts():
    tall = keras.Sequential(MODELS["a label for each step"][1]())
    kinds = [type(part) for part in from_keras(tall).parts]
    assert kinds == [Recurrent, Linear, Activation, Linear, Activation]
    assert from_keras(tall).parts[0].num_layers == 2
    kinds = [type(part) for part in from_keras(keras.Sequential(MODELS["stock predictor"][1]())).parts]
    assert kinds == [Recurrent, Dropout, Recurrent, Dropout, Recurrent, Last, Dropout, Linear]


def test_models_of_all_forms_are_read_alike():
    flat = shaken(keras.Sequential([inputs(3), L.LSTM(4, return_sequences=True), L.GRU(5), L.Dense(2)]))
    wanted = from_keras(flat)

    tensor = start = inputs(3)
    for layer in flat.layers:
        tensor = layer(tensor)
    assert from_keras(keras.Model(start, tensor)).same_bits(wanted)

    inner = keras.Sequential([inputs(3), *flat.layers[:2]])
    assert from_keras(keras.Sequential([inner, flat.layers[2]])).same_bits(wanted)

    late = keras.Sequential([L.LSTM(4, return_sequences=True), L.GRU(5), L.Dense(2)])
    late(np.ones((1, 2, 3), "float32"))
    late.set_weights(flat.get_weights())
    assert from_keras(late).same_bits(wanted)


def test_a_functional_model_passes_its_mask_on():
    embedding, both = L.Embedding(9, 3, mask_zero=True), L.Bidirectional(L.LSTM(4, return_sequences=True))
    flat = keras.Sequential([keras.Input((None,)), embedding, both, L.GRU(3), L.Dense(1)])
    tensor = start = keras.Input((None,))
    for layer in flat.layers:
        tensor = layer(tensor)
    assert from_keras(keras.Model(start, tensor)).same_bits(from_keras(flat))


def test_a_cell_in_an_rnn_layer_is_the_layer():
    layer = L.RNN(L.LSTMCell(4), return_sequences=True)
    layer.build((None, None, 3))
    named = L.LSTM(4)
    named.build((None, None, 3))
    named.set_weights(shaken(layer).get_weights())
    assert from_keras(layer).same_bits(from_keras(named))


@pytest.mark.parametrize("direction", [lambda layer: layer, L.Bidirectional])
@pytest.mark.parametrize("sequences", [True, False])
def test_masks_are_lengths(direction, sequences):
    lengths = np.array([5, 2, 1])
    real = np.arange(5)[:, None] < lengths
    rng = np.random.default_rng(2)
    lstm, gru = L.LSTM(4, return_sequences=sequences), L.GRU(4, return_sequences=sequences)
    embedding = L.Embedding(9, 3, mask_zero=True)
    tokens = keras.Sequential([keras.Input((None,)), embedding, direction(lstm), L.Dense(2)])
    numbers = keras.Sequential([inputs(3), L.Masking(-1.0), direction(gru)])
    for model, x in (
        (tokens, np.where(real, rng.integers(1, 9, (5, 3)), 0)),
        (numbers, np.where(real[..., None], rng.normal(size=(5, 3, 3)), -1)),
    ):
        chain = from_keras(shaken(model))
        y = model(torch.tensor(x.swapaxes(0, 1))).detach().numpy()
        wanted = run_chain(chain, x)
        if sequences:
            np.testing.assert_allclose(y.swapaxes(0, 1)[real], wanted[real], rtol=0, atol=1e-5)
        else:
            np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-5)
        again = to_keras(chain)
        assert_same_weights(again, model)
        np.testing.assert_array_equal(again(torch.tensor(x.swapaxes(0, 1))).detach(), y)


def test_dropout_within_a_layer_is_left_out_in_evaluation_only():
    layer = L.LSTM(4, recurrent_dropout=0.2)
    layer.build((None, None, 3))
    with pytest.raises(
        ValueError, match=r"^layer 'lstm.*' must have recurrent_dropout 0, got 0.2: .* evaluation=True"
    ):
        from_keras(layer)
    one, x = from_keras(shaken(layer), evaluation=True), np.ones((4, 2, 3), "float32")
    np.testing.assert_allclose(layer(x.swapaxes(0, 1)).detach(), run(one, x)[1][0], rtol=0, atol=1e-5)


def test_a_stateful_layer_is_read_while_its_state_is_zero():
    layer = L.GRU(4, stateful=True)
    x = np.ones((2, 3, 3), "float32")
    layer(x)
    with pytest.raises(ValueError, match=r"must not carry a state, .* reset_state\(\) clears it$"):
        from_keras(layer)
    layer.reset_state()
    np.testing.assert_allclose(
        run(from_keras(layer), x.swapaxes(0, 1))[1][0], layer(x).detach(), rtol=0, atol=1e-5
    )


def test_the_copies_are_independent():
    model = shaken(keras.Sequential([inputs(3), L.LSTM(4), L.Dense(2)]))
    before, chain = [array.copy() for array in model.get_weights()], from_keras(model)
    to_keras(chain).layers[0].cell.kernel.assign_add(np.ones((3, 16)))
    for array, kept in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(array, kept)
    shaken(model, seed=1)
    assert not from_keras(model).same_bits(chain)
    np.testing.assert_array_equal(to_keras(chain).get_weights()[0], before[0])


def test_an_embedding_keeps_its_rows():
    chain = Chain(
        [Embedding(np.random.default_rng(0).normal(size=(5, 3))), one_bias(recurrent("LSTM")), Last()]
    )
    assert from_keras(to_keras(chain)).same_bits(chain)
    assert to_keras(chain).input_shape == (None, None)
