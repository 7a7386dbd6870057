"""What a model writes: the same as a plain loop that reads everything anew, the end, the limit, bad input."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import models, sampling

V = 6


def made(kind="lstm", **options):
    torch.manual_seed(0)
    model = models.LanguageModel(V, 3, 8, 2, kind=kind, **options).double()
    with torch.no_grad():
        model.readout.weight *= 8  # an untrained model hardly prefers one symbol to the other
    return model


def by_reading_anew(model, prefix, end, most, seed, **options):
    """Generate with no state at all: for each symbol the whole text so far is read again."""
    text, draws = list(prefix), sampling.Draws(seed)
    model.eval()
    while len(text) < len(prefix) + most:
        logits = model(torch.tensor([text]))[0][0, -1].detach().numpy()
        symbol = sampling.draw(sampling.probabilities(logits, **options), draws.random())
        if symbol == end:
            return text[len(prefix) :], True
        text.append(symbol)
    return text[len(prefix) :], False


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@settings(max_examples=40)
@given(
    prefix=st.lists(st.integers(0, V - 1), min_size=1, max_size=5), end=st.sampled_from([None, 0, 3]),
    most=st.integers(1, 12), seed=st.integers(0, 2**32 - 1), temperature=st.sampled_from([0.3, 1.0, 2.0]),
    top_k=st.sampled_from([None, 1, 3, V]), top_p=st.sampled_from([None, 0.5, 1.0]),
)  # fmt: skip
def test_equals_a_plain_loop(kind, prefix, end, most, seed, **options):
    model = made(kind)
    found = models.generate(model, prefix, end=end, most=most, seed=seed, **options)
    assert (found.symbols, found.finished) == by_reading_anew(model, prefix, end, most, seed, **options)
    assert end not in found.symbols


def test_the_limit_ends_what_never_ends():
    model = made()
    with torch.no_grad():
        model.readout.bias[0] = -1e9
    found = models.generate(model, [1], end=0, most=50)
    assert (len(found.symbols), found.finished) == (50, False)
    assert len(models.generate(model, [1], end=0).symbols) == 200


def test_the_end_can_come_at_once():
    model = made()
    with torch.no_grad():
        model.readout.bias[0] = 1e9
    assert models.generate(model, [1], end=0) == ([], True)
    assert models.generate(model, [1], most=3) == ([0, 0, 0], False)  # nobody said that 0 is the end


def test_a_seed_is_repeatable_and_draws_go_on():
    model = made()
    first, second = (models.generate(model, [1], most=20, seed=5).symbols for _ in range(2))
    assert first == second != models.generate(model, [1], most=20, seed=6).symbols
    draws = sampling.Draws(5)
    assert models.generate(model, [1], most=20, seed=draws).symbols == first
    assert models.generate(model, [1], most=20, seed=draws).symbols != first


def test_top_k_1_takes_the_likeliest_whatever_the_seed():
    found = {tuple(models.generate(made(), [1], most=10, top_k=1, seed=seed).symbols) for seed in range(5)}
    assert len(found) == 1


def test_computes_without_dropout_and_leaves_the_mode():
    model = made(dropout=0.5).train()
    first, second = (models.generate(model, [1], most=20).symbols for _ in range(2))
    assert first == second
    assert model.training
    with pytest.raises(ValueError, match="temperature must be"):
        models.generate(model, [1], temperature=0)
    assert model.training
    assert not any(p.grad is not None for p in model.parameters())


def test_a_prefix_may_be_an_array_or_a_tensor():
    expected = models.generate(made(), [1, 2])
    assert models.generate(made(), np.array([1, 2], dtype=np.int32)) == expected
    assert models.generate(made(), torch.tensor([1, 2])) == expected


@pytest.mark.parametrize(
    ("prefix", "options", "error", "message"),
    [
        ([], {}, ValueError, "prefix must hold at least one symbol"),
        ("", {}, TypeError, "prefix must be an array of integers, got '' (str)"),
        (np.zeros(0, dtype=np.int64), {}, ValueError, "prefix must hold at least one symbol"),
        ([[1]], {}, ValueError, "prefix must be (T,), got (1, 1)"),
        ([V], {}, ValueError, f"prefix must be from 0 to {V - 1}, got {V} to {V}"),
        ([-1, 0], {}, ValueError, f"prefix must be from 0 to {V - 1}, got -1 to 0"),
        ([0.5], {}, TypeError, "prefix must be an array of integers"),
        ("ab", {}, TypeError, "prefix must be an array of integers"),
        ([1], {"end": V}, ValueError, f"end must be an integer from 0 to {V - 1}"),
        ([1], {"most": 0}, ValueError, "most must be an integer at least 1, got 0"),
        ([1], {"most": math.inf}, TypeError, "most must be an integer"),
        ([1], {"temperature": -1}, ValueError, "temperature must be a finite number above 0, got -1"),
        ([1], {"temperature": math.inf}, ValueError, "temperature must be a finite number"),
        ([1], {"temperature": math.nan}, ValueError, "temperature must be a finite number"),
        ([1], {"top_k": V + 1}, ValueError, f"top_k must be an integer from 1 to {V}, got {V + 1}"),
        ([1], {"top_p": 0.0}, ValueError, "top_p must be a finite number above 0"),
        ([1], {"seed": -1}, ValueError, "seed must be an integer"),
    ],
)
def test_bad_input_is_named(prefix, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        models.generate(made(), prefix, **options)


def test_only_a_language_model_writes():
    with pytest.raises(TypeError, match="model must be LanguageModel, got"):
        models.generate(models.Carried(made()), [1])
