"""The recurrent layers of torch as sides."""

import copy

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit.convert.checking.sides.base import Side, flat
from rnnkit.convert.pytorch import from_torch


class TorchSide(Side):
    """What all torch modules share: a copy in evaluation, without gradients, on the module's own device."""

    def __init__(self, module, label):
        self.label, self.original = label, module
        tensors = [*module.parameters(), *module.buffers()]
        floats = [one for one in tensors if one.is_floating_point()]
        self.device = str(tensors[0].device) if tensors else "cpu"
        if self.device == "meta":
            raise ValueError(f"{label} must have weights, got a module on the device meta, which holds none")
        self.dtype = str(floats[0].dtype).removeprefix("torch.") if floats else "float32"
        self.module = _evaluated(module)
        self.copied = self.module is not module

    def tensor(self, array):
        """Return an array as a tensor on the module's device, in its dtype if it holds real numbers."""
        tensor = torch.from_numpy(array.copy()).to(self.device)
        return tensor.to(getattr(torch, self.dtype)) if tensor.is_floating_point() else tensor

    def twice(self, case):
        """Return two answers of the module as it came, in training if it is."""
        inside, self.module = self.module, self.original
        try:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                return [self.answer(case) for _ in range(2)]
        finally:
            self.module = inside


class TorchLayer(TorchSide):
    """nn.RNN, nn.LSTM, nn.GRU, and what has their interface, such as their quantised forms."""

    takes_lengths = takes_state = chosen = True

    def __init__(self, module, label):
        super().__init__(module, label)
        self.batch_first, self.width = module.batch_first, module.input_size
        self.states = (module.num_layers * (1 + module.bidirectional), module.hidden_size)
        self.pair = kind_of(module) == "LSTM" or isinstance(module, nn.LSTM)
        if getattr(module, "proj_size", 0):
            self.takes_state = False  # h and c have two sizes
        self.read(from_torch, self.module)
        if type(module).__module__.startswith(("torch.ao", "torch.nn.quantized")):
            self.facts = (
                ("quantised", f"{label} is {type(module).__module__}.{type(module).__name__}: int8"),
            )

    @torch.no_grad()
    def _call(self, x, lengths, state):
        T = x.shape[1 if self.batch_first else 0]
        x, options = self.tensor(x), {"batch_first": self.batch_first}
        if state is not None:
            state = tuple(map(self.tensor, state))
            state = state if self.pair else state[0]
        if lengths is None:
            return flat(self.module(x, state))
        x = pack_padded_sequence(x, torch.as_tensor(lengths), enforce_sorted=False, **options)
        output, state = self.module(x, state)
        return flat((pad_packed_sequence(output, total_length=T, **options)[0], state))


class TorchCell(TorchSide):
    """nn.RNNCell, nn.LSTMCell and nn.GRUCell, called once for each step, time first."""

    takes_state = True

    def __init__(self, module, label):
        super().__init__(module, label)
        self.width, self.states = module.input_size, (1, module.hidden_size)
        self.pair = isinstance(module, nn.LSTMCell)
        self.read(from_torch, module)

    @torch.no_grad()
    def _call(self, x, lengths, state):
        parts = None if state is None else tuple(self.tensor(part[0]) for part in state)
        state, outputs = parts if self.pair or parts is None else parts[0], []
        for x_t in self.tensor(x):
            state = self.module(x_t, state)
            outputs.append(state[0] if self.pair else state)
        return flat((torch.stack(outputs), state))


def kind_of(module):
    """Return the name of a module's class, of a scripted one that of the class it was."""
    return getattr(module, "original_name", type(module).__name__)


def _evaluated(module):
    """Return the module if it is in evaluation, else a copy that is."""
    if not any(one.training for one in module.modules()):
        return module
    return copy.deepcopy(module).eval()
