"""Models that read padded batches: one answer for a sequence, or one for each step. Padding never counts."""

import re

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnkit import _validation as v

KINDS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
DIRECTIONS = ("forward", "backward", "both")
REPRESENTATIONS = ("last", "mean", "max")


class _SequenceModel(nn.Module):
    """Inputs, recurrent layers and a linear readout; what the classifier and the tagger share."""

    def __init__(
        self, inputs, hidden_size, classes, *, kind="lstm", num_layers=1, direction="both", dropout=0.0
    ):
        super().__init__()
        if isinstance(inputs, nn.Embedding):
            self.embedding, width = inputs, inputs.embedding_dim
        else:
            self.embedding, width = None, v.integer("inputs", inputs, 1)
        v.choice("kind", kind, KINDS)
        self.direction = v.choice("direction", direction, DIRECTIONS)
        self.classes = v.integer("classes", classes, 1)
        self.dropout = nn.Dropout(v.number("dropout", dropout, 0, 1))
        self.rnn = KINDS[kind](
            width,
            v.integer("hidden_size", hidden_size, 1),
            num_layers=v.integer("num_layers", num_layers, 1),
            bidirectional=direction == "both",
            batch_first=True,
            dropout=dropout
            if num_layers > 1
            else 0.0,  # torch has it between layers: one layer has no between
        )
        self.readout = nn.Linear(hidden_size * (1 + self.rnn.bidirectional), classes)

    def states(self, x, lengths):
        """Return the states of the top layer at every step, (B, T, S), zero on the padding.

        S is hidden_size, or twice that for both directions: the forward state first, then the backward state.
        """
        x, lengths = self._checked(x, lengths)
        features = self.dropout(x if self.embedding is None else self.embedding(x))
        if self.direction == "backward":
            features = reverse(features, lengths)
        packed = pack_padded_sequence(features, lengths.cpu(), batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])
        return reverse(output, lengths) if self.direction == "backward" else output

    def _checked(self, x, lengths):
        """Return x and lengths as tensors on the model's device, after looking at their shapes and ranges."""
        device = self.readout.weight.device
        if self.embedding is None:
            v.instance("x", x, torch.Tensor)
            if x.ndim != 3 or x.shape[2] != self.rnn.input_size:
                raise ValueError(f"x must be (B, T, {self.rnn.input_size}), got {tuple(x.shape)}")
        else:
            check_tokens(x, self.embedding)
        return x.to(device), checked_lengths(lengths, x).to(device)


def check_tokens(x, embedding):
    """Raise TypeError or ValueError unless x (B, T) holds rows of `embedding`, an nn.Embedding."""
    check_indices(x, embedding.num_embeddings)


def check_indices(x, size, name="x", axes="(B, T)"):
    """Raise TypeError or ValueError unless x, called `name`, holds integers from 0 to size − 1."""
    check_integers(x, name, axes)
    low, high = (int(one) for one in x.aminmax())
    if low < 0 or high > size - 1:
        raise ValueError(f"{name} must be from 0 to {size - 1}, got {low} to {high}")


def check_integers(x, name="x", axes="(B, T)"):
    """Raise TypeError or ValueError unless x, called `name`, has these axes, and a dtype that can index."""
    v.instance(name, x, torch.Tensor)
    if x.ndim != len(re.findall(r"\w+", axes)) or x.is_floating_point() or not x.numel():
        raise ValueError(f"{name} must be integers {axes}, not empty, got {x.dtype} {tuple(x.shape)}")
    if x.dtype not in (torch.int32, torch.int64):
        raise ValueError(f"{name} must be integers of int32 or int64, got {x.dtype}")


def checked_lengths(lengths, x):
    """Return the lengths of the sequences in x (B, T, …) as a tensor beside it, if they are from 1 to T."""
    lengths = lengths.cpu().numpy() if isinstance(lengths, torch.Tensor) else lengths
    return torch.from_numpy(v.lengths("lengths", lengths, x.shape[0], x.shape[1])).to(x.device)


class SequenceClassifier(_SequenceModel):
    """One answer for each sequence.

    inputs: an `nn.Embedding` for tokens (B, T), or the number D of features for inputs (B, T, D).
    hidden_size: H, size of the state of each direction.
    classes: V, how many scores come out.
    kind: "rnn" (tanh), "lstm" or "gru".
    num_layers: layers on top of each other.
    direction: "forward", "backward" or "both".
    representation: how a sequence becomes one vector. "last" takes the state of each direction after it has
        read the whole sequence; "mean" and "max" take the mean and the largest value over all real steps.
    dropout: share of the inputs, of what goes from layer to layer, and of the vector that is set to zero in
        training.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(self, inputs, hidden_size, classes, *, representation="last", **options):
        super().__init__(inputs, hidden_size, classes, **options)
        self.representation = v.choice("representation", representation, REPRESENTATIONS)

    def forward(self, x, lengths):
        """Return the scores (B, V) of a padded batch with true lengths (B,), integers from 1 to T."""
        return self.readout(self.dropout(self.represent(x, lengths)))

    def represent(self, x, lengths):
        """Return one vector for each sequence, (B, S)."""
        states = self.states(x, lengths)
        lengths = torch.as_tensor(lengths, device=states.device)
        if self.representation == "last":
            return last_states(states, lengths, self.direction)
        real = (torch.arange(states.shape[1], device=states.device) < lengths[:, None])[..., None]
        if self.representation == "mean":
            return states.sum(dim=1) / lengths[:, None]  # the states are zero on the padding
        return states.masked_fill(~real, -torch.inf).amax(dim=1)


class SequenceTagger(_SequenceModel):
    """One answer for each step; the arguments are those of `SequenceClassifier` without `representation`."""

    def forward(self, x, lengths):
        """Return the scores (B, T, V) of a padded batch; those on the padding mean nothing."""
        return self.readout(self.dropout(self.states(x, lengths)))


def last_states(states, lengths, direction):
    """Return the state of each direction after the whole sequence, (B, S), from the states (B, T, S).

    The forward direction ends at the last real step, the backward direction at the first step.
    """
    rows = torch.arange(len(lengths), device=states.device)
    at_end, at_start = states[rows, lengths - 1], states[:, 0]
    if direction == "both":
        H = states.shape[2] // 2
        return torch.cat([at_end[:, :H], at_start[:, H:]], dim=1)
    return at_end if direction == "forward" else at_start


def reverse(x, lengths):
    """Turn the real part of each sequence of a padded batch (B, T, …) around; padding stays at the end."""
    steps = torch.arange(x.shape[1], device=x.device)
    mirrored = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
    return x[torch.arange(len(x), device=x.device)[:, None], mirrored]
