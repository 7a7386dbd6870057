"""Biases that are dropped, merged, doubled or shifted; weights that are rounded or scaled."""

import numpy as np

from rnnkit.convert.checking.hypotheses.base import blocks, everywhere, gate, with_block


def bias_hypotheses(reading):
    """Return the hypotheses about the numbers in the biases."""
    found = []
    for words, change, rank in (
        ("b_hn is dropped", _without_b_hn, 0),
        ("b_hn is added outside of the reset: the two biases are merged", _b_hn_outside, 0),
        ("b_in is added inside of the reset: the two biases are merged", _b_in_inside, 1),
        ("the bias b_hh is dropped", lambda c, s: c._replace(bias_hh=c.bias_hh * 0), 0),
        ("the bias b_ih is dropped", lambda c, s: c._replace(bias_ih=c.bias_ih * 0), 0),
        ("both biases are dropped", lambda c, s: c._replace(bias_ih=c.bias_ih * 0, bias_hh=c.bias_hh * 0), 0),
        ("the bias b_hh is added twice", lambda c, s: c._replace(bias_hh=c.bias_hh * 2), 1),
        ("the bias b_ih is added twice", lambda c, s: c._replace(bias_ih=c.bias_ih * 2), 1),
        (
            "both biases are added twice",
            lambda c, s: c._replace(bias_ih=c.bias_ih * 2, bias_hh=c.bias_hh * 2),
            1,
        ),
        ("the bias b_ih stands in place of b_hh too", lambda c, s: c._replace(bias_hh=c.bias_ih), 1),
        ("the bias b_hh stands in place of b_ih too", lambda c, s: c._replace(bias_ih=c.bias_hh), 1),
        (
            "the biases b_ih and b_hh are exchanged",
            lambda c, s: c._replace(bias_ih=c.bias_hh, bias_hh=c.bias_ih),
            1,
        ),
        (
            "the biases have the other sign",
            lambda c, s: c._replace(bias_ih=-c.bias_ih, bias_hh=-c.bias_hh),
            1,
        ),
        ("1 is added to the forget bias", lambda c, s: _forget(c, s, 1.0), 0),
        ("1 is missing in the forget bias", lambda c, s: _forget(c, s, -1.0), 0),
        ("2 is added to the forget bias", lambda c, s: _forget(c, s, 2.0), 1),
        ("2 is missing in the forget bias", lambda c, s: _forget(c, s, -2.0), 1),
        ("the forget bias is 0", lambda c, s: _set_forget(c, s, 0.0), 0),
        ("the forget bias is 1", lambda c, s: _set_forget(c, s, 1.0), 0),
    ):
        found += everywhere(words, change, reading, rank)
    return found


def rounding_hypotheses(reading):
    """Return the hypotheses about weights that were rounded, or scaled as a whole."""
    found = []
    for words, rounded in (
        ("rounded to float16", lambda a: a.astype(np.float16).astype(np.float64)),
        ("rounded to bfloat16", _bfloat16),
        ("rounded to float32", lambda a: a.astype(np.float32).astype(np.float64)),
        ("rounded to int8, one scale for each matrix", _int8),
        ("rounded to int8, one scale for each row", lambda a: _int8(a, by_row=True)),
        ("rounded to four decimals", lambda a: np.round(a, 4)),
        ("rounded to three decimals", lambda a: np.round(a, 3)),
        ("rounded to two decimals", lambda a: np.round(a, 2)),
    ):
        for where, fields in (("weights", slice(0, 4)), ("weights, not the biases,", slice(0, 2))):
            found += everywhere(
                f"the {where} are {words}", lambda c, s, r=rounded, f=fields: _mapped(c, r, f), reading, 0
            )
    return found


def _mapped(cell, change, fields):
    return cell._replace(**{name: change(getattr(cell, name)) for name in cell._fields[fields]})


def _bfloat16(a):
    bits = a.astype(np.float32).view(np.uint32)
    bits = bits + 0x7FFF + ((bits >> 16) & 1) & np.uint32(0xFFFF0000)
    return bits.astype(np.uint32).view(np.float32).astype(np.float64)


def _int8(a, by_row=False):
    scale = (np.abs(a).max(axis=-1, keepdims=True) if by_row and a.ndim > 1 else np.abs(a).max()) / 127
    return np.round(a / np.maximum(scale, 1e-30)) * scale


def _changed(cell, stack, name, letter, change):
    return cell._replace(**{name: with_block(getattr(cell, name), stack, letter, change)})


def _without_b_hn(cell, stack):
    return _changed(cell, stack, "bias_hh", "n", np.zeros_like) if stack.kind == "GRU" else None


def _b_hn_outside(cell, stack):
    if stack.kind != "GRU" or not stack.reset_after:
        return None
    b_hn = blocks(cell.bias_hh, stack)[gate(stack, "n")]
    return _changed(_without_b_hn(cell, stack), stack, "bias_ih", "n", lambda b: b + b_hn)


def _b_in_inside(cell, stack):
    if stack.kind != "GRU" or not stack.reset_after:
        return None
    b_in = blocks(cell.bias_ih, stack)[gate(stack, "n")]
    cell = _changed(cell, stack, "bias_ih", "n", np.zeros_like)
    return _changed(cell, stack, "bias_hh", "n", lambda b: b + b_in)


def _forget(cell, stack, amount):
    return _changed(cell, stack, "bias_ih", "f", lambda b: b + amount) if stack.kind == "LSTM" else None


def _set_forget(cell, stack, value):
    if stack.kind != "LSTM":
        return None
    cell = _changed(cell, stack, "bias_ih", "f", lambda b: b * 0 + value)
    return _changed(cell, stack, "bias_hh", "f", np.zeros_like)
