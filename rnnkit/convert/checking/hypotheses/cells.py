"""Cells that compute otherwise with the same weights: reset, activations, clipping."""

from dataclasses import replace

from rnnkit.convert.checking.hypotheses.base import Hypothesis, stack_edit
from rnnkit.convert.gates import HardSigmoid, Sigmoid

SLOPES = ((0.2, "0.2 (Keras 2, TensorFlow.js, ONNX)"), (1 / 6, "1/6 (Keras 3, torch)"), (0.25, "0.25"))
CLIPS = (0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0)


def cell_hypotheses(reading):
    """Return the hypotheses about the equations of a cell."""
    found = [
        Hypothesis(
            "reset before instead of after: r multiplies h, not W_hn h + b_hn", stack_edit(_reset_before)
        ),
        Hypothesis(
            "reset after instead of before: r multiplies W_hn h + b_hn, not h", stack_edit(_reset_after)
        ),
        Hypothesis("the gates are Sigmoid() and not a hard sigmoid", stack_edit(_plain_gates)),
        Hypothesis("h = (1 - z) n without the old state", stack_edit(_z_only_new), 1),
    ]
    for slope, words in SLOPES:
        found.append(
            Hypothesis(
                f"the gates are a hard sigmoid of slope {words}",
                stack_edit(_hard(slope)),
                0 if slope < 0.25 else 1,
            )
        )
    for name in ("relu", "tanh", "linear", "sigmoid", "softsign", "elu", "hard tanh"):
        rank = 0 if name in ("relu", "tanh", "linear") else 1
        for field, kinds, words in (
            (("inner",), ("RNN",), f"the nonlinearity is {name}"),
            (("inner",), ("GRU",), f"the activation of n is {name} instead of tanh"),
            (("inner", "outer"), ("LSTM",), f"the activations of g and c are {name} instead of tanh"),
            (("inner",), ("LSTM",), f"the activation of g is {name} instead of tanh"),
            (("outer",), ("LSTM",), f"the activation of c, in o ⊙ tanh(c), is {name} instead of tanh"),
        ):
            found.append(Hypothesis(words, stack_edit(_functions(kinds, field, name)), rank))
    for limit in CLIPS:
        found.append(
            Hypothesis(f"what enters the gates is clipped to ±{limit:g}", stack_edit(_clip("clip", limit)), 1)
        )
        found.append(
            Hypothesis(f"the cell state is clipped to ±{limit:g}", stack_edit(_clip("cell_clip", limit)), 1)
        )
    return found


def _reset_before(stack):
    return replace(stack, reset_after=False) if stack.kind == "GRU" and stack.reset_after else None


def _reset_after(stack):
    return replace(stack, reset_after=True) if stack.kind == "GRU" and not stack.reset_after else None


def _z_only_new(stack):
    return stack.with_rules(z_only_new=True) if stack.kind == "GRU" else None


def _plain_gates(stack):
    return None if stack.rules.gate == Sigmoid() else stack.with_rules(gate=Sigmoid())


def _hard(slope):
    gate = HardSigmoid(slope)
    return lambda s: None if s.kind == "RNN" or s.rules.gate == gate else s.with_rules(gate=gate)


def _functions(kinds, fields, name):
    def change(stack):
        if stack.kind not in kinds or all(getattr(stack.rules, field) == name for field in fields):
            return None
        return stack.with_rules(**dict.fromkeys(fields, name))

    return change


def _clip(field, limit):
    return lambda stack: stack.with_rules(**{field: limit})
