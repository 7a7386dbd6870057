"""Compares two networks: runs both, and looks for what explains the difference."""

from rnnkit import _validation as v
from rnnkit.convert.checking.comparison import Comparison

LEFT_OUT = ("lengths", "initial states", "final states")


def check(a, b, *, batch_first=None, without=(), names=("a", "b")):
    """Run two networks on inputs that show what is usually lost, and say in words what differs.

    a, b: torch modules (nn.RNN, LSTM, GRU, their cells, or any module whose forward takes x and perhaps
        lengths and a state), layers of `rnnkit.layers`, descriptions (`Recurrent`, `Chain`), Keras layers and
        models, paths of ONNX files, or functions. A function takes x and, if its signature has them,
        `lengths` (B,) and `state`, h_0 or (h_0, c_0), each (layers · directions, B, H); it returns output, or
        a tuple: output, h_n, and of an LSTM c_n.
    batch_first: whether functions and files take x as (B, T, D), or (T, B, D). None: what fits, found by
        trial.
    without: what need not be compared, of "lengths", "initial states" and "final states": an exported file
        often takes no lengths, and what only one of the two can do keeps the verdict from being equal.
    names: what the verdict calls the two.

    Neither is changed: a module in training is compared by a copy in evaluation, and the verdict says so.
    Returns a `Verdict`; str() of it is the answer in words. It is `equal` only if nothing differs in anything
    that one of the two can do. Raises TypeError or ValueError if one of them is no network, cannot run at
    all, or nothing says how many numbers a step has.
    """
    if batch_first is not None:
        v.boolean("batch_first", batch_first)
    without = tuple(without)
    for one in without:
        v.choice("without", one, LEFT_OUT)
    return Comparison(a, b, batch_first, without, names).verdict()
