"""The loops over time and layers that equinox leaves open. `rnnkit.convert.equinox_modules` loads this."""

import equinox
import jax
from jax import numpy as jnp


class Stack(equinox.Module):
    """Layers of equinox's cells on top of each other, each in one direction or in both.

    cells: one tuple a layer, of one cell a direction. directions: as in `rnnkit.convert.Recurrent`.
    """

    cells: tuple
    directions: tuple = equinox.field(static=True)

    def __call__(self, x, state=None, lengths=None):
        """Return output (T, B, directions · H), h_n, and c_n, which is None in a GRU.

        x: (T, B, D).
        state: h_0, of an LSTM (h_0, c_0), each (layers · directions, B, H) as h_n is; None stands for 0.
        lengths: (B,) integers; past them the output is 0, and the reverse direction starts at the last one.
        """
        T, B, _ = x.shape
        lstm = isinstance(self.cells[0][0], equinox.nn.LSTMCell)
        if state is None:
            H = self.cells[0][0].hidden_size
            zeros = jnp.zeros((len(self.cells) * len(self.directions), B, H), x.dtype)
            state = (zeros, zeros) if lstm else zeros
        parts = tuple(state) if lstm else (state,)
        real = jnp.arange(T)[:, None] < (T if lengths is None else jnp.asarray(lengths))
        real = jnp.broadcast_to(real, (T, B))[..., None]

        last = []
        for layer in self.cells:
            outputs = []
            for cell, direction in zip(layer, self.directions, strict=True):
                start = tuple(part[len(last)] for part in parts)
                end, output = _scan(cell, start, x, real, direction == "reverse")
                last.append(end)
                outputs.append(output)
            x = jnp.concatenate(outputs, axis=2)
        h_n, *c_n = (jnp.stack(part) for part in zip(*last, strict=True))
        return x, h_n, c_n[0] if c_n else None


def _scan(cell, start, x, real, reverse):
    """Run a cell over time, from the end if reverse. At a step that is not real the state stays as it was."""
    step = jax.vmap(cell)

    def one(state, now):
        x_t, real_t = now
        after = step(x_t, state if len(state) == 2 else state[0])
        after = after if len(state) == 2 else (after,)
        state = tuple(jnp.where(real_t, new, old) for new, old in zip(after, state, strict=True))
        return state, jnp.where(real_t, state[0], 0)

    return jax.lax.scan(one, start, (x, real), reverse=reverse)
