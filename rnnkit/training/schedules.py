"""How the learning rate changes during a training."""

from dataclasses import dataclass

from rnnkit import _validation as v


@dataclass(frozen=True)
class WarmupDecay:
    """A schedule for `fit`: the learning rate rises for `warmup` updates, then falls to 0, both in a line.

    warmup: number of updates, from 0. updates: number of all updates of the training, more than `warmup`; the
        rate would be 0 at the update after the last one.

    Raises TypeError or ValueError that names the argument.
    """

    warmup: int
    updates: int

    def __post_init__(self):
        v.integer("warmup", self.warmup, 0)
        v.integer("updates", self.updates, self.warmup + 1)

    def __call__(self, update):
        """Return the factor of the learning rate after `update` updates."""
        if update < self.warmup:
            return (update + 1) / self.warmup
        return max(0, self.updates - update) / (self.updates - self.warmup)
