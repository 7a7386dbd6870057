"""One time step as a PyTorch module: the equations of `rnnkit.cells`, with `nn.Linear` for every W x + b.

x (B, D) is the input of B samples, h (B, H) their hidden state, c (B, H) the cell state of an LSTM. Linear
maps: `ih` acts on x, `hh` on h. The rows of several gates stand one below the other, in torch's order:
torch's own cells have the same four parameters, and `copy_from` takes them over.
"""

import torch
from torch import nn

from rnnkit import _validation as v


class _Cell(nn.Module):
    """The two linear maps of a cell with `gates` blocks of H rows."""

    gates = 1
    torch_cell = nn.RNNCell

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = v.integer("input_size", input_size, 1)
        self.hidden_size = v.integer("hidden_size", hidden_size, 1)
        self.ih = nn.Linear(input_size, self.gates * hidden_size)
        self.hh = nn.Linear(hidden_size, self.gates * hidden_size)
        limit = hidden_size**-0.5  # as torch's recurrent layers start; nn.Linear looks at its own input size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -limit, limit)

    def copy_from(self, cell):
        """Take over the parameters of torch's own cell of the same sizes, and return self.

        Raises TypeError or ValueError, before anything is changed, if the cell does not fit.
        """
        v.instance("cell", cell, self.torch_cell)
        sizes, wanted = (cell.input_size, cell.hidden_size), (self.input_size, self.hidden_size)
        if sizes != wanted:
            raise ValueError(f"cell must have the sizes (D, H) = {wanted}, got {sizes}")
        if not cell.bias:
            raise ValueError("cell must have biases, got bias=False")
        state = cell.state_dict()
        if any(value.is_meta for value in state.values()):
            raise ValueError("cell must have weights, got a cell on the meta device, without numbers")
        names = {
            "ih.weight": "weight_ih",
            "ih.bias": "bias_ih",
            "hh.weight": "weight_hh",
            "hh.bias": "bias_hh",
        }
        self.load_state_dict({ours: state[theirs] for ours, theirs in names.items()})
        return self


class RNNCell(_Cell):
    """h_next = tanh(W_ih x + b_ih + W_hh h + b_hh), the cell of Elman (1990), as `nn.RNNCell`."""

    def forward(self, x, h):
        """Return h_next (B, H)."""
        return torch.tanh(self.ih(x) + self.hh(h))


class LSTMCell(_Cell):
    """The LSTM (Hochreiter & Schmidhuber 1997, forget gate of Gers et al. 2000), as `nn.LSTMCell`.

    i, f, g, o = the four blocks of W_ih x + b_ih + W_hh h + b_hh
    c_next = σ(f) ⊙ c + σ(i) ⊙ tanh(g)
    h_next = σ(o) ⊙ tanh(c_next)
    """

    gates = 4
    torch_cell = nn.LSTMCell

    def forward(self, x, h, c):
        """Return h_next, c_next, both (B, H)."""
        i, f, g, o = (self.ih(x) + self.hh(h)).chunk(4, dim=-1)
        c_next = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h_next = o.sigmoid() * c_next.tanh()
        return h_next, c_next


class GRUCell(_Cell):
    """The GRU of Cho et al. (2014), as `nn.GRUCell`.

    r = σ(W_ir x + b_ir + W_hr h + b_hr),  z = σ(W_iz x + b_iz + W_hz h + b_hz)
    n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))   reset_after=True (arXiv version 1, torch, cuDNN)
    n = tanh(W_in x + b_in + W_hn (r ⊙ h) + b_hn)   reset_after=False (as published, arXiv version 3)
    h_next = (1 - z) ⊙ n + z ⊙ h
    """

    gates = 3
    torch_cell = nn.GRUCell

    def __init__(self, input_size, hidden_size, *, reset_after=True):
        super().__init__(input_size, hidden_size)
        self.reset_after = v.boolean("reset_after", reset_after)

    def forward(self, x, h):
        """Return h_next (B, H)."""
        i_r, i_z, i_n = self.ih(x).chunk(3, dim=-1)
        if self.reset_after:
            h_r, h_z, h_n = self.hh(h).chunk(3, dim=-1)
            r, z = (i_r + h_r).sigmoid(), (i_z + h_z).sigmoid()
            n = (i_n + r * h_n).tanh()
        else:
            weight_rz, weight_n = self.hh.weight.tensor_split([2 * self.hidden_size])
            bias_rz, bias_n = self.hh.bias.tensor_split([2 * self.hidden_size])
            h_r, h_z = nn.functional.linear(h, weight_rz, bias_rz).chunk(2, dim=-1)
            r, z = (i_r + h_r).sigmoid(), (i_z + h_z).sigmoid()
            n = (i_n + nn.functional.linear(r * h, weight_n, bias_n)).tanh()
        return (1 - z) * n + z * h
