"""Any torch module that takes sequences, as a side."""

import numpy as np
import torch
from torch import nn

from rnnkit.convert.checking.sides.base import flat
from rnnkit.convert.checking.sides.naming import arguments_of, sorted_names
from rnnkit.convert.checking.sides.torch_side import TorchCell, TorchLayer, TorchSide, kind_of
from rnnkit.convert.pytorch import from_torch


class TorchModule(TorchSide):
    """Any other module: forward(x), or with lengths or a state, which are given by the names that it has for
    them.
    """

    def __init__(self, module, label):
        super().__init__(module, label)
        inside = list(self.module.modules())
        embedding = next((one for one in inside if isinstance(one, nn.Embedding)), None)
        layers = [one for one in inside if hasattr(one, "batch_first") and hasattr(one, "hidden_size")]
        cells = [one for one in inside if isinstance(one, nn.RNNCellBase)]
        if embedding is not None:
            self.vocabulary = embedding.num_embeddings
        elif getattr(module, "symbols", None) and getattr(module, "embedding", 1) is None:
            self.vocabulary = module.symbols  # one-hot inside, as in rnnkit.models.LanguageModel
        elif layers or cells:
            self.width = (layers or cells)[0].input_size
        self.batch_first = bool(getattr(module, "batch_first", layers[0].batch_first)) if layers else None
        if len(layers) == 1:
            layer = layers[0]
            self.states = (layer.num_layers * (1 + layer.bidirectional), layer.hidden_size)
            self.pair = isinstance(layer, nn.LSTM)
        if isinstance(self.module, torch.jit.ScriptModule):
            schema = self.module._c._get_method("forward").schema
            names = [one.name for one in schema.arguments][1:]
            optional = {one.name: one.default_value for one in schema.arguments if one.has_default_value()}
            self._names = sorted_names(names, optional)
        else:
            self._names = arguments_of(self.module.forward)
        self.unknown, self.takes_lengths = self._names.unknown, self._names.lengths is not None
        self.takes_state = self._names.state is not None and self.states is not None
        self.state_unknown = self._names.state is not None and self.states is None
        if layers and self.vocabulary is None:
            self.width = self._width_that_runs(inside, layers[0])
        self.read(from_torch, self.module)  # a chain that `to_torch` made
        self.take_sizes()
        self.refusal = ""  # it need not be one

    def _width_that_runs(self, inside, layer):
        """Return how many numbers a step has: what the layer takes, unless it stands behind another part."""
        before = inside[: inside.index(layer)]
        widths = [getattr(one, "in_features", getattr(one, "in_channels", None)) for one in before]
        first = next((width for width in widths if width is not None), layer.input_size)
        for width in (layer.input_size, first) if first != layer.input_size else ():
            try:
                self._call(np.zeros((7, 7, width)), None, None)
            except Exception:  # of any library: so it does not run
                continue
            return width
        return layer.input_size

    @torch.no_grad()
    def _call(self, x, lengths, state):
        given = {}
        T = x.shape[1 if self.batch_first else 0]
        if self.takes_lengths and (lengths is not None or self._names.lengths not in self._names.optional):
            lengths = [T] * x.shape[0 if self.batch_first else 1] if lengths is None else lengths
            given[self._names.lengths] = torch.as_tensor(lengths, dtype=torch.int64)
        if self.takes_state and state is not None:
            given |= self._names.given(tuple(map(self.tensor, state)), self.pair)
        return flat(self.module(self.tensor(x), **given))


def torch_side(module, label):
    """Return the side of a torch module."""
    if isinstance(module, nn.RNNCellBase):
        return TorchCell(module, label)
    names = ("input_size", "hidden_size", "num_layers", "bidirectional", "batch_first")
    layer = kind_of(module) in ("RNN", "LSTM", "GRU") or isinstance(module, nn.RNNBase)
    if layer and all(hasattr(module, name) for name in names):
        return TorchLayer(module, label)
    return TorchModule(module, label)
