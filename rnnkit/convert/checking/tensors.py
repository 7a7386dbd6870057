"""Two torch modules beside each other, read or not: which of their tensors differ."""

from rnnkit.convert.checking.blocks import listed


def tensors_that_differ(a, b):
    """Return a phrase about the tensors of two torch modules that differ, if they have the same names
    and dtypes.
    """
    states = [side.module.state_dict() for side in (a, b) if hasattr(side, "module")]
    if len(states) < 2 or a.dtype != b.dtype or states[0].keys() != states[1].keys():
        return []
    found = []
    for name, one in states[0].items():
        other = states[1][name]
        if not (hasattr(one, "cpu") and hasattr(other, "cpu")):
            continue  # quantised modules hold objects of their own
        one, other = one.cpu(), other.cpu()
        if one.shape != other.shape:
            found.append(f"{name} is {tuple(one.shape)} and {tuple(other.shape)}")
        elif not bool((one == other).all()):
            found.append(f"{name} is 0 in {b.label}" if not bool(other.any()) else name)
    return [f"other numbers in the weights: {listed(found, 4)}"] if found else []
