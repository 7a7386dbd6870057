"""Biases that are dropped, merged, doubled or shifted."""

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
