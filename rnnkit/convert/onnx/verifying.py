"""onnxruntime as the referee: does a file compute what its network computes?"""

import numpy as np

from rnnkit.convert import _libraries

SHAPES = ((1, 1), (6, 3), (4, 5))  # (T, B), of which none is written in the file
TOLERANCE = 1e-5  # of the largest number, for arithmetic of float32
SMALL = 1e-4  # the largest number counts as at least this
ROUNDINGS, LIMIT = 30, 1e-2


def compare(path, plan, *, lengths, states):
    """Run a file and its network on three shapes; return the largest difference, as a share of the numbers.

    lengths, states: whether the file has them as inputs; they are then unequal, and not 0. What x holds past
    the lengths is NaN.
    Raises RuntimeError that says where they differ.
    """
    file = session(path)
    rng, largest = np.random.default_rng(0), 0.0
    for T, B in SHAPES:
        ends = 1 + (T - 1 + 2 * np.arange(B)) % T if lengths else None
        x, state = _x(plan, T, B, ends, rng), _state(plan, B, rng) if states else None
        feeds = {"x": x} | ({} if ends is None else {"lengths": ends.astype(np.int32)})
        feeds |= dict(zip(("h_0", "c_0"), state or (), strict=False))
        found = file.run(None, feeds)
        wanted = plan.expected(x, state, ends)
        names = [output.name for output in file.get_outputs()]
        for k, name in enumerate(names):
            error = difference(f"{name} at (T, B) = {(T, B)}", found[k], wanted[k])
            if error > TOLERANCE:
                _require_as_sensitive(
                    f"{name} at (T, B) = {(T, B)}", error, wanted[k], plan.moved(x, state, ends)[k]
                )
            largest = max(largest, error)
    return largest


def difference(name, found, wanted):
    """Return the largest difference of two arrays of one shape, as a share of the largest number.

    Where `wanted` is NaN nothing is wanted.
    """
    if found.shape != wanted.shape:
        raise RuntimeError(f"the file gives {name} the shape {found.shape}, the network {wanted.shape}")
    counts = ~np.isnan(wanted)
    apart = np.abs(found[counts].astype(np.float64) - wanted[counts])
    if np.isnan(apart).any():
        raise RuntimeError(f"the file gives NaN in {name}")
    return float(apart.max(initial=0)) / max(SMALL, float(np.abs(wanted[counts]).max(initial=0)))


def _require_as_sensitive(name, error, wanted, moved):
    """Raise RuntimeError unless the roundings of float32 explain a difference: some networks enlarge them."""
    sensitive = difference(name, moved, wanted)
    if error > min(ROUNDINGS * sensitive, LIMIT):
        raise RuntimeError(
            f"the file and the network differ in {name} by {error:.1e} of the largest number; weights moved "
            f"by one rounding of float32 explain {sensitive:.1e}"
        )


def session(path):
    """Return the file in onnxruntime, which neither prints nor starts threads for so little work."""
    onnxruntime = _libraries.load("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _x(plan, T, B, ends, rng):
    """Return a batch as the network takes it."""
    if plan.tokens is not None:
        x = rng.integers(0, plan.tokens, (T, B))
    else:
        x = rng.standard_normal((T, B, plan.recurrent.input_size)).astype(plan.dtype)
        if ends is not None:
            x[np.arange(T)[:, None] >= ends] = np.nan
    return np.ascontiguousarray(x.swapaxes(0, 1)) if plan.batch_first else x


def _state(plan, B, rng):
    """Return initial states, one or, of an LSTM, two."""
    return [rng.standard_normal(plan.state_shape(B)).astype(plan.dtype) for _ in range(plan.state_count)]
