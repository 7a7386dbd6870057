"""Weights in little space: the matrices of a network as one byte a number, as `rnnkit._int8` rounds them.

`rnnkit.g2p.packed` makes text for the page of the same numbers: whoever computes with the restored network
gets to the last bit what the page computes with.
"""

import torch
from torch import nn

from rnnkit import _int8


class Rounded(nn.Module):
    """The weights of a network, rounded; `training.save_weights` writes them, `load_weights` reads them.

    A matrix becomes the buffers "NAME:steps", int8 (R, C), and "NAME:scale", float64 (R,); a vector becomes
    "NAME:numbers", float64 (N,). Scales and numbers are rounded by `_int8.short`. In NAME is a blank for each
    dot, which torch keeps for itself.
    """

    def __init__(self, network):
        super().__init__()
        for name, weights in network.state_dict().items():
            key, values = name.replace(".", " "), weights.detach().cpu().double().numpy()
            if values.ndim == 2:
                scale, steps = _int8.rounded(values, name)
                self.register_buffer(f"{key}:scale", torch.tensor(_int8.short(scale), dtype=torch.float64))
                self.register_buffer(f"{key}:steps", torch.from_numpy(steps))
            else:
                self.register_buffer(f"{key}:numbers", torch.tensor(_int8.short(values), dtype=torch.float64))

    def restore(self, network):
        """Give a network of the same shape the rounded weights, and return it."""
        kept, found = self.state_dict(), {}
        for name in network.state_dict():
            key = name.replace(".", " ")
            matrix = f"{key}:steps" in kept
            found[name] = (
                kept[f"{key}:scale"][:, None] * kept[f"{key}:steps"] if matrix else kept[f"{key}:numbers"]
            )
        network.load_state_dict(found)
        return network
