"""Several layers of flax.linen on top of each other. `rnnkit.convert.flax_linen` loads this when it must."""

from flax import linen

from rnnkit.convert._flax import run_layers


class Stack(linen.Module):
    """Runs flax.linen.RNN and Bidirectional layers one after the other; all get the same lengths.

    flax.linen.Sequential would give seq_lengths to its first layer only.
    """

    layers: tuple

    def __call__(self, x, *, initial_carry=None, seq_lengths=None):
        """Return (carries, output): a tuple with the carry of each layer, and the output of the last one."""
        return run_layers(self.layers, x, initial_carry, seq_lengths)
