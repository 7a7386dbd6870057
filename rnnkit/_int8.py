"""Weights as whole numbers of one byte, as int8Matrix in core.js reads them.

A page loads trained weights as text, so each number should take few letters. Every row of a matrix gets one
factor, its scale: the largest number of the row becomes ±127, and the others are rounded to the same grid. A
number is then wrong by half a scale at most, 1/254 of the largest number of its row.
"""

import base64
import binascii

import numpy as np

from rnnkit import _validation as v

LARGEST = 127  # −128 stays unused, so that the grid is the same for both signs
DIGITS = 4  # of a number that goes to a page as text


def encode(weights, name="weights"):
    """Return the matrix `weights` (R, C) as {"scale": R numbers, "bytes": text}, ready for JSON.

    scale[r] is the largest abs(weights[r, c]) of the row, divided by 127; `bytes` holds
    round(weights[r, c] / scale[r]) as R · C signed bytes, row after row, in base64. A row of zeros has the
    scale 0.
    TypeError or ValueError if `weights` is not a matrix of finite numbers or has no rows or columns.
    """
    scale, steps = rounded(weights, name)
    return {"scale": scale.tolist(), "bytes": base64.b64encode(steps.tobytes()).decode("ascii")}


def encode_short(weights, name="weights"):
    """Return what `encode` does, with the scale as `short` rounds it: that is what a page gets."""
    packed = encode(weights, name)
    return {**packed, "scale": short(packed["scale"])}


def short(numbers):
    """Return numbers as a list of floats with DIGITS significant digits: few letters as text."""
    return [float(f"{float(number):.{DIGITS}g}") for number in numbers]


def rounded(weights, name="weights"):
    """Return the scale (R,) and the steps (R, C), int8, of a matrix, as `encode` does, with its errors."""
    weights = v.array(name, weights, ("R", "C"), dtype=np.float64)
    scale = np.abs(weights).max(axis=1) / LARGEST
    divisor = np.where(scale > 0, scale, 1.0)
    return scale, np.rint(weights / divisor[:, None]).clip(-LARGEST, LARGEST).astype(np.int8)


def decode(packed, name="packed"):
    """Return the matrix (R, C) of float64 that `packed` holds: to the last bit what the page computes with.

    TypeError or ValueError if `packed` is not what `encode` returns.
    """
    v.keys(name, packed, ("scale", "bytes"))
    scale = v.array(f"{name}['scale']", packed["scale"], ("R",), dtype=np.float64)
    text = v.instance(f"{name}['bytes']", packed["bytes"], str)
    try:
        steps = np.frombuffer(base64.b64decode(text, validate=True), np.int8)
    except (binascii.Error, ValueError):  # ValueError: letters beyond ASCII
        raise ValueError(f"{name}['bytes'] must be text in base64, got {v.describe(text)}") from None
    R = len(scale)
    if steps.size == 0 or steps.size % R:
        raise ValueError(f"{name}['bytes'] must be R · C bytes with R = {R}, got {steps.size} bytes")
    return scale[:, None] * steps.reshape(R, -1)


def decode_lstm(weights, name, shapes, most_hidden=None):
    """Return the packed matrices of a model with one LSTM, {key: float64}, and the sizes {letter: number}.

    weights: dict that holds them. shapes: {key: letters}, checked in this order; ("4H", "H") is weight_hh,
    and fixes H. most_hidden: the largest H that is accepted; None for any.
    TypeError or ValueError, with `name` in its message, if a matrix is anything else.
    """
    arrays, sizes = {}, {}
    for key, shape in shapes.items():
        called = f"{name}[{key!r}]"
        matrix = decode(weights[key], called)
        arrays[key] = v.array(called, matrix, shape, dtype=np.float64, sizes=sizes)
        if shape == ("4H", "H"):
            H = sizes["H"]
            if sizes["4H"] != 4 * H or (most_hidden and most_hidden < H):
                limit = f" with H up to {most_hidden}" if most_hidden else ""
                raise ValueError(f"{called} must be (4H, H){limit}, got {matrix.shape}")
    return arrays, sizes
