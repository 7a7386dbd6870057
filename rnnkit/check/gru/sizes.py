"""The hidden size that makes two kinds of layers equally large."""

from rnnkit.check.engine import Exercise
from rnnkit.check.mistake import Mistake

BLOCKS = {"rnn": 1, "gru": 3, "lstm": 4}


def _count(kind, D, H, *, blocks=BLOCKS, biases=2, inputs=True, recurrent=True):
    """The parameters of one layer of torch; every argument after the star replaces one part."""
    return blocks[kind] * H * (D * inputs + H * recurrent + biases)


def _largest(kind, D, parameters, **change):
    """The largest hidden size whose count is not above `parameters`."""
    H = 0
    while _count(kind, D, H + 1, **change) <= parameters:
        H += 1
    return H


def _with(**change):
    return lambda kind, D, parameters: _largest(kind, D, parameters, **change)


def _rounded_up(kind, D, parameters):
    H = _largest(kind, D, parameters)
    return H + (_count(kind, D, H) < parameters)


def _nearest(kind, D, parameters):
    H = _largest(kind, D, parameters)
    above, below = _count(kind, D, H + 1) - parameters, parameters - _count(kind, D, H)
    return H + (above < below)


def _in_proportion(kind, D, parameters):
    return int(_largest("lstm", D, parameters) * BLOCKS["lstm"] / BLOCKS[kind])


def _case(kind, D, parameters):
    return {"kind": kind, "D": D, "parameters": parameters}


equal_hidden_size = Exercise(
    name="equal_hidden_size",
    returns="H",
    reference=lambda kind, D, parameters: _largest(kind, D, parameters),
    cases={
        "the LSTM itself": _case("lstm", 8, _count("lstm", 8, 64)),
        "a GRU like this LSTM": _case("gru", 8, _count("lstm", 8, 64)),
        "an RNN like this LSTM": _case("rnn", 8, _count("lstm", 8, 64)),
        "an exact fit": _case("gru", 3, _count("gru", 3, 10)),
        "one parameter too few": _case("gru", 3, _count("gru", 3, 10) - 1),
        "nearer to the smaller size": _case("gru", 1, 38),
        "nearer to the larger size": _case("gru", 1, 43),
        "more inputs than units": _case("rnn", 300, _count("gru", 300, 20)),
    },
    mistakes=(
        Mistake(
            "your layer has more parameters than allowed: you rounded up.",
            "Is H the last size that fits, or the first that does not?",
            _rounded_up,
            lambda kind, D, parameters: _largest(kind, D, parameters) + 1,
        ),
        Mistake(
            "you took the nearest size, even where it has more parameters than allowed.",
            "Count the parameters of your answer. Are there at most as many as allowed?",
            _nearest,
        ),
        Mistake(
            "where a size fits exactly you took the one below.",
            "May the number of parameters be equal to the limit?",
            lambda kind, D, parameters: _largest(kind, D, parameters - 1),
        ),
        Mistake(
            "you counted one bias for each block.",
            "nn.GRU keeps bias_ih and bias_hh. How many biases has each block then?",
            _with(biases=1),
        ),
        Mistake(
            "you left out the biases.",
            "Which terms of the equations are not multiplied by anything?",
            _with(biases=0),
        ),
        Mistake(
            "you left out weight_hh.",
            "Which weights carry the past?",
            _with(recurrent=False),
        ),
        Mistake(
            "you left out weight_ih.",
            "Which weights read the input?",
            _with(inputs=False),
        ),
        Mistake(
            "you forgot the candidate: you counted the gates only.",
            "How many blocks of H rows has weight_ih of an nn.GRU, and how many that of an nn.LSTM?",
            _with(blocks={"rnn": 1, "gru": 2, "lstm": 3}),
        ),
        Mistake(
            "you counted every kind of layer with one block of rows.",
            "How many blocks of H rows has weight_ih of an nn.GRU?",
            _with(blocks=dict.fromkeys(BLOCKS, 1)),
        ),
        Mistake(
            "you counted every kind of layer like an LSTM.",
            "Which argument does your function never look at?",
            _with(blocks=dict.fromkeys(BLOCKS, 4)),
        ),
        Mistake(
            "you scaled the hidden size of the LSTM by the number of blocks.",
            "If H is twice as large, how many times as many numbers has weight_hh?",
            _in_proportion,
        ),
    ),
)
