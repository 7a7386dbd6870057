"""Two biases as one, and the part of the GRU's that must stay apart."""

import numpy as np

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import named_tenths
from rnnkit.check.mistake import Mistake

_BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}


def _apart(kind, reset_after):
    """Whether r multiplies a bias."""
    return kind == "GRU" and reset_after


def _last(kind, bias):
    return np.split(bias, _BLOCKS[kind])[-1].copy()


def _merged(kind, reset_after, bias_ih, bias_hh, *, apart=_apart, inside=_last, rest=None, join=np.add):
    """`bias` and `bias_n`; the arguments after the star replace one part each.

    apart   whether there is a part that stays apart
    inside  that part of bias_hh
    rest    what of bias_hh is added to bias_ih then
    join    how two biases become one
    """
    H = len(bias_ih) // _BLOCKS[kind]
    if not apart(kind, reset_after):
        return join(bias_ih, bias_hh), np.zeros(H)
    outside = bias_hh.copy()
    outside[-H:] = 0
    return join(bias_ih, outside if rest is None else rest(bias_hh)), inside(kind, bias_hh)


def _with(**change):
    return lambda *inputs: _merged(*inputs, **change)


def _without(name):
    """One of the two biases is never looked at."""

    def merged(kind, reset_after, bias_ih, bias_hh):
        kept = {"bias_ih": bias_ih, "bias_hh": bias_hh}
        return _merged(kind, reset_after, *(bias * (key != name) for key, bias in kept.items()))

    return merged


def _other_candidate(kind, reset_after, bias_ih, bias_hh):
    """b_in is kept apart, b_hn is added to the rest."""
    return _merged(kind, reset_after, bias_hh, bias_ih)


def _side_by_side(kind, reset_after, bias_ih, bias_hh):
    _, bias_n = _merged(kind, reset_after, bias_ih, bias_hh)
    return np.concatenate([bias_ih, bias_hh]), bias_n


def _third_of_any(kind, reset_after, bias_ih, bias_hh):
    bias, _ = _merged(kind, reset_after, bias_ih, bias_hh)
    H = len(bias_hh) // 3
    return bias, bias_hh[-H:] if _apart(kind, reset_after) else np.zeros(H)


def _zeros_of_all(kind, reset_after, bias_ih, bias_hh):
    """bias_n is as long as the whole bias."""
    bias, bias_n = _merged(kind, reset_after, bias_ih, bias_hh)
    whole = np.zeros_like(bias)
    whole[-len(bias_n) :] = bias_n
    return bias, whole


def _only_candidate(kind, reset_after, bias_ih, bias_hh):
    """Both candidates' biases stay apart, so that the sum lacks b_in."""
    bias, bias_n = _merged(kind, reset_after, bias_ih, bias_hh)
    if _apart(kind, reset_after):
        H = len(bias_n)
        bias_n = bias_n + bias_ih[-H:]
        bias[-H:] = 0
    return bias, bias_n


def _case(kind, H, seed, reset_after=True):
    """`reset_after` says something of a GRU only."""
    both = named_tenths(seed, bias_ih=(_BLOCKS[kind] * H,), bias_hh=(_BLOCKS[kind] * H,))
    return {"kind": kind, "reset_after": reset_after} | both


_RESET_HINT = "r is multiplied with W_hn h + b_hn, or with h alone. What is r multiplied with here?"

merge_biases = Exercise(
    name="merge_biases",
    returns=("bias", "bias_n"),
    reference=lambda kind, reset_after, bias_ih, bias_hh: _merged(kind, reset_after, bias_ih, bias_hh),
    cases={
        "an RNN": _case("RNN", H=6, seed=10),
        "an LSTM": _case("LSTM", H=3, seed=20),
        "a GRU of torch": _case("GRU", H=4, seed=30),
        "a GRU that resets before": _case("GRU", H=3, seed=40, reset_after=False),
        "a GRU of one unit": _case("GRU", H=1, seed=50),
        "an LSTM whose second bias is 0": _case("LSTM", H=3, seed=60) | {"bias_hh": np.zeros(12)},
    },
    mistakes=(
        Mistake(
            "b_hn is added to b_in also where r multiplies it.",
            "With r = 0, what is left of r ⊙ (W_hn h + b_hn)? And what is left of your bias?",
            _with(apart=lambda kind, reset_after: False),
        ),
        Mistake(
            "b_hn counts twice: it is in the sum, and it stands apart.",
            "bias_n is added too, inside the bracket. How often does b_hn enter with r = 1?",
            _with(rest=lambda bias_hh: bias_hh),
        ),
        Mistake(
            "b_hn is lost: it is neither in the sum nor apart.",
            "Count the numbers of both biases, and those that your results hold. Which are missing?",
            _with(inside=lambda kind, bias: 0 * _last(kind, bias)),
        ),
        Mistake(
            "b_hn stands apart in every GRU, also where the reset comes before the product.",
            _RESET_HINT,
            _with(apart=lambda kind, reset_after: kind == "GRU"),
        ),
        Mistake(
            "the two reset conventions have changed places.",
            _RESET_HINT,
            _with(apart=lambda kind, reset_after: kind == "GRU" and not reset_after),
        ),
        Mistake(
            "the last block stands apart for every kind.",
            "Which kinds have a gate that multiplies a bias?",
            _with(apart=lambda kind, reset_after: reset_after),
            _with(apart=lambda kind, reset_after: True),
        ),
        Mistake(
            "of bias_hh only the part that stands apart is used: r and z have lost theirs.",
            "r and z add two biases, as all gates do. Where is the second?",
            _with(rest=lambda bias_hh: 0),
        ),
        Mistake(
            "the block that stands apart is that of another gate.",
            "The blocks stand in the order r, z, n. Where does that of the candidate begin?",
            _with(inside=lambda kind, bias: np.split(bias, 3)[0]),
            _with(inside=lambda kind, bias: np.split(bias, 3)[1]),
        ),
        Mistake(
            "the block that stands apart takes every third number.",
            "The blocks stand one behind the other, H numbers each. Where does the third one begin?",
            _with(inside=lambda kind, bias: bias[2::3]),
        ),
        Mistake(
            "b_in stands apart, and b_hn is in the sum.",
            "Which of the two stands inside the bracket that r multiplies?",
            _other_candidate,
        ),
        Mistake(
            "both biases of the candidate stand apart.",
            "n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn)). Which of the two biases does r multiply?",
            _only_candidate,
        ),
        Mistake(
            "bias_hh is left out.",
            "Which of the arguments does your function never look at?",
            _without("bias_hh"),
        ),
        Mistake(
            "bias_ih is left out.",
            "Which of the arguments does your function never look at?",
            _without("bias_ih"),
        ),
        Mistake(
            "it is the mean of the two biases.",
            "A gate adds both of them. What is the sum in your version?",
            _with(join=lambda a, b: (a + b) / 2),
        ),
        Mistake(
            "one bias is subtracted from the other.",
            "A gate adds both of them. Which sign has the second?",
            _with(join=np.subtract),
        ),
        Mistake(
            "the biases are joined, not added.",
            "A library with one bias has G·H numbers for it. How many are yours?",
            _side_by_side,
        ),
        Mistake(
            "bias_n is as long as the whole bias.",
            "bias_n belongs to one block. How many numbers is that?",
            _zeros_of_all,
        ),
        Mistake(
            "the units are counted as if every kind had three blocks.",
            "An RNN has one block, an LSTM four. How many numbers has bias_n for each kind?",
            _third_of_any,
        ),
    ),
)
