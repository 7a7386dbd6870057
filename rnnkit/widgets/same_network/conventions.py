"""What libraries mean by the numbers of a recurrent layer. same_network/conventions.js has the same tables.

A layer is written as torch has it: weight_ih (G·H, D), weight_hh (G·H, H), bias_ih and bias_hh (G·H,), with
the gates i, f, g, o or r, z, n. `store` gives the numbers that a library keeps for a layer, and `read` the
layer that it makes of numbers. So to copy is to store by one convention and to read by the other.
"""

import numpy as np

from rnnkit.convert.gates import ORDER as GATES

SWITCHES = {  # what can differ
    "RNN": ("layout", "bias", "activation"),
    "LSTM": ("order", "layout", "bias", "sigma", "forget"),
    "GRU": ("order", "layout", "reset", "z", "bias", "sigma"),
}
BY_OPTION = ("reset", "sigma", "activation")  # which no numbers can express
BASE = {
    "layout": "rows",  # of weight_hh: a row for each unit, or a column
    "bias": "two",
    "activation": "tanh",
    "sigma": "soft",  # 1 / (1 + exp(-a)); "fifth", "sixth": a line of this slope, cut off at 0 and 1
    "forget": "0",  # what the code adds before the forget gate
    "reset": "after",  # r multiplies what weight_hh gives, or the state before it
    "z": "old",  # z is the share of the old state, or of the new one
}
STACKS = {"RNN": ("h", "h"), "LSTM": ("ifgo", "iofg"), "GRU": ("rzn", "zrn")}
SINGLE = {  # a switch, and what it is turned to; back to torch's where the source has this already
    "layout": ("layout", "columns"),
    "bias": ("bias", "one"),
    "reset": ("reset", "before"),
    "z": ("z", "new"),
    "fifth": ("sigma", "fifth"),
    "sixth": ("sigma", "sixth"),
    "forget": ("forget", "1"),
    "activation": ("activation", "relu"),
}
ONLY = ("order", *SINGLE)
"""Targets that differ from the source in this alone."""

COLUMNS = {"layout": "columns", "bias": "one"}
LIBRARIES = {  # what is not as in torch; "apart": each gate has arrays of its own
    "torch": {"RNN": {}, "LSTM": {}, "GRU": {}},
    "keras": {"RNN": COLUMNS, "LSTM": COLUMNS, "GRU": {"order": "zrn"}},
    "onnx": {"RNN": {}, "LSTM": {"order": "iofg"}, "GRU": {"order": "zrn", "reset": "before"}},
    "tfjs": {
        "RNN": COLUMNS,
        "LSTM": {**COLUMNS, "sigma": "fifth"},
        "GRU": {**COLUMNS, "order": "zrn", "reset": "before", "sigma": "fifth"},
    },
    "flax": {"RNN": COLUMNS, "LSTM": {**COLUMNS, "order": "apart"}, "GRU": COLUMNS},
    "haiku": {
        "RNN": {"layout": "columns", "activation": "relu"},
        "LSTM": {**COLUMNS, "order": "igfo", "forget": "1"},
        "GRU": {**COLUMNS, "order": "zrn", "reset": "before", "z": "new"},
    },
    "chainer": {
        "RNN": {},
        "LSTM": {"order": "gifo each", "bias": "one"},
        "GRU": {"order": "apart", "reset": "before", "z": "new"},
    },
}


def pair(kind, source, target):
    """Return the conventions of both sides, for each switch of the kind."""
    base = {"order": STACKS[kind][0], **BASE}
    here = base | LIBRARIES[source][kind]
    there = here | _turned(kind, here, target) if target in ONLY else base | LIBRARIES[target][kind]
    apart = "apart" in (here["order"], there["order"])
    if apart:  # each part is copied by its name: no order can be mistaken
        stacked = [how["order"] for how in (here, there) if how["order"] != "apart"]
        here["order"] = there["order"] = (*stacked, STACKS[kind][0])[0]
    elif kind != "RNN":  # weight_hh is not square: its shape says how it lies
        here["layout"] = there["layout"] = "rows"
    return tuple({switch: how[switch] for switch in SWITCHES[kind]} for how in (here, there))


def _turned(kind, here, target):
    if target == "order":
        first, other = STACKS[kind]
        return {"order": other if here["order"] == first else first}
    switch, value = SINGLE[target]
    return {switch: value if here[switch] != value else BASE[switch]}


def places(kind, how, H):
    """Return which row stands where: [(gate, unit), …], units from 0."""
    gates, *each = how.get("order", GATES[kind]).split(" ")
    if each:
        return [(gate, unit) for unit in range(H) for gate in gates]
    return [(gate, unit) for gate in gates for unit in range(H)]


def store(kind, weights, how):
    """Return the four arrays that a library keeps for a layer; of one bias, the second array is zero."""
    weights, rows, H = _opened(kind, weights)
    if how.get("z") == "new":
        for array in weights.values():
            array[rows["z"]] *= -1  # σ(-a) = 1 - σ(a)
    if how.get("forget") == "1":
        weights["bias_ih"][rows["f"]] -= 1
    if how["bias"] == "one":
        weights["bias_ih"] += weights["bias_hh"]
        weights["bias_hh"][:] = 0
    if how["layout"] == "columns":
        _turn_over(weights["weight_hh"], rows)
    index = [rows[gate].start + unit for gate, unit in places(kind, how, H)]
    return {name: array[index] for name, array in weights.items()}


def read(kind, numbers, how):
    """Return the layer that a library makes of four arrays; one with one bias leaves out the second."""
    weights, rows, H = _opened(kind, numbers)
    for k, (gate, unit) in enumerate(places(kind, how, H)):
        for name, array in weights.items():
            array[rows[gate].start + unit] = numbers[name][k]
    if how["layout"] == "columns":
        _turn_over(weights["weight_hh"], rows)
    if how["bias"] == "one":
        weights["bias_hh"][:] = 0
    if how.get("forget") == "1":
        weights["bias_ih"][rows["f"]] += 1
    if how.get("z") == "new":
        for array in weights.values():
            array[rows["z"]] *= -1
    return weights


def _opened(kind, weights):
    """Return copies of the arrays, the rows of each gate, and H."""
    H = np.shape(weights["weight_hh"])[1]
    rows = {gate: slice(k * H, (k + 1) * H) for k, gate in enumerate(GATES[kind])}
    return {name: np.array(array, dtype=np.float64) for name, array in weights.items()}, rows, H


def _turn_over(weight_hh, rows):
    for block in rows.values():
        weight_hh[block] = weight_hh[block].T.copy()
