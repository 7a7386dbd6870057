"""A training loop that carries the state from piece to piece, and not the graph.

The state is an object that counts through how many pieces its graph reaches back. So it shows in the results
what in PyTorch is an error, or a memory that grows.
"""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import tenths
from rnnkit.check.mistake import Mistake


class State:
    """The numbers of a state, and through how many pieces its graph reaches back."""

    def __init__(self, numbers, pieces=0):
        self.numbers, self.pieces = tuple(numbers), pieces

    def detach(self):
        """Return the same numbers without a graph, as the method of a tensor does."""
        return State(self.numbers)

    def __repr__(self):
        return "a state"


def _known(state):
    if not isinstance(state, State):
        kind = type(state).__name__
        raise TypeError(f"state must be zeros, or what step or detach returned, got a value of type {kind}")
    return state


class _Detach:
    """The function `detach`."""

    def __call__(self, state):
        return _known(state).detach()

    def __repr__(self):
        return "detach"


class _Step:
    """A tanh network of two units, whose first unit forecasts the next number."""

    weight_ih, weight_hh = np.array([0.8, -0.6]), np.array([[0.5, -0.7], [0.9, 0.4]])

    def __call__(self, piece, state):
        h, losses = np.array(_known(state).numbers), []
        for number in piece:
            losses.append((number - h[0]) ** 2)
            h = np.tanh(self.weight_ih * number + self.weight_hh @ h)
        reached = state.pieces + 1
        return float(np.mean(losses)), reached, State(h, reached)

    def __repr__(self):
        return "a step"


def _run(
    step, detach, pieces, first, zeros, *,
    before=lambda state, is_first, zeros: zeros if is_first else state.detach(),
    after=lambda state, is_first, zeros: state,
):  # fmt: skip
    """Both results; `before` and `after` say what becomes of the state around a piece."""
    state, losses, reached = zeros, [], []
    for piece, is_first in zip(pieces, first, strict=True):
        loss, through, state = step(piece, before(state, is_first, zeros))
        state = after(state, is_first, zeros)
        losses.append(loss)
        reached.append(through)
    return np.array(losses), np.array(reached)


def _with(**change):
    return lambda *inputs: _run(*inputs, **change)


def _then(function):
    return lambda *inputs: tuple(function(result) for result in _run(*inputs))


def _one_too_early(step, detach, pieces, first, zeros):
    return _run(step, detach, pieces, np.append(first[1:], 0), zeros)


def _case(first, T, seed):
    first = np.array(first)
    tools = {"step": _Step(), "detach": _Detach()}
    return tools | {"pieces": tenths(len(first), T, seed=seed), "first": first, "zeros": State((0.0, 0.0))}


train_on_pieces = Exercise(
    name="train_on_pieces",
    returns=("losses", "reached"),
    reference=lambda *inputs: _run(*inputs),
    cases={
        "one text of 4 pieces": _case([1, 0, 0, 0], T=3, seed=10),
        "texts of 3 and 2 pieces": _case([1, 0, 0, 1, 0], T=2, seed=20),
        "a text of one piece between": _case([1, 0, 1, 1, 0, 0], T=4, seed=30),
        "pieces of one step": _case([1, 0, 0, 1, 0, 0], T=1, seed=40),
    },
    mistakes=(
        Mistake(
            "the state is not detached: the backward pass of each piece runs through all pieces before it.",
            "detach(state) returns a new state. Which of the two does the next step get?",
            _with(before=lambda state, is_first, zeros: zeros if is_first else state),
        ),
        Mistake(
            "the state is neither detached nor reset: the graph grows through all texts.",
            "What should a piece know of the piece before it, and what of another text?",
            _with(before=lambda state, is_first, zeros: state),
        ),
        Mistake(
            "every piece begins with zeros: the state is lost between the pieces.",
            "Detaching cuts the graph and keeps the numbers. Which state does the second piece get?",
            _with(before=lambda state, is_first, zeros: zeros),
        ),
        Mistake(
            "the state is never reset: a new text begins with what the last one left.",
            "What does first say?",
            _with(before=lambda state, is_first, zeros: state.detach()),
        ),
        Mistake(
            "the state is reset one piece too late, after the first piece of a text.",
            "first[n] belongs to piece n. Must the state be reset before that piece or after it?",
            _with(
                before=lambda state, is_first, zeros: state.detach(),
                after=lambda state, is_first, zeros: zeros if is_first else state,
            ),
        ),
        Mistake(
            "the state is reset one piece too early, before the last piece of a text.",
            "first[n] belongs to piece n. Which entry do you look at before piece n?",
            _one_too_early,
        ),
        Mistake(
            "the state is reset where a text goes on, and kept where one begins.",
            "first[n] is 1 where a text begins. What does your condition ask?",
            _with(before=lambda state, is_first, zeros: state.detach() if is_first else zeros),
        ),
        Mistake(
            "the state is detached only where a text begins, and never reset.",
            "Between which two pieces must the graph be cut: of one text, of two texts, or both?",
            _with(before=lambda state, is_first, zeros: state.detach() if is_first else state),
        ),
        Mistake(
            "only the last piece is returned.",
            "The results should be (N,), one number a piece. Where do you collect them?",
            _then(lambda result: result[-1]),
        ),
        Mistake(
            "these are means over the pieces.",
            "The results should be (N,), one number a piece. Where do you collect them?",
            _then(np.mean),
        ),
        Mistake(
            "these are sums over the pieces.",
            "The results should be (N,), one number a piece. Where do you collect them?",
            _then(np.sum),
        ),
    ),
)
