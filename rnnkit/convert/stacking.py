"""Layers on top of each other: one description of all, as in torch.nn, or one for each, as in Keras."""

from rnnkit.convert.description import Recurrent

SETTINGS = ("kind", "directions", "reset_after", "nonlinearity", "gate")


def layers_of(description):
    """Return a list of descriptions, one for each layer of a `Recurrent`, the lowest first."""
    return [_stacked(description, [cells]) for cells in _cells(description)]


def joined(parts):
    """Return the parts of a chain, neighbours that torch.nn holds in one module as one `Recurrent`."""
    result = []
    for part in parts:
        if result and _could_be_one(result[-1], part):
            result[-1] = on_top([result[-1], part])
        else:
            result.append(part)
    return result


def on_top(stacks):
    """Return the layers of several descriptions, the lowest first, as one with the settings of the first."""
    return _stacked(stacks[0], [cells for one in stacks for cells in _cells(one)])


def _cells(description):
    """Return the cells of all directions, layer by layer."""
    layers = range(description.num_layers)
    return [[description.cell(layer, direction) for direction in description.directions] for layer in layers]


def _stacked(like, cells):
    """Return a description of other cells with the settings of `like`."""
    return Recurrent.from_cells(layers=cells, **{name: getattr(like, name) for name in SETTINGS})


def _could_be_one(below, above):
    """Return whether both are recurrent layers that differ in nothing but their inputs and weights."""
    if not (isinstance(below, Recurrent) and isinstance(above, Recurrent)):
        return False
    alike = (*SETTINGS, "hidden_size", "bias", "dtype")
    return all(getattr(below, name) == getattr(above, name) for name in alike)
