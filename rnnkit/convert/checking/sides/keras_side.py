"""Keras layers and models as sides."""

import warnings

import numpy as np

from rnnkit.convert.checking.answers import Answer
from rnnkit.convert.checking.sides.base import Side, array_of, flat


class KerasLayer(Side):
    """A recurrent layer, or Bidirectional around one. A copy of it with the same weights returns all it
    has.
    """

    batch_first = takes_lengths = takes_state = True

    def __init__(self, layer, label):
        from keras import layers

        self.label, self.layer = label, layer
        if not layer.built:
            raise ValueError(
                f"{label} must be built, got a Keras layer without weights: call it once, or build it"
            )
        self.both = isinstance(layer, layers.Bidirectional)
        inner = layer.forward_layer if self.both else layer
        if not isinstance(inner.cell, (layers.SimpleRNNCell, layers.LSTMCell, layers.GRUCell)):
            raise ValueError(
                f"{label} must run one cell of SimpleRNN, LSTM or GRU, got {type(inner.cell).__name__}"
            )
        self.dtype, self.pair = layer.variable_dtype, isinstance(inner.cell, layers.LSTMCell)
        self.all_steps = bool(inner.return_sequences)
        self.width, self.states = int(inner.cell.kernel.shape[0]), (1 + self.both, inner.cell.units)
        self.full = self._full(layer, inner)
        if inner.stateful:
            self.facts = (("stateful", f"{label} keeps the state of a call for the next one: stateful=True"),)
        _read(self, layer)

    def _full(self, layer, inner):
        """Return a copy that returns the outputs of all steps and its states."""
        config = layer.get_config()
        inside = [config[name] for name in ("layer", "backward_layer") if config.get(name)]
        for one in [part["config"] for part in inside] if self.both else [config]:
            one.update(return_sequences=True, return_state=True, stateful=False)
        copy = type(layer).from_config(config)
        copy.build((None, None, self.width))
        copy.set_weights(layer.get_weights())
        return copy

    def answer(self, case):
        """Return the outputs, the states and, from the layer itself, what it gives for each sequence."""
        x = case.x.swapaxes(0, 1).astype(self.dtype)
        mask = None if case.lengths is None else case.real.T
        state = (
            None if case.state is None else [part[k] for k in range(self.states[0]) for part in case.state]
        )
        options = {
            "mask": mask,
            "initial_state": None if state is None else [s.astype(self.dtype) for s in state],
        }
        output, *states = flat(self.full(x, **options, training=False))
        own = flat(self.layer(x, **options, training=False))[0] if not self.layer.stateful else None
        states = np.stack(states)
        h_n, c_n = (states[::2], states[1::2]) if self.pair else (states, None)
        if own is not None and own.ndim == 3:
            output, own = own, None  # what the layer itself gives counts
        output = output.swapaxes(0, 1)
        return Answer(output, h_n, c_n, self.last_of(output, h_n) if own is None else own)


class KerasModel(Side):
    """A model, or another layer that reads sequences (B, T, D) or tokens (B, T)."""

    batch_first = True

    def __init__(self, model, label):
        import keras

        self.label, self.model = label, model
        if not model.built:
            raise ValueError(
                f"{label} must be built, got a Keras model without weights: call it once, or build it"
            )
        self.dtype = model.variable_dtype
        layers = [one for one in model._flatten_layers() if not isinstance(one, keras.Model)]
        masking = [one for one in layers if isinstance(one, keras.layers.Masking)]
        embedding = [one for one in layers if isinstance(one, keras.layers.Embedding)]
        if embedding:
            self.vocabulary = embedding[0].input_dim
            self.padding = 0 if embedding[0].mask_zero else None
        else:
            shape = _shape(model)
            if shape is None or len(shape) != 3:
                raise ValueError(f"{label} must take sequences (B, T, D), got a layer that takes {shape}")
            self.width, self.T = shape[-1], shape[1]
            self.padding = float(array_of(masking[0].mask_value)) if masking else None
        self._masks = self.padding is not None
        self.takes_lengths = self._masks or not embedding  # without mask_zero, no mask passes an embedding
        _read(self, model)

    def _call(self, x, lengths, state):
        import keras

        options = {}
        if lengths is not None and not self._masks:
            mask = np.arange(x.shape[1]) < np.asarray(lengths)[:, None]
            options["mask"] = keras.ops.convert_to_tensor(mask)
        with warnings.catch_warnings():  # a model says that it takes no mask, and hands it on all the same
            warnings.filterwarnings("ignore", message="Layer .* was passed an input with a mask")
            return flat(self.model(x, training=False, **options))


def keras_side(thing, label):
    """Return the side of a Keras layer or model."""
    from keras import layers

    recurrent = thing.forward_layer if isinstance(thing, layers.Bidirectional) else thing
    return (KerasLayer if isinstance(recurrent, layers.RNN) else KerasModel)(thing, label)


def _shape(model):
    """Return the shape of what a built layer takes, or None where it does not say."""
    if hasattr(model, "input_shape"):
        return model.input_shape
    return (getattr(model, "_build_shapes_dict", None) or {}).get("input_shape")


def _read(side, thing):
    """Read the layer; dropout within it is left out, as in evaluation."""
    import keras

    from rnnkit.convert.keras_models import from_keras

    side.read(lambda one: from_keras(one, evaluation=True), thing)
    if keras.backend.backend() != "tensorflow":
        side.single = "Keras multiplies matrices in float32"
