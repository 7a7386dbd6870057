"""Several layers of flax.linen on top of each other. `rnnkit.convert.flax_linen` loads this when it must."""

from flax import linen


class Stack(linen.Module):
    """Runs flax.linen.RNN and Bidirectional layers one after the other; all get the same lengths.

    flax.linen.Sequential would give seq_lengths to its first layer only.
    """

    layers: tuple

    def __call__(self, x, *, initial_carry=None, seq_lengths=None):
        """Return (carries, output): a tuple with the carry of each layer, and the output of the last one."""
        carries = initial_carry or (None,) * len(self.layers)
        after = []
        for layer, carry in zip(self.layers, carries, strict=True):
            carry, x = layer(x, initial_carry=carry, seq_lengths=seq_lengths, return_carry=True)
            after.append(carry)
        return tuple(after), x
