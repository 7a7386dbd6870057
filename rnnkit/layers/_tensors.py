"""Parameters that come from a torch module, as arrays. torch itself is not needed here."""


def as_arrays(name, state):
    """Return a dict of tensors or arrays as a dict of arrays, wherever the tensors live.

    Raises TypeError that names the entry of a tensor that NumPy cannot read, as bfloat16 or one without
    numbers.
    """
    return {key: _as_array(f"{name}[{key!r}]", value) for key, value in state.items()}


def _as_array(name, value):
    """Return a tensor as an array; leave everything else as it is."""
    if not hasattr(value, "detach"):
        return value
    try:
        return value.detach().cpu().numpy()
    except Exception as error:  # torch raises many kinds: no such dtype, no numbers, not dense
        reason = str(error).split("\n")[0]
        raise TypeError(
            f"{name} must be a tensor that NumPy can read, got {value.dtype} on {value.device}: {reason}"
        ) from None
