"""Exercises of chapter 05, deep and bidirectional networks."""

from rnnkit.check.bidirectional.both import bidirectional_forward
from rnnkit.check.bidirectional.ends import last_states
from rnnkit.check.bidirectional.mean import masked_mean
from rnnkit.check.bidirectional.packing import pack
from rnnkit.check.bidirectional.reverse import reverse_sequences
from rnnkit.check.bidirectional.split import split_directions

__all__ = [
    "bidirectional_forward",
    "last_states",
    "masked_mean",
    "pack",
    "reverse_sequences",
    "split_directions",
]
