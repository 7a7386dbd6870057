"""The layers of a Keras model in the order in which a tensor goes through them, if there is one order."""

from rnnkit.convert._libraries import load


def layers_in_order(model):
    """Return the layers of a Sequential or functional model, and of the models within it, without its input.

    Raises TypeError if the model is of another kind, ValueError if it is not built, or has branches, or calls
    a layer twice or with options.
    """
    keras = load("keras")
    name = f"model {model.name!r}"
    if not model.built:
        raise ValueError(f"{name} must be built, so that it has weights: an Input as its first layer does it")
    if type(model) is keras.Sequential:
        layers = model.layers
    elif type(model) is _functional(keras):
        layers = _chain(name, model)
    else:
        raise TypeError(f"{name} must be Sequential or functional, got {type(model).__name__}")
    found = []
    for layer in layers:
        found += layers_in_order(layer) if isinstance(layer, keras.Model) else [layer]
    for layer in found:
        if sum(layer is other for other in found) > 1:
            raise ValueError(
                f"{name} must use each of its layers once, but layer {layer.name!r} is used twice"
            )
    return found


def _functional(keras):
    """Return the class of functional models, which has no public name."""
    tensor = keras.Input((1,))
    return type(keras.Model(tensor, tensor))


def _chain(name, model):
    """Return the layers of a functional model, found from its output back to its input."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(
            f"{name} must have one input and one output, got {len(model.inputs)} and {len(model.outputs)}"
        )
    tensor, layers = model.outputs[0], []
    while tensor is not model.inputs[0]:
        layer, call, output = tensor._keras_history
        arguments = layer._inbound_nodes[call].arguments
        told = f"layer {layer.name!r} of {name}"
        options = {key: one for key, one in arguments.kwargs.items() if one is not None and one is not False}
        read = [one for one in arguments.keras_tensors if one is not options.get("mask")]
        if len(read) != 1 or output:
            raise ValueError(
                f"{told} must read one tensor and give its first one, got {len(read)} and number {output}"
            )
        if options.get("mask") is getattr(read[0], "_keras_mask", None):
            options.pop("mask", None)  # the one that Keras passes on by itself
        if options:
            raise ValueError(f"{told} must be called without options, got {', '.join(options)}")
        layers.append(layer)
        tensor = read[0]
    return layers[::-1]
