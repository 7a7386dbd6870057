"""What torch.nn.RNN returns and holds, in numbers: shapes and the count of parameters."""

from rnnkit.check.engine import Exercise
from rnnkit.check.inputs import LAYERS
from rnnkit.check.mistake import Mistake


def _shapes(B, T, D, H, num_layers, bidirectional, batch_first):
    directions = 2 if bidirectional else 1
    return {
        "output": (B, T, directions * H) if batch_first else (T, B, directions * H),
        "h_n": (num_layers * directions, B, H),
    }


# In the variants L is num_layers, two is bidirectional and first is batch_first.
shapes = Exercise(
    name="shapes",
    returns="the result",
    reference=_shapes,
    cases=LAYERS,
    mistakes=(
        Mistake(
            "you put the batch first in h_n too.",
            "Print h_n.shape of a small nn.RNN with and without batch_first. What changes?",
            lambda B, T, D, H, L, two, first: (
                _shapes(B, T, D, H, L, two, first) | ({"h_n": (B, L * (1 + two), H)} if first else {})
            ),
        ),
        Mistake(
            "batch_first is ignored.",
            "Which argument does your function never look at?",
            lambda B, T, D, H, L, two, first: _shapes(B, T, D, H, L, two, False),
        ),
        Mistake(
            "the batch comes first where batch_first is False, and only there.",
            "Read the name batch_first as a question: what does True mean?",
            lambda B, T, D, H, L, two, first: _shapes(B, T, D, H, L, two, not first),
        ),
        Mistake(
            "the batch always comes first in output.",
            "What is the shape of output where batch_first is False?",
            lambda B, T, D, H, L, two, first: _shapes(B, T, D, H, L, two, True),
        ),
        Mistake(
            "output counts the layers.",
            "output holds the states of the top layer. Where do the others hand back theirs?",
            lambda B, T, D, H, L, two, first: (
                _shapes(B, T, D, H, L, two, first)
                | {"output": _shapes(B, T, D, L * H, L, two, first)["output"]}
            ),
        ),
        Mistake(
            "h_n has two axes only.",
            "h_n has an axis for layers and directions, even if there is one layer. Where does it stand?",
            lambda B, T, D, H, L, two, first: _shapes(B, T, D, H, L, two, first) | {"h_n": (B, H)},
        ),
        Mistake(
            "h_n does not count the layers.",
            "Each layer ends in a state of its own. How many are handed back?",
            lambda B, T, D, H, L, two, first: _shapes(B, T, D, H, 1, two, first),
        ),
        Mistake(
            "h_n does not count the directions.",
            "The backward direction ends in a state too. Where is it handed back?",
            lambda B, T, D, H, L, two, first: _shapes(B, T, D, H, L, two, first) | {"h_n": (L, B, H)},
        ),
        Mistake(
            "output does not count the directions.",
            "At each time step both directions have a state. How do the two stand in output?",
            lambda B, T, D, H, L, two, first: (
                _shapes(B, T, D, H, L, two, first)
                | {"output": _shapes(B, T, D, H, L, False, first)["output"]}
            ),
        ),
        Mistake(
            "you put both directions side by side in h_n, as in output.",
            "h_n keeps the directions apart. Along which axis?",
            lambda B, T, D, H, L, two, first: (
                _shapes(B, T, D, H, L, two, first) | {"h_n": (L, B, H * (1 + two))}
            ),
        ),
        Mistake(
            "output has the size of the input, D, in place of that of the state.",
            "Does output hold inputs or states?",
            lambda B, T, D, H, L, two, first: (
                _shapes(B, T, D, H, L, two, first) | {"output": _shapes(B, T, D, D, L, two, first)["output"]}
            ),
        ),
    ),
)


def _count(input_size, hidden_size, num_layers, bidirectional, *, deeper=None, biases=2, recurrent=True):
    """The parameters of nn.RNN; `deeper` is the number of inputs of every layer but the first."""
    directions = 2 if bidirectional else 1
    total = 0
    for layer in range(num_layers):
        inputs = input_size if layer == 0 else deeper or directions * hidden_size
        weights = hidden_size * inputs + hidden_size * hidden_size * recurrent
        total += directions * (weights + biases * hidden_size)
    return total


def _count_case(input_size, hidden_size, num_layers=1, bidirectional=False):
    return {
        "input_size": input_size,
        "hidden_size": hidden_size,
        "num_layers": num_layers,
        "bidirectional": bidirectional,
    }


# In the variants L is num_layers and two is bidirectional.
count_parameters = Exercise(
    name="count_parameters",
    returns="the number of parameters",
    reference=_count,
    cases={
        "one layer": _count_case(3, 4),
        "a row of digits": _count_case(8, 32),
        "three layers": _count_case(3, 5, num_layers=3),
        "both directions": _count_case(3, 4, bidirectional=True),
        "two layers, both directions": _count_case(7, 5, num_layers=2, bidirectional=True),
    },
    mistakes=(
        Mistake(
            "you counted one bias for each layer and direction.",
            "nn.RNN keeps bias_ih and bias_hh. How many biases has each block then?",
            lambda D, H, L, two: _count(D, H, L, two, biases=1),
        ),
        Mistake(
            "you left out the biases.",
            "Which terms of the equation are not multiplied by anything?",
            lambda D, H, L, two: _count(D, H, L, two, biases=0),
        ),
        Mistake(
            "you left out weight_hh.",
            "Which weights carry the past?",
            lambda D, H, L, two: _count(D, H, L, two, recurrent=False),
        ),
        Mistake(
            "every layer of your count takes input_size numbers.",
            "What does the second layer read: the input, or what the first layer gives?",
            lambda D, H, L, two: _count(D, H, L, two, deeper=D),
        ),
        Mistake(
            "your deeper layers read one direction of the layer below only.",
            "How many numbers does a bidirectional layer give at each time step?",
            lambda D, H, L, two: _count(D, H, L, two, deeper=H),
        ),
        Mistake(
            "the directions are ignored.",
            "Do both directions share their weights, or has each its own?",
            lambda D, H, L, two: _count(D, H, L, False),
        ),
        Mistake(
            "you counted the first layer only.",
            "Which argument does your function never look at?",
            lambda D, H, L, two: _count(D, H, 1, two),
        ),
    ),
)
