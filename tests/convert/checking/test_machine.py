"""The machine that hypotheses run on computes what the reference does, where nothing is wrong."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from rnnkit.convert import HardSigmoid, Recurrent, from_torch, run
from rnnkit.convert.checking.machine import run_stack
from rnnkit.convert.checking.stacks import Stack
from rnnkit.convert.checking.verdict import Verdict


@settings(max_examples=40)
@given(
    kind=st.sampled_from(["RNN", "LSTM", "GRU"]),
    layers=st.integers(1, 2),
    both=st.booleans(),
    bias=st.booleans(),
    unequal=st.booleans(),
    started=st.booleans(),
    variant=st.booleans(),
    seed=st.integers(0, 99),
)
def test_the_machine_is_the_reference(kind, layers, both, bias, unequal, started, variant, seed):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    description = from_torch(getattr(nn, kind)(3, 4, layers, bias=bias, bidirectional=both))
    if variant:
        changes = {
            "RNN": {"nonlinearity": "relu"},
            "LSTM": {"gate": HardSigmoid(0.2)},
            "GRU": {"reset_after": False},
        }
        description = description.replace(**changes[kind])
    x, lengths = rng.normal(size=(5, 3, 3)), np.array([3, 5, 1]) if unequal else None
    state = tuple(rng.normal(size=(layers * (1 + both), 3, 4)) for _ in range(2)) if started else None
    given_state = state if kind == "LSTM" or state is None else state[0]
    expected = run(description, x, given_state, lengths)
    got = run_stack(Stack.of(description), x, lengths, state)
    for a, b in zip(expected, got, strict=True):
        assert (a is None and b is None) or np.abs(a - b).max() < 1e-12


def test_a_lone_reverse_direction():
    description = from_torch(nn.GRU(3, 4))
    description = Recurrent("GRU", description.weights, ("reverse",))
    x, lengths = np.random.default_rng(0).normal(size=(5, 2, 3)), np.array([5, 2])
    for a, b in zip(
        run(description, x, lengths=lengths)[:2],
        run_stack(Stack.of(description), x, lengths)[:2],
        strict=True,
    ):
        assert np.abs(a - b).max() < 1e-12


def test_the_words_of_a_verdict():
    assert str(Verdict()) == "equal"
    assert str(Verdict(padding="b repeats the last output")) == (
        "equal on valid steps, padding differs: b repeats the last output"
    )
    assert Verdict(not_compared=("lengths (b takes none)",)).words == (
        "the same in all that was compared; not compared: lengths (b takes none)"
    )
    verdict = Verdict(differences=("b: x",), explained=False, largest={"output": 0.5, "h_n": np.inf})
    assert str(verdict).splitlines() == [
        "different: b: x; and no known difference explains all of it",
        "Largest difference: output 0.5, h_n of another shape, or not finite.",
    ]
    assert Verdict(without=("lengths",)).words == "equal, lengths left out as asked"
    with pytest.raises(AttributeError):
        verdict.padding = ""
    with pytest.raises(TypeError):
        verdict.largest["output"] = 0
