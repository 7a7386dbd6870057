"""A chain as a torch module. All of this file needs torch; `rnnkit.convert.pytorch` loads it when it must."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit import _validation as v
from rnnkit.convert import parts
from rnnkit.convert.chain import lengths_of

FUNCTIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "softmax": nn.Softmax, "tanh": nn.Tanh}


class LastState(nn.Module):
    """Marks where a `ChainModule` takes the last state of each direction."""


class MaskedSteps(nn.Module):
    """Marks that a step of which all numbers are `value` is padding."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, x):
        """Return x as it is."""
        return x


class ChainModule(nn.Module):
    """The torch modules of a `Chain` one after the other, to run and to train.

    parts: a module for each part. batch_first: x is (B, T, ·) rather than (T, B, ·).
    """

    def __init__(self, parts, batch_first):
        super().__init__()
        self.parts, self.batch_first = nn.ModuleList(parts), batch_first

    def forward(self, x, lengths=None):
        """Return what the chain computes of x, (T, B, D), or tokens (T, B).

        lengths: (B,) true lengths; None stands for what the first part masks, if it does, else for T.
        """
        T = x.shape[1 if self.batch_first else 0]
        if lengths is None:
            lengths = self._masked(x.transpose(0, 1) if self.batch_first else x)
        for part in self.parts:
            if isinstance(part, nn.RNNBase):
                x, last = self._recurrent(part, x, lengths, T)
            elif isinstance(part, LastState):
                x = torch.cat(list(last), dim=1)
            else:
                x = part(x)
        return x

    def _recurrent(self, part, x, lengths, T):
        """Return the outputs of all steps, and the last state of each direction of the top layer."""
        options = {"batch_first": self.batch_first}
        if lengths is not None:
            lengths = torch.as_tensor(lengths, dtype=torch.int64).cpu()
            x = pack_padded_sequence(x, lengths, enforce_sorted=False, **options)
        x, state = part(x)
        if lengths is not None:
            x, _ = pad_packed_sequence(x, total_length=T, **options)
        h_n = state[0] if isinstance(part, nn.LSTM) else state
        return x, h_n[-1 - part.bidirectional :]

    def _masked(self, x):
        """Return the lengths that the first part marks in x, time first, or None."""
        first = self.parts[0]
        if isinstance(first, MaskedSteps):
            return lengths_of((x != first.value).any(dim=2).cpu().numpy())
        if isinstance(first, nn.Embedding) and first.padding_idx == 0:
            return lengths_of((x != 0).cpu().numpy())
        return None


def module_of(part):
    """Return the torch module of a part that is not recurrent."""
    match part:
        case parts.Linear(weight, bias):
            sizes = reversed(weight.shape)
            return filled(nn.Linear, part.parameters, *sizes, bias=bias is not None)
        case parts.Embedding(weight, mask_zero):
            padding = {"padding_idx": 0} if mask_zero else {}
            return filled(nn.Embedding, part.parameters, *weight.shape, **padding)
        case parts.Dropout(rate):
            return nn.Dropout(rate)
        case parts.Masking(value):
            return MaskedSteps(value)
        case parts.Activation(name):
            return FUNCTIONS[name](**({"dim": -1} if name == "softmax" else {}))
        case parts.Last():
            return LastState()


def part_of(module):
    """Return the part that `module_of` made a module of."""
    match module:
        case nn.Linear():
            bias = None if module.bias is None else array("bias", module.bias)
            return parts.Linear(array("weight", module.weight), bias)
        case nn.Embedding():
            return parts.Embedding(array("weight", module.weight), module.padding_idx == 0)
        case nn.Dropout():
            return parts.Dropout(module.p)
        case MaskedSteps():
            return parts.Masking(module.value)
        case LastState():
            return parts.Last()
    return parts.Activation(next(name for name, kind in FUNCTIONS.items() if type(module) is kind))


def filled(kind, parameters, *sizes, **options):
    """Return kind(*sizes, **options) with these parameters.

    It is made without numbers, so that none are drawn: that would change those that the caller draws next.
    """
    tensors = {name: torch.tensor(array) for name, array in parameters.items()}
    module = kind(*sizes, **options, dtype=next(iter(tensors.values())).dtype, device="meta")
    module.load_state_dict(tensors, assign=True)
    return module


def array(name, tensor):
    """Return a tensor as an array, if it is dense, on the CPU, and float32 or float64."""
    if tensor.device.type == "meta":
        raise ValueError(f"{name} must be on the CPU, got meta: a tensor on that device holds no weights")
    if tensor.device.type != "cpu":
        raise ValueError(f"{name} must be on the CPU, got {tensor.device}: module.cpu() moves it there")
    v.float_dtype(f"the dtype of {name}", str(tensor.dtype).removeprefix("torch."))
    if tensor.layout is not torch.strided:
        raise TypeError(f"{name} must be dense, got {tensor.layout}: to_dense() makes it so")
    return tensor.detach().numpy()
