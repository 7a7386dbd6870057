"""Forecast the next values of a series from a window of its past."""

from torch import nn

from rnnkit import _validation as v
from rnnkit.models.sequence import KINDS


class Forecaster(nn.Module):
    """Recurrent layers that read a window, and a linear readout that forecasts from the state.

    input_size: D, numbers at each step.
    hidden_size: H, size of the state of each layer.
    num_layers: layers on top of each other.
    kind: "rnn" (tanh), "lstm" or "gru".
    dropout: share of what goes from one layer to the next that is set to zero in training; it needs at least
        two layers. (torch warns, and then leaves it out, where there is one.)
    horizon: how many numbers to forecast at once.
    every_step: forecast after every step of the window (many-to-many), not only after the last one.

    Raises TypeError or ValueError that names the argument.
    """

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        *,
        kind="lstm",
        dropout=0.0,
        horizon=1,
        every_step=False,
    ):
        super().__init__()
        v.choice("kind", kind, KINDS)
        v.number("dropout", dropout, 0, 1)
        if v.integer("num_layers", num_layers, 1) == 1 and dropout:
            raise ValueError(f"dropout acts between layers: with num_layers=1 it must be 0, got {dropout}")
        self.every_step = v.boolean("every_step", every_step)
        self.rnn = KINDS[kind](
            v.integer("input_size", input_size, 1),
            v.integer("hidden_size", hidden_size, 1),
            num_layers,
            batch_first=True,
            dropout=dropout,
        )
        self.readout = nn.Linear(hidden_size, v.integer("horizon", horizon, 1))

    def forward(self, x):
        """Return the forecast (B, horizon) from windows x (B, T, D); with every_step (B, T, horizon).

        The forecast of step t uses x[:, : t + 1] only. The states before the window are zero.
        """
        if x.ndim != 3 or x.shape[2] != self.rnn.input_size or 0 in x.shape:
            raise ValueError(f"x must be (B, T, {self.rnn.input_size}) and not empty, got {tuple(x.shape)}")
        states, _ = self.rnn(x)  # (B, T, H)
        return self.readout(states if self.every_step else states[:, -1])

    def extra_repr(self):
        """Return what the layers below do not show."""
        return f"every_step={self.every_step}"
