"""The LSTM cell as a picture whose numbers can be moved: one unit, one step of it or a whole sequence."""

import math

import numpy as np

from rnnkit import cells
from rnnkit.widgets.base.figure import bounded, one_of
from rnnkit.widgets.gates.figure import LARGEST, LONGEST, OPEN, SHUT, GatedFigure, weight
from rnnkit.widgets.lstm_gates import picture as drawn

GATES = ("i", "f", "g", "o")
WEIGHTS = tuple(f"{kind}_{gate}" for gate in GATES for kind in ("wx", "wh", "b"))


def _preset(sentence, i, f, g, o, inputs, t, c0=0.0):
    """Return one preset; i, f, g, o are (weight on x, weight on h, bias) of each gate."""
    weights = dict(zip(WEIGHTS, map(float, (*i, *f, *g, *o)), strict=True))
    inputs = [float(x) for x in inputs]
    return {"sentence": sentence, "settings": {**weights, "inputs": inputs, "h0": 0.0, "c0": c0, "t": t}}


PRESETS = {
    "keep": _preset(
        "The input gate is shut and the forget gate is open: c keeps its 0.80, whatever comes in.",
        i=SHUT, f=OPEN, g=(1, 0, 0), o=OPEN,
        inputs=(0.9, -0.7, 0.4, 1, -1, 0.2, -0.5, 0.8, 0, -0.3, 0.6, -0.9), t=4, c0=0.8,
    ),
    "erase": _preset(
        "An input of 1 shuts the forget gate: what c held until then is gone for good.",
        i=SHUT, f=(-20, 0, 10), g=(1, 0, 0), o=OPEN,
        inputs=(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0), t=6, c0=0.8,
    ),
    "write": _preset(
        "The forget gate is shut and the input gate is open: at every step g takes the place of the old c.",
        i=OPEN, f=SHUT, g=(1, 0, 0), o=OPEN,
        inputs=(0.2, 1.5, -0.4, 0.9, -1.2, 0, 0.6, 2, -2, 0.3, -0.1, 1), t=4,
    ),
    "count": _preset(
        "Each input of 1 opens the input gate and adds 1 to c; the open forget gate keeps the count.",
        i=(20, 0, -10), f=OPEN, g=(20, 0, 0), o=OPEN,
        inputs=(0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0), t=5,
    ),
    "latch": _preset(
        "An input of 1 sets c to 1. There it stays, even after a second 1, because h shuts the input gate. "
        "An input of −1 sets c back to 0.",
        i=(14, -20, -7), f=(20, 0, 10), g=(20, 0, 0), o=OPEN,
        inputs=(0, 1, 0, 0, 1, 0, 0, -1, 0, 0, 1, 0), t=2,
    ),
}  # fmt: skip
"""What the cell can do: a sentence, and the settings that make it true (tests/widgets/lstm_gates)."""


class LSTMGates(GatedFigure):
    """One unit of an LSTM: the cell diagram with its numbers, and its gates through time.

        LSTMGates("count")
        LSTMGates(weights=torch.nn.LSTM(1, 1).state_dict(), inputs=[1, 0, 0, 1])

    preset: what the cell does, a key of `PRESETS`; "own" once a weight, an input or the start is another.
    weights: dict of weight_ih (4, 1), weight_hh (4, 1), bias_ih (4,) and bias_hh (4,), with the gates stacked
        i, f, g, o as in torch.nn.LSTM; names may end in _l0. What is read has both biases in bias_ih.
    wx_i, wh_i, b_i, wx_f, …, b_o: the same numbers one by one: a gate's weight on x, its weight on h, and the
        sum of its biases, from −100 to 100.
    mode: "sequence" runs `inputs` (T,) through the cell, from the start h0, c0, and shows step t, 1 to T;
        "step" shows one step for the numbers x, h and c.
    gate: whose sliders the page shows: "i", "f", "g", "o", or "inputs".

    All of them can be set, and all but `weights` be observed. Bad values raise TypeError or ValueError and
    change nothing.
    """

    _module = "lstm_gates"
    _presets = PRESETS
    _first = "latch"
    _stacked = GATES

    preset = one_of((*PRESETS, "own"), "latch")
    gate = one_of((*GATES, "inputs"), "i")
    c0 = bounded(-LARGEST, LARGEST)
    c = bounded(-LARGEST - LONGEST, LARGEST + LONGEST)  # a step changes c by 1 at most
    wx_i, wh_i, b_i = weight(), weight(), weight()
    wx_f, wh_f, b_f = weight(), weight(), weight()
    wx_g, wh_g, b_g = weight(), weight(), weight()
    wx_o, wh_o, b_o = weight(), weight(), weight()

    def __init__(self, preset="latch", *, weights=None, **traits):
        super().__init__(preset, weights, traits)

    def numbers(self):
        """Return what is drawn: T, t and "where" in words, the numbers of this "step", the "run" by rows."""
        weights = self.weights
        whole = self.mode == "sequence"
        inputs, h, c = (self.inputs, self.h0, self.c0) if whole else ([self.x], self.h, self.c)
        steps = []
        for x in inputs:
            steps.append(_step(x, h, c, weights))
            h, c = steps[-1]["h"], steps[-1]["c"]
        time = self.through_time(steps, drawn.ROWS)
        own = {name: getattr(self, name) for name in WEIGHTS}
        return {**time, "step": {**steps[time["t"] - 1], **own}}

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the place."""
        return self.arrange(
            drawn.cell(values),
            drawn.heat_map(values),
            drawn.sums(values, self.gate),
            drawn.summary(values),
            class_="gates",
        )


def _step(x, h, c, weights):
    """Return every number of one step of one unit; `cells.lstm_step` says what c and h become."""
    h_next, c_next = cells.lstm_step(np.array([[x]]), np.array([[h]]), np.array([[c]]), **weights)
    by_x = weights["weight_ih"][:, 0] * x
    by_h = weights["weight_hh"][:, 0] * h
    z = by_x + weights["bias_ih"] + by_h
    i, f, g, o = (float(np.tanh(z[k]) if k == 2 else cells.sigmoid(z[k])) for k in range(4))
    step = {
        "x": x,
        "h_before": h,
        "c_before": c,
        "i": i,
        "f": f,
        "g": g,
        "o": o,
        "kept": f * c,
        "written": i * g,
    }
    step |= {"c": c_next.item(), "tanh_c": math.tanh(c_next.item()), "h": h_next.item()}
    for k, gate in enumerate(GATES):
        step |= {f"x_{gate}": float(by_x[k]), f"h_{gate}": float(by_h[k]), f"z_{gate}": float(z[k])}
    return step | {f"is_{gate}": _opening(step[gate]) for gate in ("i", "f", "o")}


def _opening(gate):
    """Say how far a gate is open."""
    return "open" if gate > 0.9 else "shut" if gate < 0.1 else "partly open"
