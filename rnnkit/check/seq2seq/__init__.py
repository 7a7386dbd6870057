"""Exercises of chapter 09, from one sequence to another."""

from rnnkit.check.seq2seq.beam import beam_step
from rnnkit.check.seq2seq.context import context
from rnnkit.check.seq2seq.edits import edit_distance
from rnnkit.check.seq2seq.forcing import forced_loss
from rnnkit.check.seq2seq.masking import masked_weights
from rnnkit.check.seq2seq.rate import phone_error_rate
from rnnkit.check.seq2seq.scores import additive_scores

__all__ = [
    "additive_scores",
    "beam_step",
    "context",
    "edit_distance",
    "forced_loss",
    "masked_weights",
    "phone_error_rate",
]
