"""What torch.nn.LSTM returns and holds, in numbers: shapes and the count of parameters."""

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import LAYERS
from rnnkit.check.mistake import Mistake


def _sizes(B, T, D, H, L, two, first, *, gates=4, biases=2, deeper=None):
    """L is num_layers, two is bidirectional, first is batch_first; deeper: inputs of all layers but one."""
    directions = 2 if two else 1
    output = (B, T, directions * H) if first else (T, B, directions * H)
    state = (directions * L, B, H)
    inputs = [D] + [deeper or directions * H] * (L - 1)
    parameters = sum(directions * gates * (H * n + H * H + biases * H) for n in inputs)
    return {"output": output, "h_n": state, "c_n": state, "parameters": parameters}


def _changed(change):
    """A variant that replaces some of the right sizes by change(B, T, D, H, L, two, first)."""
    return lambda *sizes: _sizes(*sizes) | change(*sizes)


def _states(shape):
    """A variant with another shape of both states."""
    return lambda *sizes: _sizes(*sizes) | dict.fromkeys(("h_n", "c_n"), shape(*sizes))


def _without(key):
    return lambda *sizes: {name: size for name, size in _sizes(*sizes).items() if name != key}


def _counted(**change):
    return lambda *sizes: _sizes(*sizes) | {"parameters": _sizes(*sizes, **change)["parameters"]}


def _count_with(change):
    """A variant that counts the parameters of another layer."""
    return lambda *sizes: _sizes(*sizes) | {"parameters": _sizes(*change(*sizes))["parameters"]}


lstm_sizes = Exercise(
    name="lstm_sizes",
    returns="the result",
    reference=lambda B, T, D, H, num_layers, bidirectional, batch_first: _sizes(
        B, T, D, H, num_layers, bidirectional, batch_first
    ),
    cases=LAYERS,
    mistakes=(
        Mistake(
            "c_n is missing.",
            "An LSTM has two states. How many does it hand back?",
            _without("c_n"),
        ),
        Mistake(
            "you put the batch first in h_n and c_n too.",
            "Print h_n.shape of a small nn.LSTM with and without batch_first. What changes?",
            lambda B, T, D, H, L, two, first: (
                _sizes(B, T, D, H, L, two, first)
                | (dict.fromkeys(("h_n", "c_n"), (B, L * (1 + two), H)) if first else {})
            ),
        ),
        Mistake(
            "your cell state has the size 4H.",
            "The gates act on the cell state, each on every one of its numbers. How many numbers has it?",
            _changed(lambda B, T, D, H, L, two, first: {"c_n": ((1 + two) * L, B, 4 * H)}),
        ),
        Mistake(
            "c_n holds the cell states of all time steps.",
            "nn.LSTM shows the hidden states of all steps in output. And the cell states?",
            _changed(lambda B, T, D, H, L, two, first: {"c_n": (T, B, (1 + two) * H)}),
            _changed(
                lambda B, T, D, H, L, two, first: {
                    "c_n": (B, T, (1 + two) * H) if first else (T, B, (1 + two) * H)
                }
            ),
        ),
        Mistake(
            "the states do not count the layers.",
            "Each layer ends in states of its own. How many are handed back?",
            _states(lambda B, T, D, H, L, two, first: (1 + two, B, H)),
        ),
        Mistake(
            "the states do not count the directions.",
            "The backward direction ends in states too. Where are they handed back?",
            _states(lambda B, T, D, H, L, two, first: (L, B, H)),
        ),
        Mistake(
            "output does not count the directions.",
            "At each time step both directions have a state. How do the two stand in output?",
            _changed(lambda B, T, D, H, L, two, first: {"output": (B, T, H) if first else (T, B, H)}),
        ),
        Mistake(
            "you counted the parameters of one gate only: those of an nn.RNN.",
            "How many blocks of H rows has weight_ih of an LSTM?",
            _counted(gates=1),
        ),
        Mistake(
            "you counted three gates.",
            "The candidate g has weights as well. How many blocks of H rows are there?",
            _counted(gates=3),
        ),
        Mistake(
            "you counted one bias for each gate.",
            "nn.LSTM keeps bias_ih and bias_hh. How many biases has each block then?",
            _counted(biases=1),
        ),
        Mistake(
            "you left out the biases.",
            "Which terms of the equations are not multiplied by anything?",
            _counted(biases=0),
        ),
        Mistake(
            "batch_first is ignored.",
            "Which argument does your function never look at?",
            lambda B, T, D, H, L, two, first: _sizes(B, T, D, H, L, two, False),
        ),
        Mistake(
            "the batch comes first where batch_first is False, and only there.",
            "Read the name batch_first as a question: what does True mean?",
            lambda B, T, D, H, L, two, first: _sizes(B, T, D, H, L, two, not first),
        ),
        Mistake(
            "you put both directions side by side in h_n and c_n, as in output.",
            "The states keep the directions apart. Along which axis?",
            _states(lambda B, T, D, H, L, two, first: (L, B, H * (1 + two))),
        ),
        Mistake(
            "every layer of your count takes D numbers.",
            "What does the second layer read: the input, or what the first layer gives?",
            lambda B, T, D, H, L, two, first: (
                _sizes(B, T, D, H, L, two, first)
                | {"parameters": _sizes(B, T, D, H, L, two, first, deeper=D)["parameters"]}
            ),
        ),
        Mistake(
            "your deeper layers read one direction of the layer below only.",
            "How many numbers does a bidirectional layer give at each time step?",
            lambda B, T, D, H, L, two, first: (
                _sizes(B, T, D, H, L, two, first)
                | {"parameters": _sizes(B, T, D, H, L, two, first, deeper=H)["parameters"]}
            ),
        ),
        Mistake(
            "your count of the parameters ignores the directions.",
            "Do both directions share their weights, or has each its own?",
            _count_with(lambda B, T, D, H, L, two, first: (B, T, D, H, L, False, first)),
        ),
        Mistake(
            "you counted the parameters of the first layer only.",
            "Which argument does your count never look at?",
            _count_with(lambda B, T, D, H, L, two, first: (B, T, D, H, 1, two, first)),
        ),
    ),
)
