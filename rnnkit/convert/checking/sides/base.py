"""What all sides share: which way round their arrays lie, and which of their answers is which."""

from types import MappingProxyType

import numpy as np

from rnnkit.convert.checking.answers import Answer


class Side:
    """One of the two networks that are compared.

    A subclass sets the fields below and has _call(x, lengths, state), which gets arrays the way round that
    batch_first says and returns what came out: an array, or several in nested tuples, in the order output,
    h_n, c_n.

    label: how the verdict calls it. dtype: a name; single: why a side of float64 computes in float32, or "".
    copied: whether a copy in evaluation is run in place of what came. width: D, or None for tokens below
    vocabulary. states: (layers · directions, H) of its states or None, pair: whether c stands beside h.
    batch_first: None where nobody knows; chosen: whether somebody could have chosen it. T, B: the only sizes
    that it takes, if it says so. padding: the value that it masks. unknown: names of arguments that nobody
    knows the meaning of; state_unknown: whether it takes states of a form that nobody knows.
    more: {case: outputs behind c_n}. all_steps: whether a layer was told to give the output of every step;
    None if that is no choice.
    description, refusal: what could be read, or why not. facts: what it says of itself that explains a
    difference, as (word, sentence).
    """

    dtype, width, vocabulary, states, pair = "float32", None, None, None, None
    batch_first, chosen, T, B, padding = False, False, None, None, None
    takes_lengths, takes_state, unknown, state_unknown = False, False, (), False
    description, refusal, facts, _every_step = None, "", (), None
    more, all_steps = MappingProxyType({}), None
    label, single, copied = "", "", False

    def answer(self, case):
        """Return the `Answer` to a case; errors of the library come through."""
        x = case.x.swapaxes(0, 1) if self.batch_first else case.x
        x = x if self.width is None else x.astype(self.float)
        state = None if case.state is None else tuple(part.astype(self.float) for part in case.state)
        return self.sorted_out(flat(self._call(np.ascontiguousarray(x), case.lengths, state)), case)

    def twice(self, case):
        """Return two answers to the same case, of the side as it came."""
        return [self.answer(case), self.answer(case)]

    @property
    def float(self):
        """NumPy's dtype for what goes in."""
        return np.float64 if self.dtype == "float64" else np.float32

    def sorted_out(self, arrays, case):
        """Return arrays in the order output, h_n, c_n as an `Answer`."""
        if not arrays:
            raise ValueError(f"{self.label} must return an array, got nothing")
        output, h_n, c_n, *_ = (*arrays, None, None)
        self.more = {**self.more, case: arrays[3:]}
        if output.ndim == 4:  # ONNX's own: (T, directions, B, H), or batch first (B, T, directions, H)
            axis = 1 if not self.batch_first and output.shape[2] == case.B else 2
            output = np.moveaxis(output, axis, 2)
            output = output.reshape(*output.shape[:2], -1)
        h_n, c_n = (part[None] if part is not None and part.ndim == 2 else part for part in (h_n, c_n))
        if output.ndim != 3:
            return Answer(None, h_n, c_n, once=output.reshape(len(output), -1))
        output = output.swapaxes(0, 1) if self.batch_first else output
        if case.lengths is None:
            self._every_step = self._every_step is not False and len(output) == case.T
        elif self._every_step and len(output) == case.lengths.max() < case.T:  # cut at the longest length
            output = np.concatenate([output, np.full((case.T - len(output), *output.shape[1:]), np.inf)])
        return Answer(output, h_n, c_n, self.last_of(output, h_n))

    def last_of(self, output, h_n):
        """Return the last state of each direction of the top layer, side by side, (B, ·), or None."""
        if self.states is None or h_n is None or h_n.ndim != 3 or output.shape[2] % h_n.shape[2]:
            return None
        top = h_n[-(output.shape[2] // h_n.shape[2]) :]
        return np.concatenate(list(top), axis=1)

    def read(self, read, *things):
        """Try to read the side as a description, and keep why it could not be."""
        try:
            self.description = read(*things)
        except Exception as error:  # of any library: what cannot be read is still run
            self.refusal = str(error).split("\n")[0]

    def take_sizes(self):
        """Take the sizes from the description, if there is one."""
        if self.description is None:
            return
        parts = getattr(self.description, "parts", (self.description,))
        if hasattr(parts[0], "mask_zero"):
            self.vocabulary = len(parts[0].weight)
            self.padding = 0 if parts[0].mask_zero else None
        else:
            if hasattr(parts[0], "value"):
                self.padding = parts[0].value
            first = next(part for part in parts if hasattr(part, "parameters"))
            self.width = first.weight.shape[1] if hasattr(first, "weight") else first.input_size
        if len(parts) == 1:
            self.states = (parts[0].num_layers * len(parts[0].directions), parts[0].hidden_size)
            self.pair = parts[0].kind == "LSTM"


def flat(value):
    """Return all arrays in nested tuples, lists and dicts as a list of float64 arrays."""
    if value is None:
        return []
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return [array for part in value for array in flat(part)]
    return [array_of(value)]


def array_of(value):
    """Return an array or a tensor of any library as a float64 array."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().double().numpy()
    return np.asarray(value, np.float64)
