"""Backpropagation through time in little memory: what was forgotten is computed once more.

A layer keeps the gates of all T steps for its way back. It is enough to keep the states between pieces of
the sequence, and to run each piece once more when the way back reaches it. Of about √T steps each, there
are about as many pieces as steps in one, and both take little (Chen et al. 2016, "Training Deep Nets with
Sublinear Memory Cost"). The price is a second forward pass. The gradient passes from piece to piece, unlike
in truncated backpropagation. By default a piece has 3 √T steps, since each piece takes time of its own.
"""

import copy
import math
from itertools import pairwise

import numpy as np

from rnnkit import _validation as v
from rnnkit.layers.base import RecurrentLayer


def checkpointed_backward(layer, x, d_output, state=None, d_state=None, *, steps=None):
    """Run a layer over x and back, with one piece of the sequence in memory at a time: exact gradients.

    layer: an RNN, LSTM or GRU of rnnkit.layers in one direction: the other one would begin at the end.
        Its last call stays as it was.
    x: (T, B, input_size), or (B, T, input_size) with batch_first; all sequences have T steps.
    d_output: the gradient of the loss in the output, an array of its shape. Or a function, so that the output
        never is in memory as a whole: it is called as d_output(output, start) for each piece, the last one
        first, takes the output of the steps from `start` on, and returns the gradient in it.
    state: the initial states, as for the layer; None stands for zeros.
    d_state: the gradient in the states after the last step; None stands for zeros.
    steps: of one piece, an integer from 1 on; None stands for 3 √T, since each piece also takes time.
    Returns dx and dstate as `layer.backward` does, and overwrites layer.grads.
    Raises TypeError or ValueError if an argument does not fit; the layer then stays as it was.
    """
    if v.instance("layer", layer, RecurrentLayer).bidirectional:
        raise ValueError("layer must run in one direction, got bidirectional=True")
    axes = ("B", "T", layer.input_size) if layer.batch_first else ("T", "B", layer.input_size)
    sizes, dtype = {}, layer.dtype
    x = v.array("x", x, axes, dtype=dtype, finite=False, sizes=sizes)  # the layer looks at each piece
    if not callable(d_output):
        shape = (*axes[:2], layer.hidden_size)
        d_output = v.array("d_output", d_output, shape, dtype=dtype, finite=False, sizes=sizes)
    T = sizes["T"]
    steps = 3 * math.isqrt(T) if steps is None else v.integer("steps", steps, 1)

    worker = copy.copy(layer)
    worker.grads = {}
    before_time = (slice(None),) * axes.index("T")
    # The short piece comes first, since a layer that goes on with pieces of one length keeps its memory.
    edges = [0, *range(T % steps or steps, T + 1, steps)]
    pieces = [(start, (*before_time, slice(start, stop))) for start, stop in pairwise(edges)]
    states = [state]
    for _, piece in pieces[:-1]:
        states.append(worker(x[piece], states[-1])[1])
    dx, sums = np.empty_like(x), dict.fromkeys(layer.params, 0)
    for start, piece in reversed(pieces):
        output, _ = worker(x[piece], states.pop())
        d_piece = d_output(output, start) if callable(d_output) else d_output[piece]
        dx[piece], d_state = worker.backward(d_piece, d_state)
        sums = {name: total + worker.grads[name] for name, total in sums.items()}
    layer.grads.update(sums)
    return dx, d_state
