"""To and from recurrent layers of Keras 3."""

from rnnkit.convert._keras import HARD, LAYERS, array, check_dtypes, keras_arrays, read_cell
from rnnkit.convert._libraries import load
from rnnkit.convert.description import Recurrent
from rnnkit.convert.gates import Sigmoid


def recurrent_of(layer, evaluation):
    """Return the description of a built SimpleRNN, LSTM, GRU or RNN layer, or of a Bidirectional one."""
    keras = load("keras")
    name = f"layer {layer.name!r}"
    if type(layer) is keras.layers.Bidirectional:
        return _both(name, layer, evaluation)
    kind, cell, settings = _half(name, layer, evaluation)
    if layer.go_backwards and layer.return_sequences:
        raise ValueError(
            f"{name} must not have go_backwards with return_sequences: it gives its last step first, and a "
            "description has each output at the time of its input"
        )
    return Recurrent.from_cells(
        kind, [[cell]], ("reverse",) if layer.go_backwards else ("forward",), **settings
    )


def is_recurrent(layer):
    """Return whether `recurrent_of` knows this kind of layer."""
    known = (*LAYERS.values(), "RNN", "Bidirectional")
    return type(layer) in [getattr(load("keras").layers, name) for name in known]


def layer_of(description, merge_bias, return_sequences):
    """Return a built Keras layer that computes what a `Recurrent` of one layer says.

    Raises ValueError if Keras has no place for something in it.
    """
    layers = load("keras").layers
    weights = [keras_arrays(description, direction, merge_bias) for direction in description.directions]
    if description.gate not in (Sigmoid(), HARD):
        raise ValueError(f"the gate of Keras is Sigmoid() or {HARD}, got {description.gate}")
    if description.directions == ("reverse",) and return_sequences:
        raise ValueError(
            "return_sequences must be False for directions ('reverse',): Keras gives the steps of a reverse "
            "direction alone in the opposite order"
        )
    options = {
        "RNN": {"activation": description.nonlinearity},
        "LSTM": {"recurrent_activation": "sigmoid" if description.gate == Sigmoid() else "hard_sigmoid"},
    }
    options["GRU"] = options["LSTM"] | {"reset_after": description.reset_after}
    dtype = description.dtype.name
    layer = getattr(layers, LAYERS[description.kind])(
        description.hidden_size,
        use_bias=description.bias,
        return_sequences=return_sequences,
        go_backwards=description.directions == ("reverse",),
        dtype=dtype,
        **options[description.kind],
    )
    halves = [layer]
    if description.bidirectional:
        layer = layers.Bidirectional(layer, dtype=dtype)
        halves = [layer.forward_layer, layer.backward_layer]
    layer.build((None, None, description.input_size))
    for half, arrays in zip(halves, weights, strict=True):
        for name, values in arrays.items():
            getattr(half.cell, name).assign(values)
    return layer


def _both(name, layer, evaluation):
    """Return the description of a Bidirectional layer."""
    if layer.merge_mode != "concat":
        raise ValueError(f"{name} must have merge_mode 'concat', got {layer.merge_mode!r}")
    if layer.forward_layer.go_backwards:
        raise ValueError(f"{name} must read forward first, got go_backwards in its forward_layer")
    check_dtypes(layer, layer.forward_layer, layer.backward_layer)
    halves = [
        _half(f"{name}, {half.name!r}", half, evaluation)
        for half in (layer.forward_layer, layer.backward_layer)
    ]
    (kind, forward, settings), (kind_back, backward, settings_back) = halves
    shapes = [[None if part is None else part.shape for part in cell] for cell in (forward, backward)]
    if (kind, settings, shapes[0]) != (kind_back, settings_back, shapes[1]):
        raise ValueError(
            f"{name} must have two directions alike, got {kind} {settings} {shapes[0]} and "
            f"{kind_back} {settings_back} {shapes[1]}"
        )
    return Recurrent.from_cells(kind, [[forward, backward]], ("forward", "reverse"), **settings)


def _half(name, layer, evaluation):
    """Return the kind, the `Cell` and the settings of a layer of one direction."""
    layers = load("keras").layers
    if type(layer) not in [getattr(layers, known) for known in (*LAYERS.values(), "RNN")]:
        raise TypeError(f"{name} must be SimpleRNN, LSTM, GRU or RNN, got {type(layer).__name__}")
    if layer.stateful and any(array(state).any() for state in layer.states or ()):
        raise ValueError(
            f"{name} must not carry a state, which a description has not: reset_state() clears it"
        )
    return read_cell(name, layer, evaluation)
