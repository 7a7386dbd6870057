"""Descriptions, the layers of this package, and functions as sides."""

from rnnkit.convert import reference
from rnnkit.convert.checking.sides.base import Side
from rnnkit.convert.checking.sides.naming import arguments_of
from rnnkit.convert.description import Recurrent
from rnnkit.convert.numpy_layers import from_layers


class Described(Side):
    """A `Recurrent` or a `Chain`, run by the reference in float64."""

    takes_lengths = True

    def __init__(self, description, label):
        self.label, self.description = label, description
        self.dtype = str(description.dtype)
        self.takes_state = isinstance(description, Recurrent)
        self.take_sizes()

    def _call(self, x, lengths, state):
        if not self.takes_state:
            return reference.run_chain(self.description, x, lengths)
        state = state if state is None or self.pair else state[0]
        return reference.run(self.description, x, state, lengths)


class OwnLayer(Side):
    """A layer of `rnnkit.layers`."""

    takes_lengths = takes_state = chosen = True

    def __init__(self, layer, label):
        self.label, self.layer = label, layer
        self.dtype, self.batch_first = str(layer.dtype), layer.batch_first
        self.read(from_layers, layer)
        self.take_sizes()

    def _call(self, x, lengths, state):
        return self.layer(x, state if state is None or self.pair else state[0], lengths)


class Function(Side):
    """A function of x and, where its signature has them, lengths and state; of arrays, or else of tensors."""

    batch_first, chosen = None, True

    def __init__(self, function, label):
        self.label, self.function = label, function
        self._names = arguments_of(function)
        self.takes_lengths = self._names.lengths is not None
        self.takes_state = self._names.state is not None
        self.unknown = self._names.unknown
        self._tensors = None

    def _call(self, x, lengths, state):
        if self._tensors is None:
            try:
                answer, self._tensors = self._with(lambda array: array, x, lengths, state), False
            except Exception as error:  # it may want tensors
                try:
                    answer, self._tensors = self._with(_tensor, x, lengths, state), True
                except Exception:
                    raise error from None
            return answer
        return self._with(_tensor if self._tensors else lambda array: array, x, lengths, state)

    def _with(self, form, x, lengths, state):
        given = {}
        if self.takes_lengths:
            given[self._names.lengths] = None if lengths is None else form(lengths)
        if self.takes_state and state is not None:
            given |= self._names.given(tuple(map(form, state)), self.pair)
        return self.function(form(x), **{name: value for name, value in given.items() if value is not None})


def _tensor(array):
    import torch

    return torch.from_numpy(array.copy())
