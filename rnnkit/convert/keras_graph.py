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
        node = layer._inbound_nodes[call]
        told = f"layer {layer.name!r} of {name}"
        if len(node.input_tensors) != 1 or output:
            got = f"{len(node.input_tensors)} and number {output}"
            raise ValueError(f"{told} must read one tensor and give its first one, got {got}")
        options = node.arguments.kwargs.items()
        if options := [key for key, value in options if value is not None and value is not False]:
            raise ValueError(f"{told} must be called without options, got {', '.join(options)}")
        layers.append(layer)
        tensor = node.input_tensors[0]
    return layers[::-1]
