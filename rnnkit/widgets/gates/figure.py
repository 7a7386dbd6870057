"""What LSTMGates and GRUGates share: presets, a sequence or a single step, time, weights in torch's form."""

import json
from typing import ClassVar

import numpy as np
import traitlets

from rnnkit import _validation as v
from rnnkit.widgets.base.drawing import element
from rnnkit.widgets.base.figure import LiveFigure, as_trait_error, bounded, checked, counted, one_of

LARGEST = 100.0  # of weights, inputs and cell states: far beyond where every gate is open or shut
LONGEST = 60  # columns of the heat map that can still be told apart

# Weight on x, weight on h, bias. A weighted sum of ±10 opens or shuts a gate up to 0.00005, one of ±20 up
# to 0.000000002.
OPEN, SHUT = (0, 0, 20), (0, 0, -20)


def weight():
    """Return a trait for a weight or a bias."""
    return bounded(-LARGEST, LARGEST)


def _sequence(name, value):
    inputs = v.array(name, value, ("T",), dtype=np.float64)
    if len(inputs) > LONGEST:
        raise ValueError(f"{name} must be (T,) with T up to {LONGEST}, got {inputs.shape}")
    if np.abs(inputs).max() > LARGEST:
        raise ValueError(f"{name} must be numbers from {-LARGEST} to {LARGEST}, got {inputs.tolist()}")
    return inputs.tolist()


class GatedFigure(LiveFigure):
    """One unit of a gated layer, at one step of a sequence or at one step alone.

    A subclass has `_presets`, {name: {"sentence": what it does, "settings": {trait: value}}}, the name of its
    `_first` preset, and the traits `preset` and `gate`. It names its gates, `_stacked` as in torch's arrays,
    and has the traits wx_g, wh_g and b_g for the weight on x, the weight on h and the sum of both biases of
    each gate g. For a gate that is also in `_apart`, b_g is the bias beside x, and bh_g the one beside h.
    """

    _places_within = True
    _presets: ClassVar = {}
    _first = ""
    _stacked = ()
    _apart = ()

    mode = one_of(("sequence", "step"), "sequence")
    inputs = checked(_sequence, default_value=[0.0])
    t = counted(1, LONGEST, 1)
    h0, h = bounded(-1.0, 1.0), bounded(-1.0, 1.0)
    x = bounded(-LARGEST, LARGEST, 1.0)

    def __init__(self, preset, weights, traits):
        v.choice("preset", preset, (*self._presets, "own"))
        given = {} if weights is None else self._from_torch(weights)
        start = self._presets[self._first if preset == "own" else preset]["settings"]
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
        """The weights as the cell of torch has them, with the biases that the figure adds up in bias_ih."""
        columns = {kind: [getattr(self, f"{kind}_{g}") for g in self._stacked] for kind in ("wx", "wh", "b")}
        beside_h = [getattr(self, f"bh_{g}") if g in self._apart else 0.0 for g in self._stacked]
        return {
            "weight_ih": np.array(columns["wx"])[:, None],
            "weight_hh": np.array(columns["wh"])[:, None],
            "bias_ih": np.array(columns["b"]),
            "bias_hh": np.array(beside_h),
        }

    @weights.setter
    def weights(self, weights):
        self._set(self._from_torch(weights))

    def through_time(self, steps, rows):
        """Return {T, t, where, run} of the computed `steps`: which is shown, and `rows` of all of them."""
        whole = self.mode == "sequence"
        t = min(self.t, len(steps)) if whole else 1
        where = f"Step {t} of {len(steps)}" if whole else "One step alone"
        run = {name: [step[name] for step in steps] for name in rows}
        return {"T": len(steps), "t": t, "where": where, "run": run}

    def arrange(self, cell, heat_map, sums, says, others=(), **attributes):
        """Return the whole figure without its controls, for which it keeps the places."""
        sentence = self._presets[self.preset]["sentence"] if self.preset != "own" else "Your own settings."
        presets = json.dumps(self._presets, ensure_ascii=False)
        top = element(
            "div",
            element("div", class_="gates-presets", data_presets=presets),
            element("p", sentence, class_="gates-sentence"),
            class_="gates-top",
        )
        return element(
            "div",
            top,
            cell,
            *others,
            element("div", class_="gates-clock"),
            heat_map,
            element("div", element("div", class_="gates-knobs"), sums, class_="gates-settings"),
            says,
            data_mode=self.mode,
            **attributes,
        )

    def _from_torch(self, weights):
        """Return the traits of the weights that torch has for this layer."""
        arrays = _torch_arrays(weights, len(self._stacked))
        traits = {}
        for k, gate in enumerate(self._stacked):
            w_x, w_h, b_x, b_h = (float(array[k]) for array in arrays.values())
            traits |= {f"wx_{gate}": w_x, f"wh_{gate}": w_h}
            apart = gate in self._apart
            traits |= {f"b_{gate}": b_x, f"bh_{gate}": b_h} if apart else {f"b_{gate}": b_x + b_h}
        return traits

    def _set(self, settings):
        with self.hold_sync(), self.hold_trait_notifications():  # to the page in one message, not one by one
            for name, value in settings.items():
                setattr(self, name, value)

    def _load_preset(self, change):
        if change["new"] != "own":
            self._set(self._presets[change["new"]]["settings"] | {"mode": "sequence"})

    def _compare_with_preset(self, change=None):
        if self.t > len(self.inputs):
            self.t = len(self.inputs)
        preset = self._presets.get(self.preset)
        if preset and any(getattr(self, k) != value for k, value in preset["settings"].items() if k != "t"):
            self.preset = "own"


def _torch_arrays(weights, gates):
    """Return torch's four arrays of a layer of one unit with one input, checked, each (gates,)."""
    v.instance("weights", weights, dict)
    short = {str(key).removesuffix("_l0"): value for key, value in weights.items()}
    shapes = {"weight_ih": (gates, 1), "weight_hh": (gates, 1), "bias_ih": (gates,), "bias_hh": (gates,)}
    v.keys("weights", short, shapes)
    return {
        name: v.array(f"weights[{name!r}]", short[name], shape, dtype=np.float64).ravel()
        for name, shape in shapes.items()
    }
