"""To and from Keras 3: layers, and models that are a chain of layers."""

from rnnkit import _validation as v
from rnnkit.convert import parts as p
from rnnkit.convert._keras import activation, array, check_dtypes
from rnnkit.convert._libraries import load
from rnnkit.convert.chain import Chain
from rnnkit.convert.description import Recurrent
from rnnkit.convert.keras_graph import layers_in_order
from rnnkit.convert.keras_layers import is_recurrent, layer_of, recurrent_of
from rnnkit.convert.stacking import joined, layers_of

OTHERS = ("Activation", "Dense", "Dropout", "Embedding", "Masking")


def from_keras(model, *, evaluation=False):
    """Return the description of a built Keras layer, or of a model whose layers follow each other.

    model: a SimpleRNN, LSTM, GRU, RNN or Bidirectional layer, whose return_sequences and return_state are not
        part of the description; or a Sequential or functional model of such layers and of Embedding, Masking,
        Dense, Dropout and Activation. Layers that torch.nn holds in one module become one `Recurrent`.
    evaluation: leave out dropout and recurrent_dropout within recurrent layers, as training=False in Keras.

    A stateful layer is read like any other. The state that it carries would be lost, and must be zero.
    Returns a `Recurrent` or a `Chain`.
    Raises TypeError or ValueError that names the layer that has no description.
    """
    keras = load("keras")
    v.boolean("evaluation", evaluation)
    if isinstance(model, keras.Model):
        layers = layers_in_order(model)
        parts = joined([part for layer in layers for part in _parts(layer, evaluation)])
        check_dtypes(*layers)
        return parts[0] if len(parts) == 1 and isinstance(parts[0], Recurrent) else Chain(parts)
    if not is_recurrent(model):
        got = type(model).__name__ if isinstance(model, keras.Layer) else v.describe(model)
        known = "SimpleRNN, LSTM, GRU, RNN, Bidirectional or a Model"
        raise TypeError(f"model must be {known}, got {got}")
    return recurrent_of(model, evaluation)


def to_keras(description, *, merge_bias=False, return_sequences=True):
    """Return a built Keras layer or model that computes what the description says, with the same bits.

    Except on TensorFlow, Keras 3 multiplies matrices in float32, also in layers of float64.

    description: a `Recurrent`, which becomes a layer, or a Sequential model if it has several layers; or a
        `Chain`, which becomes a Sequential model.
    merge_bias: Keras has one bias where torch has two, except in a GRU that resets after the product. True:
        make one of the two by adding them.
    return_sequences: of a `Recurrent`, whether all steps come out, or the last state of each direction. In a
        `Chain` its parts say so.

    Raises TypeError or ValueError that says what Keras has no place for.
    """
    v.boolean("merge_bias", merge_bias)
    v.boolean("return_sequences", return_sequences)
    if isinstance(v.instance("description", description, (Recurrent, Chain)), Recurrent):
        if description.num_layers == 1:
            return layer_of(description, merge_bias, return_sequences)
        description = Chain([description] if return_sequences else [description, p.Last()])
    elif not return_sequences:
        raise ValueError("return_sequences must be True for a Chain: the part Last takes the last states")

    keras, dtype, parts = load("keras"), description.dtype.name, []
    for part in description.parts:
        parts += layers_of(part) if isinstance(part, Recurrent) else [part]
    layers = []
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if isinstance(part, Recurrent):
            layers.append(layer_of(part, merge_bias, not isinstance(after, p.Last)))
        elif not isinstance(part, p.Last):
            layers.append(_layer(part, dtype))
    if description.input_size is None:
        return keras.Sequential([keras.Input((None,), dtype="int32"), *layers])
    return keras.Sequential([keras.Input((None, description.input_size), dtype=dtype), *layers])


def _parts(layer, evaluation):
    """Return the parts that a layer of a model becomes."""
    name, layers = f"layer {layer.name!r}", load("keras").layers
    if is_recurrent(layer):
        return [recurrent_of(layer, evaluation), *([] if layer.return_sequences else [p.Last()])]
    kind = next((kind for kind in OTHERS if type(layer) is getattr(layers, kind)), None)
    if kind is None:
        known = ", ".join((*OTHERS, "SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional"))
        raise TypeError(f"{name} must be one of {known}, got {type(layer).__name__}")
    if kind == "Masking":
        return [p.Masking(v.number(f"the mask_value of {name}", layer.mask_value))]
    if kind == "Embedding":
        return [p.Embedding(array(layer.embeddings), layer.mask_zero)]
    if kind == "Dropout":
        if layer.noise_shape is not None:
            raise ValueError(f"{name} must have no noise_shape, got {layer.noise_shape}")
        return [p.Dropout(layer.rate)]
    function = activation(name, "activation", layer.activation, ("linear", *p.ACTIVATIONS))
    functions = [] if function == "linear" else [p.Activation(function)]
    if kind == "Activation":
        return functions
    return [p.Linear(array(layer.kernel).T, array(layer.bias) if layer.use_bias else None), *functions]


def _layer(part, dtype):
    """Return the built Keras layer of a part that is not recurrent."""
    layers = load("keras").layers
    match part:
        case p.Masking(value):
            return layers.Masking(value, dtype=dtype)
        case p.Embedding(weight, mask_zero):
            layer = layers.Embedding(*weight.shape, mask_zero=mask_zero, dtype=dtype)
            layer.build((None, None))
            layer.embeddings.assign(weight)
        case p.Dropout(rate):
            return layers.Dropout(rate, dtype=dtype)
        case p.Activation(name):
            return layers.Activation(name, dtype=dtype)
        case p.Linear(weight, bias):
            layer = layers.Dense(weight.shape[0], use_bias=bias is not None, dtype=dtype)
            layer.build((None, weight.shape[1]))
            layer.kernel.assign(weight.T)
            if bias is not None:
                layer.bias.assign(bias)
    return layer
