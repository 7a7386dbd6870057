"""The GRU cell as a picture whose numbers can be moved, with the reset gate in both of its places."""

import numpy as np

from rnnkit import _validation as v
from rnnkit import cells
from rnnkit.widgets.base.figure import checked, one_of
from rnnkit.widgets.gates.figure import OPEN, SHUT, GatedFigure, weight
from rnnkit.widgets.gru_gates import picture as drawn

GATES = ("r", "z", "n")  # as torch stacks them
WEIGHTS = (*(f"{kind}_{gate}" for gate in GATES for kind in ("wx", "wh", "b")), "bh_n")
PLACES = {"after": "the product, as in torch", "before": "the product, as published"}


def _preset(sentence, z, r, n, bh_n, inputs, t, h0=0.0):
    """Return one preset; z, r, n are (weight on x, weight on h, bias); bh_n is the bias beside h in n."""
    weights = dict(zip(WEIGHTS, map(float, (*r, *z, *n, bh_n)), strict=True))
    inputs = [float(x) for x in inputs]
    return {"sentence": sentence, "settings": {**weights, "inputs": inputs, "h0": h0, "t": t}}


PRESETS = {
    "keep": _preset(
        "The update gate z is 1: h keeps its 0.80, whatever comes in and whatever the candidate n is.",
        z=OPEN, r=OPEN, n=(1, 1, 0), bh_n=0,
        inputs=(0.9, -0.7, 0.4, 1, -1, 0.2, -0.5, 0.8, 0, -0.3, 0.6, -0.9), t=5, h0=0.8,
    ),
    "replace": _preset(
        "The update gate z is 0: at every step the candidate n takes the place of the old h.",
        z=SHUT, r=OPEN, n=(1, 0, 0), bh_n=0,
        inputs=(0.2, 1.5, -0.4, 0.9, -1.2, 0, 0.6, 2, -2, 0.3, -0.1, 1), t=5,
    ),
    "blend": _preset(
        "z is 0.75 at every step: h goes a quarter of the way from its old value to the candidate n.",
        z=(0, 0, 1.1), r=OPEN, n=(20, 0, 0), bh_n=0,
        inputs=(1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1), t=7,
    ),
    "restart": _preset(
        "An input of 1 shuts the reset gate r: the candidate n does not see the old h and is made of x "
        "alone. z is 0 here, so that n becomes h and the past is gone.",
        z=SHUT, r=(-20, 0, 10), n=(0.8, 1, 0), bh_n=0,
        inputs=(-0.5, -0.5, -0.5, -0.5, 1, -0.5, 0, -0.5, -0.5, 1, 0, 0), t=5,
    ),
    "differ": _preset(
        "An input of 1 shuts the reset gate r. After the product, r shuts out the bias b_hn = 1.50 too, and "
        "h turns negative. Before the product the bias stays, and h stays positive.",
        z=SHUT, r=(-20, 0, 10), n=(0.75, 1.5, -1.5), bh_n=1.5,
        inputs=(0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0), t=3, h0=0.5,
    ),
}  # fmt: skip
"""What the cell can do: a sentence, and the settings that make it true (tests/widgets/gru_gates)."""


class GRUGates(GatedFigure):
    """One unit of a GRU: the cell diagram with its numbers, its gates through time, both reset conventions.

        GRUGates("restart")
        GRUGates(weights=torch.nn.GRU(1, 1).state_dict(), inputs=[1, 0, 0, 1])

    preset: what the cell does, a key of `PRESETS`; "own" once a weight, an input or the start is another.
    reset_after: the convention that is drawn, as in `cells.gru_step`: True resets after the product with the
        weight on h, as torch does; False before it, as published. Results of both stand beside each other.
    weights: dict of weight_ih (3, 1), weight_hh (3, 1), bias_ih (3,) and bias_hh (3,), with the gates stacked
        r, z, n as in torch.nn.GRU; names may end in _l0. What is read has both biases of r and z in bias_ih.
    wx_r, wh_r, b_r, wx_z, …, b_n: the same numbers one by one: a gate's weight on x, its weight on h, and the
        sum of its biases, from −100 to 100. The candidate has two biases: b_n is b_in, and bh_n is b_hn,
        which stands beside the weight on h.
    mode: "sequence" runs `inputs` (T,) through the cell, from the start h0, and shows step t, 1 to T;
        "step" shows one step for the numbers x and h.
    gate: whose sliders the page shows: "z", "r", "n", or "inputs".

    All of them can be set, and all but `weights` be observed. Bad values raise TypeError or ValueError and
    change nothing.
    """

    _module = "gru_gates"
    _presets = PRESETS
    _first = "differ"
    _stacked = GATES
    _apart = ("n",)

    preset = one_of((*PRESETS, "own"), "differ")
    gate = one_of(("z", "r", "n", "inputs"), "r")
    reset_after = checked(v.boolean, default_value=True)
    wx_r, wh_r, b_r = weight(), weight(), weight()
    wx_z, wh_z, b_z = weight(), weight(), weight()
    wx_n, wh_n, b_n, bh_n = weight(), weight(), weight(), weight()

    def __init__(self, preset="differ", *, weights=None, **traits):
        super().__init__(preset, weights, traits)

    def numbers(self):
        """Return what is drawn.

        T, t, "where" and "reset" in words, the numbers of this "step" and the "run" by rows, and "both": what
        either convention makes of the same inputs, each with its own h, and the difference.
        """
        runs = {place: self._steps(place == "after") for place in PLACES}
        place = "after" if self.reset_after else "before"
        steps = runs[place]
        for k, step in enumerate(steps):
            step |= {f"h_reset_{name}": runs[name][k]["h"] for name in PLACES}
        time = self.through_time(steps, drawn.ROWS)
        shown = time["t"] - 1
        both = {}
        for name in drawn.COMPARED:
            after, before = runs["after"][shown][name], runs["before"][shown][name]
            both[name] = {"after": after, "before": before, "difference": before - after}
        own = {name: getattr(self, name) for name in WEIGHTS}
        reset = {"reset": place, "reset_words": PLACES[place]}
        return {**time, **reset, "step": {**steps[shown], **own}, "both": both}

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the place."""
        return self.arrange(
            drawn.cell(values),
            drawn.heat_map(values),
            drawn.sums(values, self.gate),
            drawn.summary(values),
            [drawn.both(values)],
            **drawn.root(values),
        )

    def _steps(self, reset_after):
        """Return every number of every step; `cells.gru_step` says what h becomes."""
        whole = self.mode == "sequence"
        inputs, h = (self.inputs, self.h0) if whole else ([self.x], self.h)
        weights, steps = self.weights, []
        for x in inputs:
            steps.append(_step(x, h, weights, reset_after))
            h = steps[-1]["h"]
        return steps


def _step(x, h, weights, reset_after):
    h_next = cells.gru_step(np.array([[x]]), np.array([[h]]), **weights, reset_after=reset_after).item()
    by_x = (weights["weight_ih"][:, 0] * x).tolist()
    w_r, w_z, w_n = weights["weight_hh"][:, 0].tolist()
    b_r, b_z, b_n = weights["bias_ih"].tolist()
    a_r, a_z = by_x[0] + b_r + w_r * h, by_x[1] + b_z + w_z * h
    r, z = float(cells.sigmoid(a_r)), float(cells.sigmoid(a_z))
    product = w_n * (h if reset_after else r * h)
    recurrent = product + weights["bias_hh"][2].item()
    heard = r * recurrent if reset_after else recurrent
    a_n = by_x[2] + b_n + heard
    n = float(np.tanh(a_n))
    return {
        "x": x, "h_before": h, "r": r, "z": z, "n": n, "one_minus_z": 1 - z, "h": h_next,
        "x_r": by_x[0], "x_z": by_x[1], "x_n": by_x[2], "h_r": w_r * h, "h_z": w_z * h,
        "a_r": a_r, "a_z": a_z, "a_n": a_n,
        "reset_h": r * h, "product": product, "recurrent": recurrent, "heard": heard,
        "kept": z * h, "written": (1 - z) * n, **drawn.words_of(z, r),
    }  # fmt: skip
