"""Any torch module that takes sequences, as a side."""

import inspect

import torch
from torch import nn

from rnnkit.convert.checking.sides.base import flat, named, parameters_of
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
            self._defaults = {one.name for one in schema.arguments if one.has_default_value()}
            self._lengths, self._state = named([one.name for one in schema.arguments])
        else:
            given = inspect.signature(self.module.forward).parameters.values()
            self._defaults = {one.name for one in given if one.default is not inspect.Parameter.empty}
            self._lengths, self._state = parameters_of(self.module.forward)
        self.takes_lengths = self._lengths is not None
        self.takes_state = self._state is not None and self.states is not None
        self.read(from_torch, self.module)  # a chain that `to_torch` made
        self.take_sizes()
        self.refusal = ""  # it need not be one

    @torch.no_grad()
    def _call(self, x, lengths, state):
        given = {}
        T = x.shape[1 if self.batch_first else 0]
        if self.takes_lengths and (lengths is not None or self._lengths not in self._defaults):
            lengths = [T] * x.shape[0 if self.batch_first else 1] if lengths is None else lengths
            given[self._lengths] = torch.as_tensor(lengths, dtype=torch.int64)
        if self.takes_state and state is not None:
            state = tuple(map(self.tensor, state))
            given[self._state] = state if self.pair else state[0]
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
