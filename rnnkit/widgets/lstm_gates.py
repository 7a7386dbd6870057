"""The LSTM cell as a picture whose numbers can be moved: one unit, one step of it or a whole sequence."""

import json
import math

import numpy as np
import traitlets

from rnnkit import _validation as v
from rnnkit import cells
from rnnkit.widgets import lstm_gates_panels as panels
from rnnkit.widgets.drawing import element, join
from rnnkit.widgets.figure import LiveFigure, as_trait_error, checked
from rnnkit.widgets.lstm_gates_picture import draw

GATES = ("i", "f", "g", "o")
WEIGHTS = tuple(f"{kind}_{gate}" for gate in GATES for kind in ("wx", "wh", "b"))
LARGEST = 100.0  # of weights, inputs and cell states: far beyond where every gate is open or shut
LONGEST = 60  # columns of the heat map that can still be told apart


def _preset(sentence, i, f, g, o, inputs, t, c0=0.0):
    """Return one preset; i, f, g, o are (weight on x, weight on h, bias) of each gate."""
    weights = dict(zip(WEIGHTS, map(float, (*i, *f, *g, *o)), strict=True))
    inputs = [float(x) for x in inputs]
    return {"sentence": sentence, "settings": {**weights, "inputs": inputs, "h0": 0.0, "c0": c0, "t": t}}


# A weighted sum of ±10 opens or shuts a gate up to 0.00005, one of ±20 up to 0.000000002.
OPEN, SHUT = (0, 0, 20), (0, 0, -20)
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
"""What the cell can do: a sentence, and the settings that make it true (tests/test_lstm_gates.py)."""


def _bounded(low, high, default):
    return checked(lambda name, value: v.number(name, value, low, high), default_value=default)


def _one_of(options, default):
    return checked(lambda name, value: v.choice(name, value, options), default_value=default)


def _sequence(name, value):
    inputs = v.array(name, value, ("T",), dtype=np.float64)
    if len(inputs) > LONGEST:
        raise ValueError(f"{name} must be (T,) with T up to {LONGEST}, got {inputs.shape}")
    if np.abs(inputs).max() > LARGEST:
        raise ValueError(f"{name} must be numbers from {-LARGEST} to {LARGEST}, got {inputs.tolist()}")
    return inputs.tolist()


class LSTMGates(LiveFigure):
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

    preset = _one_of((*PRESETS, "own"), "latch")
    mode = _one_of(("sequence", "step"), "sequence")
    gate = _one_of((*GATES, "inputs"), "i")
    inputs = checked(_sequence, default_value=[0.0])
    t = checked(lambda name, value: v.integer(name, value, 1, LONGEST), default_value=1)
    h0, h = _bounded(-1.0, 1.0, 0.0), _bounded(-1.0, 1.0, 0.0)
    c0 = _bounded(-LARGEST, LARGEST, 0.0)
    c = _bounded(-LARGEST - LONGEST, LARGEST + LONGEST, 0.0)  # a step changes c by 1 at most
    x = _bounded(-LARGEST, LARGEST, 1.0)
    wx_i, wh_i, b_i = (_bounded(-LARGEST, LARGEST, 0.0) for _ in range(3))
    wx_f, wh_f, b_f = (_bounded(-LARGEST, LARGEST, 0.0) for _ in range(3))
    wx_g, wh_g, b_g = (_bounded(-LARGEST, LARGEST, 0.0) for _ in range(3))
    wx_o, wh_o, b_o = (_bounded(-LARGEST, LARGEST, 0.0) for _ in range(3))

    def __init__(self, preset="latch", *, weights=None, **traits):
        v.choice("preset", preset, (*PRESETS, "own"))
        given = {} if weights is None else _from_torch(weights)
        start = PRESETS["latch" if preset == "own" else preset]["settings"]
        settings = {**start, **given, **traits}
        if "t" not in traits:
            settings["t"] = min(start["t"], len(_sequence("inputs", settings["inputs"])))
        super().__init__(preset=preset, **settings)
        self._compare_with_preset()
        self.observe(self._load_preset, "preset")
        self.observe(self._compare_with_preset, list(start))

    @traitlets.validate("t")
    def _within_sequence(self, proposal):
        return as_trait_error(v.integer, "t", proposal["value"], 1, len(self.inputs))

    @property
    def weights(self):
        """The weights as torch.nn.LSTMCell(1, 1) has them; both biases are in bias_ih."""
        columns = {kind: [getattr(self, f"{kind}_{gate}") for gate in GATES] for kind in ("wx", "wh", "b")}
        return {
            "weight_ih": np.array(columns["wx"])[:, None],
            "weight_hh": np.array(columns["wh"])[:, None],
            "bias_ih": np.array(columns["b"]),
            "bias_hh": np.zeros(4),
        }

    @weights.setter
    def weights(self, weights):
        self._set(_from_torch(weights))

    def numbers(self):
        """Return what is drawn: T, t and "where" in words, the numbers of this "step", the "run" by rows."""
        weights = self.weights
        whole = self.mode == "sequence"
        inputs, h, c = (self.inputs, self.h0, self.c0) if whole else ([self.x], self.h, self.c)
        steps = []
        for x in inputs:
            steps.append(_step(x, h, c, weights))
            h, c = steps[-1]["h"], steps[-1]["c"]
        t = min(self.t, len(steps)) if whole else 1
        where = f"Step {t} of {len(steps)}" if whole else "One step alone"
        run = {name: [step[name] for step in steps] for name in panels.ROWS}
        own = {name: getattr(self, name) for name in WEIGHTS}
        return {"T": len(steps), "t": t, "where": where, "step": {**steps[t - 1], **own}, "run": run}

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the place."""
        sentences = {name: preset["sentence"] for name, preset in PRESETS.items()}
        presets = json.dumps(PRESETS, ensure_ascii=False)
        top = element(
            "div",
            element("div", class_="lstm-presets", data_presets=presets),
            element("p", sentences.get(self.preset, "Your own settings."), class_="lstm-sentence"),
            class_="lstm-top",
        )
        sums = panels.sums(values, self.gate)
        return element(
            "div",
            top,
            draw(values),
            element("div", class_="lstm-clock"),
            panels.heat_map(values),
            element("div", element("div", class_="lstm-knobs"), sums, class_="lstm-settings"),
            panels.summary(values),
            class_="lstm",
            data_mode=self.mode,
        )

    def static_html(self):
        """Return the picture; the places of the controls are in it."""
        return join((self.picture(self.numbers()),))

    def _set(self, settings):
        with self.hold_sync(), self.hold_trait_notifications():  # to the page in one message, not one by one
            for name, value in settings.items():
                setattr(self, name, value)

    def _load_preset(self, change):
        if change["new"] != "own":
            self._set(PRESETS[change["new"]]["settings"] | {"mode": "sequence"})

    def _compare_with_preset(self, change=None):
        if self.t > len(self.inputs):
            self.t = len(self.inputs)
        preset = PRESETS.get(self.preset)
        if preset and any(getattr(self, k) != value for k, value in preset["settings"].items() if k != "t"):
            self.preset = "own"


def _from_torch(weights):
    """Return the twelve numbers of torch's four arrays, after checking their shapes."""
    v.instance("weights", weights, dict)
    short = {str(key).removesuffix("_l0"): value for key, value in weights.items()}
    shapes = {"weight_ih": (4, 1), "weight_hh": (4, 1), "bias_ih": (4,), "bias_hh": (4,)}
    v.keys("weights", short, shapes)
    arrays = {
        name: v.array(f"weights[{name!r}]", short[name], shape, dtype=np.float64).ravel()
        for name, shape in shapes.items()
    }
    columns = {
        "wx": arrays["weight_ih"],
        "wh": arrays["weight_hh"],
        "b": arrays["bias_ih"] + arrays["bias_hh"],
    }
    return {f"{kind}_{gate}": float(columns[kind][k]) for kind in columns for k, gate in enumerate(GATES)}


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
