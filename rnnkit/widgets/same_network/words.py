"""What SameNetwork says: what a converter does about each difference, and what comes of it.

same_network/words.js says the same.
"""

from rnnkit.widgets.base.drawing import format_number
from rnnkit.widgets.same_network.conventions import BY_OPTION

NAMES = {
    "torch": "PyTorch",
    "keras": "Keras 3",
    "onnx": "ONNX",
    "tfjs": "TensorFlow.js",
    "flax": "Flax nnx",
    "haiku": "Haiku",
    "chainer": "Chainer",
}
OTHER = "the other network"  # of a target that is no library
TITLES = {
    "order": "order of the gates",
    "layout": "weights on h",
    "reset": "reset gate r",
    "z": "update gate z",
    "bias": "biases",
    "sigma": "σ of the gates",
    "forget": "forget gate f",
    "activation": "activation",
}
VALUES = {
    "rows": "a row for each unit",
    "columns": "a column for each unit",
    "one": "one",
    "two": "two",
    "soft": "1 / (1 + e⁻ᵃ)",
    "fifth": "a line of slope 0.2",
    "sixth": "a line of slope 1/6",
    "0": "as it is",
    "1": "1 is added in the code",
    "after": "after the product",
    "before": "before the product",
    "old": "share of the old h",
    "new": "share of the new h",
    "tanh": "tanh",
    "relu": "relu",
}
OPTIONS = {  # how a library is told to do as the source does
    "torch": {"relu": 'Sets nonlinearity="relu".'},
    "keras": {
        "relu": 'Sets activation="relu".',
        "sixth": 'Sets recurrent_activation="hard_sigmoid".',
        "before": "Sets reset_after=False.",
    },
    "onnx": {
        "relu": 'Sets activations=["Relu"].',
        "fifth": "Sets HardSigmoid with alpha=0.2.",
        "sixth": "Sets HardSigmoid with alpha=1/6.",
        "after": "Sets linear_before_reset=1.",
    },
    "tfjs": {"relu": 'Sets activation: "relu".', "soft": 'Sets recurrentActivation: "sigmoid".'},
    "flax": {
        "relu": "Sets activation_fn=nnx.relu.",
        "fifth": "Sets gate_fn to a line of slope 0.2.",
        "sixth": "Sets gate_fn=nnx.hard_sigmoid.",
    },
    "haiku": {},
    "chainer": {"relu": "Takes NStepRNNReLU."},
}
BY_NUMBERS = {  # by what the other side means
    "columns": "Turns the square matrix over.",
    "rows": "Turns the square matrix over.",
    "new": "Turns the sign of all numbers of z.",
    "old": "Turns the sign of all numbers of z.",
    "1": "Takes 1 off the bias of f.",
    "0": "Adds 1 to the bias of f.",
    "one": "Adds the two biases up.",
    "two": "Writes zeros as the second bias.",
}


def value(how):
    """Return the value of a switch in words."""
    if how in VALUES:
        return VALUES[how]
    gates, *each = how.split(" ")
    return " ".join(gates) + (" for each unit" if each else "")


def repair(switch, here, there, target, inside):
    """Return (can it be done, what the converter does) for one difference.

    here, there: the conventions of both sides.
    inside: whether b_hn of a GRU stands within the reset gate, and is not zero.
    """
    name = NAMES.get(target, OTHER)
    if switch in BY_OPTION:
        if option := OPTIONS.get(target, {}).get(here[switch]):
            return True, option
        if switch == "reset":
            return False, f"Refuses: no numbers make {name} reset {VALUES[here[switch]]}."
        return False, f"Refuses: {name} has no such {'σ' if switch == 'sigma' else 'activation'} built in."
    if switch == "order":
        return True, "Moves each row to the place of its gate."
    if switch == "bias" and there["bias"] == "one" and inside:
        return False, f"Refuses: r multiplies b_hn, for which {name} has no place."
    return True, BY_NUMBERS[there[switch]]


def says(kind, way, values, count, refusal):
    """Return the sentences of the figure.

    count: how many differences there are; refusal: why a converter refuses, or nothing.
    """
    largest, parts, now = (values[name] for name in ("largest", "parts", "now"))
    a, b = values["names"].values()
    step = f"Step {values['t']} reads x = {format_number(now['x'])}: {a} gives {format_number(now['a'])}"
    if largest is None:
        return {
            "verdict": f"{refusal} So nothing is written.",
            "part": "nothing is written",
            "step": f"{step}.",
        }
    step += f", {b} {format_number(now['b'])}; they are {format_number(now['difference'])} apart."
    if not count:
        article = "a" if kind == "GRU" else "an"
        verdict = f"Nothing differs for {article} {kind}: both mean the same by these numbers."
    elif way == "convert":
        verdict = f"Converted, {b} computes the same at every step."
    elif largest < 1e-9:
        verdict = "Copied, and here nothing is lost: both compute the same."
    elif not parts:
        verdict = f"Copied, {b} computes something else, but so little else that a plot does not show it."
    else:
        verdict = (
            f"Copied, the same numbers mean something else to {b}, and no error says so: "
            f"from step {parts} on the outputs part, by up to {format_number(largest)}."
        )
    part = f"they part at step {parts}" if parts else "the same" if largest < 1e-9 else "nearly the same"
    return {"verdict": verdict, "part": part, "step": step}
