"""Probes that find out by which conventions a recurrent layer computes, from its numbers alone.

They know of a library only what its class says, in `convention_torch`, `convention_keras` and the like: how
to make a layer from blocks of weights in the library's own order, and how to run it. Each returns the words
that stand in the cell of the table, data/conventions.json.
"""

import numpy as np

from rnnkit.cells import lstm_step

LARGE = 40.0  # sigmoid(40) is 1 to the last digit of float32, tanh too
D, H = 5, 7  # so unlike each other that a shape tells what it is made of
NAMES = {D: "D", H: "H", 3 * H: "3H", 4 * H: "4H", 6 * H: "6H", 8 * H: "8H", D + H: "D+H"}


def close(a, b, within=1e-5):
    """Tell whether two arrays are equal but for rounding in float32."""
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=0, atol=within)


def blocks(number, *, wide=D, high=H):
    """Return kernel, recurrent kernel and bias of a layer, all zero, as lists of `number` blocks."""
    return tuple([np.zeros(shape) for _ in range(number)] for shape in ((high, wide), (high, high), (high,)))


def example():
    """Return one batch of two rows, four steps, and blocks of weights for it that are not 0."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(2, 4, D)), [[rng.normal(size=one.shape) for one in part] for part in blocks(4)]


def named(shape):
    """Return a shape in letters: (28, 5) is "(4H, D)"."""
    return (
        "(" + ", ".join(NAMES.get(size, str(size)) for size in shape) + ("," if len(shape) == 1 else "") + ")"
    )


def _start(array, hidden):
    """Return how an array of (out, in), or a bias, was drawn."""
    fan_out, fan_in = array.shape if array.ndim == 2 else (len(array), 1)
    limit, glorot = 1 / np.sqrt(hidden), np.sqrt(6 / (fan_in + fan_out))
    high = np.abs(array).max()
    if not array.any():
        return "0"
    if (
        array.ndim == 2
        and array.shape[0] >= array.shape[1]
        and close(array.T @ array, np.eye(array.shape[1]), 1e-4)
    ):
        return "orthogonal"
    uniform = abs(array.std() - high / np.sqrt(3)) < 0.06 * high
    for name, bound in (("uniform ±1/√H", limit), ("Glorot uniform", glorot)):
        if uniform and 0.97 * bound < high <= bound * 1.000001:
            return name
    # A normal cut at two standard deviations has 0.88 of its deviation, for which these two make up.
    if abs(array.std() * np.sqrt(fan_in) - 1) < 0.04 and high < 2.3 / np.sqrt(fan_in):
        return "LeCun normal"
    raise AssertionError(f"no known start: deviation {array.std()}, largest {high}")


class Library:
    """What a library is asked for each row of the table, by the row's name; the answers are the cell's words.

    A library says how a layer is made of blocks of weights in its own order:
    lstm(kernel, recurrent, bias) -> step(x, h, c) -> (h, c), gru(kernel, recurrent, bias) -> step(x, h) -> h,
    fresh_lstm(inputs, hidden) -> step of an LSTM as it is born, fresh_gru(inputs, hidden) -> its arrays,
    padded(lengths, state=None) -> outputs (B, T, H) and h (B, H) of `example`,
    and in words kernel_shapes(), biases(), lengths() and ends(), what is returned as the state at the end.
    """

    refusals = ()  # what it raises for a length of 0

    def lstm_gates(self):
        """Open one block after the other by its bias: where is i, where f, g, o?"""
        # All gates half open, no candidate, c = 2. A block that is opened shows itself in c and h.
        seen = {(2.0, "half"): "f", (1.5, "half"): "g", (1.0, "whole"): "o", (1.0, "half"): "i"}
        order = []
        for k in range(4):
            kernel, recurrent, bias = blocks(4)
            bias[k][:] = LARGE
            h, c = self.lstm(kernel, recurrent, bias)(np.zeros(D), np.zeros(H), np.full(H, 2.0))
            share = "whole" if close(h, np.tanh(c)) else "half" if close(h, np.tanh(c) / 2) else "?"
            order.append(seen[round(float(c[0]), 5), share])
        assert sorted(order) == ["f", "g", "i", "o"]
        return " ".join(order)

    def kernel(self):
        """Fill all blocks at random: does a step equal the equations? Return how the kernels are stored."""
        rng = np.random.default_rng(0)
        x, h, c = rng.normal(size=D), rng.normal(size=H), rng.normal(size=H)
        own = [[rng.normal(size=block.shape) for block in part] for part in blocks(4)]
        parts = dict(zip(self.lstm_gates().split(), zip(*own, strict=True), strict=True))
        W, U, b = (np.concatenate(part) for part in zip(*(parts[gate] for gate in "ifgo"), strict=True))
        want = lstm_step(x[None], h[None], c[None], W, U, b, np.zeros(4 * H))
        assert all(close(got, one[0]) for got, one in zip(self.lstm(*own)(x, h, c), want, strict=True))
        return self.kernel_shapes()

    def _gru_roles(self):
        roles = []
        for k in range(3):
            kernel, recurrent, bias = blocks(3)
            bias[k][:] = LARGE
            h = self.gru(kernel, recurrent, bias)(np.zeros(D), np.full(H, 0.4))
            # Half of 0.4 stays. z open: all stays, or nothing. n = 1: 0.5 is added. r changes nothing here.
            roles.append({0.2: "r", 0.7: "n", 0.4: "z old", 0.0: "z new"}[round(float(h[0]), 5)])
        return roles

    def gru_gates(self):
        """Return where the blocks of r, z and n are."""
        return " ".join(role[0] for role in self._gru_roles())

    def z(self):
        """Return of what z is the share: of the old state, or of the new one."""
        (role,) = (role for role in self._gru_roles() if role[0] == "z")
        return role[2:]

    def reset(self, **options):
        """Shut the reset gate of unit 0 only: does it lose its candidate, or do the others lose its state?"""
        order = self.gru_gates().split()
        r, n = order.index("r"), order.index("n")
        kernel, recurrent, bias = blocks(3)
        bias[r][:] = LARGE
        bias[r][0] = -LARGE
        recurrent[n][0, 1] = recurrent[n][1, 0] = 1  # unit 0 reads unit 1, and unit 1 reads unit 0
        h = self.gru(kernel, recurrent, bias, **options)(np.zeros(D), np.full(H, 0.4))
        new = 2 * (h[:2] - 0.2)  # z is a half
        if close(new, [0, np.tanh(0.4)]):
            return "after"
        assert close(new, [np.tanh(0.4), 0])
        return "before"

    def forget_start(self):
        """Return what a fresh layer adds to the forget gate: from the share of c that it keeps."""
        step = self.fresh_lstm(200, 200)
        zero, one = np.zeros(200), np.ones(200)
        kept = step(zero, zero, one)[1] - step(zero, zero, zero)[1]
        bias = np.log(kept / (1 - kept))
        if close(bias, np.full(200, bias[0]), 1e-4):
            return f"{bias[0]:.0f}"
        assert abs(bias.mean()) < 0.02 < bias.std() < 0.1
        return "random, 0 on average"

    def gate_function(self, **options):
        """Return what σ is: from what the forget gate keeps, at five numbers."""
        f = self.lstm_gates().split().index("f")
        at, kept = (-4.0, -1.0, 0.5, 2.0, 2.8), []
        for a in at:
            kernel, recurrent, bias = blocks(4)
            bias[f][:] = a
            kept.append(
                self.lstm(kernel, recurrent, bias, **options)(np.zeros(D), np.zeros(H), np.ones(H))[1][0]
            )
        if close(kept, 1 / (1 + np.exp(-np.array(at)))):
            return "sigmoid"
        for slope, name in ((0.2, "0.2"), (1 / 6, "1/6")):
            if close(kept, np.clip(slope * np.array(at) + 0.5, 0, 1)):
                return f"hard sigmoid of slope {name}"
        raise AssertionError(f"no known function gives {kept} at {at}")

    def starts(self):
        """Return how the kernel, the recurrent kernel and the biases of a fresh GRU are drawn."""
        kernel, recurrent, biases = self.fresh_gru(50, 100)
        words = [_start(np.asarray(array), 100) for array in (kernel, recurrent, *biases)]
        assert len(set(words[2:])) == 1
        if words[1] == "orthogonal":  # an orthogonal matrix of all gates has no orthogonal blocks
            high, wide = np.shape(recurrent)
            words[1] += ", all gates as one" if high > wide else ", each gate"
        if len(set(words)) == 1:
            return f"all {words[0]}"
        return f"{words[0]}; recurrent {words[1]}; biases {words[2]}"

    def padding(self, **options):
        """Return what stands behind the end of a short row: lengths 4 and 2 of 4 steps."""
        y, _ = self.padded([4, 2], **options)
        long, _ = self.padded([4, 4], **options)
        assert close(y[0], long[0])
        assert close(y[1, 1], long[1, 1]) or options.get("half") == "backward"
        if not y[1, 2:].any():
            return "0"
        if close(y[1, 2:], y[1, [1, 1]]):
            return "repeats the last output"
        assert close(y[1, 2:], long[1, 2:])
        return "goes on computing"

    def last_state(self):
        """Return what the state at the end is, and of which step, where a row has 2 of 4 steps."""
        y, h = self.padded([4, 2])
        assert close(h[0], y[0, 3])
        assert close(h[1], y[1, 1])
        return f"{self.ends()}, at the last valid step"

    def zero_length(self):
        """Return which state a row of length 0 ends in, when it starts from a state that is not 0."""
        start = np.full((2, H), 0.3)
        try:
            _, h = self.padded([4, 0], state=start)
        except self.refusals:
            return "refused"
        if close(h[1], start[1]):
            return "the initial state"
        if not h[1].any():
            return "0, whatever the initial state"
        assert close(h[1], self.padded([4, 4], state=start)[1][1])
        return "the state after all of the padding"
