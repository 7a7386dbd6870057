"""Run recurrent modules of torch.nn on what `rnnkit.convert.run` takes."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def run_torch(module, x, state=None, lengths=None):
    """Return the output (T, B, ·) of a tensor x (T, B, D), and a list of the last states.

    state: an array or tensor, or of an LSTM a pair of them, or None. lengths: (B,) integers, or None.
    """
    T = len(x)
    if state is not None:
        lstm = isinstance(module, torch.nn.LSTM)
        state = tuple(map(torch.as_tensor, state)) if lstm else torch.as_tensor(state)
    if lengths is not None:
        x = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    output, last = module(x, state)
    if lengths is not None:
        output = pad_packed_sequence(output, total_length=T)[0]
    return output, list(last) if isinstance(last, tuple) else [last]
