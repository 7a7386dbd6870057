"""Several layers of flax.nnx on top of each other. `rnnkit.convert.flax_nnx` loads this when it must."""

from flax import nnx

from rnnkit.convert._flax import run_layers


class Stack(nnx.Module):
    """Runs flax.nnx.RNN and Bidirectional layers one after the other; all get the same lengths."""

    def __init__(self, layers):
        self.num_layers = len(layers)
        for k, layer in enumerate(layers):
            setattr(self, f"layer_{k}", layer)

    @property
    def layers(self):
        """The layers, the lowest first."""
        return [getattr(self, f"layer_{k}") for k in range(self.num_layers)]

    def __call__(self, x, *, initial_carry=None, seq_lengths=None):
        """Return (carries, output): a tuple with the carry of each layer, and the output of the last one."""
        return run_layers(self.layers, x, initial_carry, seq_lengths)
