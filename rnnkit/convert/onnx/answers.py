"""What the course's models themselves say of a batch, to compare their files with."""

import copy

import numpy as np
import torch

from rnnkit import models
from rnnkit.convert.onnx.plan import MOVE


def said(model, x, state, lengths):
    """Return the outputs of a model, as `Plan.expected` has them."""
    told = isinstance(model, models.SequenceClassifier | models.SequenceTagger | models.ReviewClassifier)
    return (_with_lengths if told else _row_by_row)(model, x, state, lengths)


@torch.no_grad()
def _with_lengths(model, x, _, lengths):
    """Return what a model says that is told the lengths; nothing is said about padding."""
    lengths = np.full(len(x), x.shape[1]) if lengths is None else lengths
    output = model(_tensor(model, x), torch.tensor(lengths, dtype=torch.int64)).numpy()
    if isinstance(model, models.SequenceTagger):
        output[np.arange(x.shape[1]) >= np.asarray(lengths)[:, None]] = np.nan
    return (output,)


@torch.no_grad()
def _row_by_row(model, x, state, lengths):
    """Return what a model says of each row alone, without its padding. It may have a state to begin with."""
    lengths = np.full(len(x), x.shape[1]) if lengths is None else lengths
    outputs, states = [], []
    for row, length in enumerate(lengths):
        begin = [torch.from_numpy(part[:, row : row + 1]) for part in state or ()]
        hidden = [tuple(begin) if len(begin) == 2 else begin[0]] if begin else []
        said = model(_tensor(model, x[row : row + 1, :length]), *hidden)
        said, after = said if isinstance(said, tuple) else (said, None)
        steps = np.full((1, x.shape[1], said.shape[-1]), np.nan, x.dtype if x.dtype.kind == "f" else None)
        steps[:, :length] = said if said.ndim == 3 else np.nan
        outputs.append(steps if said.ndim == 3 else said.numpy())
        states.append(after if isinstance(after, tuple) else (after,))
    output = np.concatenate(outputs)
    return (output,) if state is None else (output, *(torch.cat(part, 1).numpy() for part in zip(*states)))  # noqa: B905


def _tensor(model, x):
    """Return numbers as a tensor of the model's dtype, tokens as they are."""
    tensor = torch.from_numpy(np.ascontiguousarray(x))
    return tensor.to(model.readout.weight.dtype) if tensor.is_floating_point() else tensor


@torch.no_grad()
def moved(model):
    """Return a copy with each weight moved by a rounding of float32."""
    model, generator = copy.deepcopy(model), torch.Generator().manual_seed(1)
    for parameter in model.parameters():
        signs = torch.randint(0, 2, parameter.shape, generator=generator, dtype=parameter.dtype) * 2 - 1
        parameter.mul_(1 + MOVE * signs)
    return model
