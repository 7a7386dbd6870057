"""Exercises of chapter 04, the GRU."""

from rnnkit.check.gru.cell import gru_step, gru_step_reset_before
from rnnkit.check.gru.convention import swap_update_convention
from rnnkit.check.gru.shares import candidate_shares
from rnnkit.check.gru.sizes import equal_hidden_size

__all__ = [
    "candidate_shares",
    "equal_hidden_size",
    "gru_step",
    "gru_step_reset_before",
    "swap_update_convention",
]
