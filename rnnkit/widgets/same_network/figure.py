"""One network in two libraries: the same numbers, and what each library means by them."""

from collections.abc import Mapping

import numpy as np
import traitlets

from rnnkit import _validation as v
from rnnkit.convert import HardSigmoid, Recurrent, Sigmoid, run
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import LiveFigure, as_trait_error, bounded, checked, counted, one_of
from rnnkit.widgets.same_network import conventions as how_it_is
from rnnkit.widgets.same_network import picture
from rnnkit.widgets.same_network.words import NAMES, OTHER, TITLES, repair, says, value

HIDDEN = 2  # units: with one, a matrix that is turned over would be the same
LONGEST = 24  # steps
LARGEST = 100.0  # of weights and inputs
ROWS = 4 * HIDDEN  # that there is room for
MOST = 4  # differences between any two conventions
APART = 0.05  # from here on two curves can be told apart
GATE = {"soft": Sigmoid(), "fifth": HardSigmoid(0.2), "sixth": HardSigmoid(1 / 6)}

INPUTS = [0.2, 0.1, 0.6, 0.9, -0.4, -1.0, -0.5, 0.8, -0.3, 0.9, -0.2, -0.6]
# Drawn at random until every single difference showed, most of them after some steps.
WEIGHTS = {
    "RNN": {
        "weight_ih": [[0.0], [-1.3]],
        "weight_hh": [[0.2, -0.9], [0.0, 0.5]],
        "bias_ih": [-0.4, 0.4],
        "bias_hh": [0.8, -0.2],
    },
    "LSTM": {
        "weight_ih": [[-1.1], [-0.6], [-1.2], [-1.1], [2.5], [1.1], [-1.4], [0.0]],
        "weight_hh": [
            [0.7, 0.7], [1.1, 0.4], [-0.8, -0.8], [1.3, -0.2],
            [2.2, -1.5], [0.1, -1.1], [-0.7, -0.1], [-1.6, -0.7],
        ],
        "bias_ih": [-0.3, -0.3, 1.0, 1.2, -0.3, -0.6, 0.8, -0.1],
        "bias_hh": [0.3, -0.3, 0.2, -0.7, 0.6, -0.3, 0.2, -0.6],
    },
    "GRU": {
        "weight_ih": [[0.5], [2.5], [0.9], [-1.6], [1.9], [-2.3]],
        "weight_hh": [[-1.4, -0.6], [1.5, 0.4], [1.2, -1.4], [0.0, -1.4], [-0.5, 0.7], [0.3, 1.9]],
        "bias_ih": [-0.2, 0.6, -0.2, -0.1, -0.5, -0.3],
        "bias_hh": [-0.4, -0.3, 0.0, 0.5, -0.1, 1.1],
    },
}  # fmt: skip


def _within(name, value, shape):
    array = v.array(name, value, shape, dtype=np.float64)
    if np.abs(array).max() > LARGEST:
        raise ValueError(f"{name} must be numbers from {-LARGEST:g} to {LARGEST:g}, got {v.describe(value)}")
    return array


def _inputs(name, value):
    inputs = _within(name, value, ("T",))
    if len(inputs) > LONGEST:
        raise ValueError(f"{name} must be (T,) with T up to {LONGEST}, got {inputs.shape}")
    return inputs.tolist()


def _weights(name, value):
    """Check the weights of some kinds, named as in torch, and return those of all, as lists."""
    checked = dict(WEIGHTS)
    for kind, given in v.instance(name, value, Mapping).items():
        v.choice(f"a kind in {name}", kind, tuple(WEIGHTS))
        here, rows = f"{name}[{kind!r}]", HIDDEN * len(how_it_is.GATES[kind])
        arrays = {str(key).removesuffix("_l0"): a for key, a in v.instance(here, given, Mapping).items()}
        shapes = {"weight_ih": (rows, 1), "weight_hh": (rows, HIDDEN), "bias_ih": (rows,), "bias_hh": (rows,)}
        v.keys(here, arrays, shapes)
        checked[kind] = {
            key: _within(f"{here}[{key!r}]", arrays[key], shape).tolist() for key, shape in shapes.items()
        }
    return checked


class SameNetwork(LiveFigure):
    """A layer of two units in two libraries: do the same numbers make the same network?

        SameNetwork("GRU", "torch", "onnx")
        SameNetwork("GRU", "torch", "reset", way="convert")
        SameNetwork(weights={"GRU": torch.nn.GRU(1, 2).state_dict()}, kind="GRU")

    kind: "RNN", "LSTM" or "GRU".
    source: where the numbers come from: "torch", "keras", "onnx", "tfjs", "flax" (nnx), "haiku", "chainer",
        each as it is without further options.
    target: where they go: one of these, or what alone is to differ: "order", "layout", "bias", "reset", "z",
        "fifth" or "sixth" (σ is a line of slope 0.2 or 1/6), "forget", "activation".
    way: "copy" puts the numbers where they fit, "convert" does what a converter does.
    t: the step that is shown.
    size: what all weights and biases are multiplied with, from 0 to 2.
    inputs: (T,) numbers that the layer reads, T up to 24.
    weights: {kind: dict of weight_ih (G · 2, 1), weight_hh (G · 2, 2), bias_ih and bias_hh (G · 2,)} as in
        torch; names may end in _l0. Kinds that are not there get those of the course.

    All of them can be set and observed. Bad values raise TypeError or ValueError and change nothing.
    """

    _module = "same_network"
    _controls = ("choice", "choice", "segments", "segments", "slider", "slider")
    _places_within = True

    kind = one_of(tuple(how_it_is.GATES), "LSTM")
    source = one_of(tuple(how_it_is.LIBRARIES), "torch")
    target = one_of((*how_it_is.LIBRARIES, *how_it_is.ONLY), "onnx")
    way = one_of(("copy", "convert"), "copy")
    t = counted(1, LONGEST, 8)
    size = bounded(0, 2, default=1.0)
    inputs = checked(_inputs, default_value=INPUTS)
    weights = checked(_weights, default_value=WEIGHTS)

    def __init__(self, kind="LSTM", source="torch", target="onnx", **traits):
        given = as_trait_error(_inputs, "inputs", traits.get("inputs", INPUTS))
        traits.setdefault("t", min(8, len(given)))
        super().__init__(kind=kind, source=source, target=target, **traits | {"inputs": given})

    @traitlets.validate("t")
    def _within_the_inputs(self, proposal):
        return as_trait_error(v.integer, "t", proposal["value"], 1, len(self.inputs))

    @traitlets.observe("inputs")
    def _stay_within(self, change):
        self.t = min(self.t, len(change["new"]))

    def numbers(self):
        """Return what is drawn.

        The inputs "x" and the outputs "a" and "b" of unit 1 (b is None where a converter refuses), the step
        "t" of "T", from which step they are apart ("parts", 0: never), their "largest" difference, the
        numbers of both sides by "rows", the "differences", and what the figure "says".
        """
        kind, x = self.kind, self.inputs
        weights = {name: self.size * np.array(a) for name, a in self.weights[kind].items()}
        here, there = how_it_is.pair(kind, self.source, self.target)
        kept = how_it_is.store(kind, weights, here)
        weights = how_it_is.read(kind, kept, here)
        a = _outputs(kind, weights, here, x)
        inside = kind == "GRU" and here["reset"] == "after" and bool(weights["bias_hh"][2 * HIDDEN :].any())
        differences, held, refusal = [], dict(there), ""
        for switch in how_it_is.SWITCHES[kind]:
            if here[switch] == there[switch]:
                continue
            can, does = repair(switch, here, there, self.target, inside)
            alone = here | {switch: there[switch]}
            other = _outputs(kind, how_it_is.read(kind, kept, alone), alone, x)
            differences.append({
                "state": "can" if can else "cannot", "title": TITLES[switch], "here": value(here[switch]),
                "there": value(there[switch]), "alone": float(np.abs(a - other).max()), "repair": does,
            })  # fmt: skip
            refusal = refusal or ("" if can else does)
            if switch in how_it_is.BY_OPTION:
                held[switch] = here[switch]
        refused = self.way == "convert" and bool(refusal)
        if self.way == "convert":
            arrays, meant = how_it_is.store(kind, weights, held), held
        else:
            arrays, meant = kept, there
        b = None if refused else _outputs(kind, how_it_is.read(kind, arrays, meant), meant, x)
        values = self._through_time(a, b)
        values["rows"] = _rows(kind, self.way, here, there, kept, None if refused else arrays)
        values["differences"] = [*differences, *[_NOTHING] * (MOST - len(differences))]
        values["names"] = {"a": NAMES[self.source], "b": NAMES.get(self.target, OTHER)}
        return values | {"says": says(kind, self.way, values, len(differences), refusal)}

    def _through_time(self, a, b):
        T, t = len(a), min(self.t, len(a))
        apart = np.zeros(T) if b is None else np.abs(a - b)
        parts = np.flatnonzero(apart > APART)
        top = max(1.0, *np.abs(a), *np.abs(a if b is None else b))
        now = {"x": self.inputs[t - 1], "a": float(a[t - 1]), "b": None, "difference": None}
        if b is not None:
            now |= {"b": float(b[t - 1]), "difference": float(apart[t - 1])}
        return {
            "T": T, "t": t, "x": self.inputs, "a": a.tolist(), "b": None if b is None else b.tolist(),
            "top": float(top), "bottom": -float(top), "now": now,
            "parts": int(parts[0]) + 1 if len(parts) else 0,
            "largest": None if b is None else float(apart.max()),
        }  # fmt: skip

    def picture(self, values):
        """Return the whole figure without its controls, for which it keeps the place."""
        return element(
            "div",
            self.places(),
            picture.chart(values),
            picture.table(values),
            picture.summary(values),
            picture.differences(values),
            class_="same",
        )


def _outputs(kind, weights, how, x):
    """Return the first unit's outputs (T,) of a layer, under the switches that are no matter of numbers."""
    layer = Recurrent(
        kind,
        {f"{name}_l0": array for name, array in weights.items()},
        reset_after=how.get("reset") != "before",
        nonlinearity=how.get("activation", "tanh"),
        gate=GATE[how.get("sigma", "soft")],
    )
    return run(layer, np.array(x)[:, None, None])[0][:, 0, 0]


_NOTHING = {"state": "off", "title": "", "here": "", "there": "", "alone": None, "repair": ""}
_COLOURS = {"r": "o", "z": "i", "n": "g"}  # of a GRU, in those of the LSTM's gates
_NO_ROW = {
    "gate": "off", "holds": "off", "left": "", "right": "", "wrong": "", "to": None,
    "left_numbers": [None] * 4, "right_numbers": [None] * 4,
}  # fmt: skip


def _rows(kind, way, here, there, kept, arrays):
    """Return the numbers of both sides by rows; `arrays` are those of the second side, or None."""
    left, right = (how_it_is.places(kind, how, HIDDEN) for how in (here, there))
    rows = []
    for k, place in enumerate(left):
        to = right.index(place) if way == "convert" else k
        holds = right[k] if way == "convert" else place
        wrong = way == "copy" and (
            place != right[k]
            or here["layout"] != there["layout"]
            or (place[0] == "z" and here["z"] != there["z"])
            or (place[0] == "f" and here["forget"] != there["forget"])
        )
        rows.append({
            "gate": _COLOURS.get(place[0], place[0]),
            "holds": "off" if arrays is None else _COLOURS.get(holds[0], holds[0]),
            "left": _label(place), "right": _label(right[k]), "wrong": "≠" if wrong else "",
            "to": None if arrays is None else to,
            "left_numbers": _numbers(kept, k, here), "right_numbers": _numbers(arrays, k, there),
        })  # fmt: skip
    return [*rows, *[_NO_ROW] * (ROWS - len(rows))]


def _label(place):
    return place[0] + "₁₂"[place[1]]


def _numbers(arrays, k, how):
    """Return both of W_hh, b_ih and b_hh of row k; None for what is not there."""
    if arrays is None:
        return [None] * 4
    row = {name: array[k].tolist() for name, array in arrays.items()}
    second = None if how["bias"] == "one" else row["bias_hh"]
    return [*row["weight_hh"], row["bias_ih"], second]
