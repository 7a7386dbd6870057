"""To and from the layers of this package, `rnnkit.layers`."""

from rnnkit import _validation as v
from rnnkit import layers
from rnnkit.convert.description import Recurrent
from rnnkit.convert.gates import Sigmoid

KINDS = {"RNN": layers.RNN, "LSTM": layers.LSTM, "GRU": layers.GRU}


def from_layers(layer):
    """Return the description of a layer of `rnnkit.layers`.

    batch_first is not part of it: it says how arrays are passed, not what is computed.
    Raises TypeError or ValueError if layer is anything else, or has lost a parameter.
    """
    kind = type(v.instance("layer", layer, tuple(KINDS.values()))).__name__
    return Recurrent(
        kind,
        layer.params,
        directions=("forward", "reverse") if layer.bidirectional else ("forward",),
        reset_after=getattr(layer, "reset_after", True),
        nonlinearity=getattr(layer, "nonlinearity", "tanh"),
    )


def to_layers(description, *, batch_first=False):
    """Return a layer of `rnnkit.layers` that computes what the description says, with the same bits.

    Raises TypeError or ValueError if description is no `Recurrent`, or has what the layers have not: a hard
    sigmoid, or the reverse direction alone.
    """
    v.instance("description", description, Recurrent)
    if description.gate != Sigmoid():
        raise ValueError(f"the gate of rnnkit.layers is Sigmoid(), got {description.gate}")
    if description.directions == ("reverse",):
        raise ValueError("rnnkit.layers have no reverse direction alone, got directions ('reverse',)")
    options = {
        "RNN": {"nonlinearity": description.nonlinearity},
        "LSTM": {},
        "GRU": {"reset_after": description.reset_after},
    }
    layer = KINDS[description.kind](
        description.input_size,
        description.hidden_size,
        num_layers=description.num_layers,
        bias=description.bias,
        batch_first=batch_first,
        bidirectional=description.bidirectional,
        dtype=description.dtype,
        **options[description.kind],
    )
    layer.load_state_dict(description.weights)
    return layer
