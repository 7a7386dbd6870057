"""Chains of parts: what they compute, as torch modules too, and what cannot be one."""

import copy

import numpy as np
import pytest
import torch
from descriptions import recurrent
from hypothesis import given
from hypothesis import strategies as st

from rnnkit.convert import (
    Activation,
    Chain,
    Dropout,
    Embedding,
    Last,
    Linear,
    Masking,
    from_torch,
    run,
    run_chain,
    to_torch,
)

BOTH = ("forward", "reverse")
RNG = np.random.default_rng(5)


def linear(inputs, outputs, dtype="float64", bias=True):
    weight = RNG.normal(size=(outputs, inputs)).astype(dtype)
    return Linear(weight, RNG.normal(size=outputs).astype(dtype) if bias else None)


TAGGER = Chain([recurrent("GRU", 3, 4, directions=BOTH), Dropout(0.2), recurrent("LSTM", 8, 5), linear(5, 2)])
READER = Chain(
    [
        Embedding(RNG.normal(size=(7, 3)), mask_zero=True),
        recurrent("LSTM", 3, 4, layers=2, directions=BOTH),
        Last(),
        Activation("tanh"),
        linear(8, 6, bias=False),
        Activation("softmax"),
    ]
)
MASKED = Chain([Masking(-1), recurrent("RNN", 3, 4), Last(), Activation("relu"), linear(4, 1)])


def test_a_chain_runs_its_parts_in_order():
    x = RNG.normal(size=(5, 2, 3))
    first, _, second, readout = TAGGER.parts
    inner = run(second, run(first, x, lengths=[5, 3])[0], lengths=[5, 3])[0]
    np.testing.assert_allclose(
        run_chain(TAGGER, x, [5, 3]), inner @ readout.weight.T + readout.bias, rtol=0, atol=1e-14
    )


def test_last_takes_the_state_of_each_direction_after_all_steps():
    layer = recurrent("GRU", 3, 4, layers=2, directions=BOTH)
    x, lengths = RNG.normal(size=(5, 3, 3)), [2, 5, 4]
    output, h_n, _ = run(layer, x, lengths=lengths)
    last = run_chain(Chain([layer, Last()]), x, lengths)
    np.testing.assert_array_equal(last, np.concatenate([h_n[2], h_n[3]], axis=1))
    np.testing.assert_array_equal(last[:, 4:], output[0, :, 4:])  # the reverse half ends at the first step
    assert np.abs(last[1, 4:] - output[-1, 1, 4:]).max() > 0.1


@given(st.data())
def test_torch_computes_the_same(data):
    T, B = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    chain = data.draw(st.sampled_from([TAGGER, READER, MASKED]))
    lengths = np.array(data.draw(st.lists(st.integers(1, T), min_size=B, max_size=B)))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = rng.integers(1, 7, (T, B)) if chain is READER else rng.normal(size=(T, B, 3))
    batch_first = data.draw(st.booleans())
    module = to_torch(chain, batch_first=batch_first)
    real = np.arange(T)[:, None] < lengths

    def compare(*given_lengths):
        first, *rest = [torch.tensor(x), *map(torch.tensor, given_lengths)]
        y = module(first.transpose(0, 1) if batch_first else first, *rest).detach()
        y = y.transpose(0, 1) if batch_first and chain is TAGGER else y
        ours = run_chain(chain, x, *given_lengths)
        assert y.shape == ours.shape
        keep = real if chain is TAGGER and given_lengths else ...
        np.testing.assert_allclose(y[keep], ours[keep], rtol=0, atol=1e-10)
        return ours

    wanted = compare(lengths)
    if chain is not TAGGER:  # the padding is read from x
        x[~real] = 0 if chain is READER else -1
        np.testing.assert_array_equal(compare(), wanted)
    compare(np.full(B, T))


@pytest.mark.parametrize("chain", [TAGGER, READER, MASKED])
def test_torch_keeps_every_bit_and_can_be_copied(chain):
    before = torch.get_rng_state()
    module = to_torch(chain)
    assert torch.equal(torch.get_rng_state(), before)
    assert from_torch(module).same_bits(chain)
    assert from_torch(copy.deepcopy(module)).same_bits(chain)
    assert not from_torch(module.float()).same_bits(chain)
    assert {"parts." + name for name in chain.parameters} == set(module.state_dict())


def test_a_chain_knows_its_parameters():
    assert list(MASKED.parameters)[-2:] == ["4.weight", "4.bias"]
    assert TAGGER.dtype == np.float64
    assert copy.deepcopy(TAGGER).same_bits(TAGGER)
    assert not TAGGER.replace(parts=TAGGER.parts[:-1]).same_bits(TAGGER)


def test_a_chain_is_shown_part_by_part():
    assert repr(READER).splitlines() == [
        "Chain(",
        "  Embedding(7 tokens → 3, mask_zero=True, float64)",
        "  LSTM(3 → 4, 2 × forward and reverse, with biases, float64)",
        "  Last()",
        "  Activation(name='tanh')",
        "  Linear(8 → 6, without bias, float64)",
        "  Activation(name='softmax')",
        ")",
    ]


def test_dropout_acts_in_training_only():
    module = to_torch(TAGGER)
    x = torch.ones(5, 2, 3, dtype=torch.float64)
    torch.testing.assert_close(module(x), module(x))
    module.train()
    assert not torch.equal(module(x), module(x))


def test_steps_that_are_masked_stand_at_the_end():
    for x, told in (
        ([[1], [0], [2]], "^x must have its masked steps at the end"),
        ([[0], [0]], "not masked must"),
    ):
        with pytest.raises(ValueError, match=told):
            run_chain(READER, np.array(x))
        with pytest.raises(ValueError, match=told):
            to_torch(READER)(torch.tensor(x))


RNN = recurrent("RNN", 3, 4)


@pytest.mark.parametrize(
    ("parts", "error", "told"),
    [
        (RNN, TypeError, "^parts must be tuple or list, got RNN"),
        ([], ValueError, "^parts must have a Recurrent, got none"),
        ([linear(3, 4)], ValueError, "^parts must have a Recurrent, got Linear"),
        ([RNN, None], TypeError, r"^parts\[1\] must be Recurrent or Linear or .*, got None"),
        ([RNN, RNN], ValueError, r"^parts\[1\] must read 4 numbers, .* got 3"),
        ([RNN, Dropout(0), linear(5, 1)], ValueError, r"^parts\[2\] must read 4 numbers, .* got 5"),
        ([RNN, Embedding(np.ones((5, 4)))], ValueError, r"^parts\[1\] must not be Embedding"),
        ([RNN, Masking()], ValueError, r"^parts\[1\] must not be Masking"),
        ([Last(), RNN], ValueError, r"^parts\[0\] is Last: the part before it must be Recurrent"),
        ([RNN, Dropout(0), Last()], ValueError, r"^parts\[2\] is Last: .* got Dropout"),
        ([RNN, Last(), recurrent("RNN", 4, 4)], ValueError, r"^parts\[2\] is Recurrent and needs all steps"),
        ([RNN, linear(4, 1, "float32")], TypeError, "^parts must have one dtype, got float32 and float64"),
    ],
)
def test_parts_that_do_not_fit_are_named(parts, error, told):
    with pytest.raises(error, match=told):
        Chain(parts)


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda: Linear(np.ones(3)), ValueError, r"^weight must be \(out, in\), got \(3,\)"),
        (lambda: Linear(np.ones((2, 3)), np.ones(3)), ValueError, r"^bias must be \(2,\), got \(3,\)"),
        (lambda: Linear(np.ones((2, 3)), np.ones(2, "f")), TypeError, "^weight and bias must have one dtype"),
        (lambda: Embedding(np.ones((2, 3), int)), TypeError, "^the dtype of weight must be float32"),
        (lambda: Embedding(np.ones((2, 3)), 1), TypeError, "^mask_zero must be True or False"),
        (lambda: Dropout(1.5), ValueError, "^rate must be a finite number from 0 to 1, got 1.5"),
        (lambda: Masking("0"), TypeError, "^value must be a number"),
        (lambda: Activation("gelu"), ValueError, "^name must be 'relu' or 'sigmoid' or 'softmax' or 'tanh'"),
        (lambda: run_chain(RNN, np.ones((5, 2, 3))), TypeError, "^chain must be Chain, got RNN"),
        (lambda: run_chain(TAGGER, np.ones((5, 2))), ValueError, r"^x must be \(T, B, D\), got \(5, 2\)"),
        (lambda: run_chain(TAGGER, np.ones((5, 2, 4))), ValueError, r"^x must be \(T, B, 3\), got"),
        (lambda: run_chain(READER, np.full((5, 2), 7)), ValueError, "^x must be from 0 to 6, got 7 to 7"),
        (lambda: run_chain(READER, np.ones((5, 2))), TypeError, "^x must be an array of integers"),
    ],
)  # fmt: skip
def test_other_arguments_are_named(make, error, told):
    with pytest.raises(error, match=told):
        make()
