"""Products by parts: how many parts, and that a layer computes with them what it computes without."""

import numpy as np
import pytest

from rnnkit.layers import GRU, _parts


@pytest.mark.parametrize(
    ("size", "count"),
    [
        ((32, 128, 128), 1),  # small enough
        ((32, 256, 256), 4),
        ((32, 768, 256), 8),
        ((16, 512, 512), 8),
        ((100, 100, 100), 1),  # just small enough
        ((101, 100, 100), 2),
        ((101, 100, 98), 1),  # small enough
        ((101, 100, 101), 1),  # cannot be halved
        ((4000, 100, 100), 1),  # the parts would be too narrow
    ],
)
def test_how_many_parts(size, count):
    assert _parts.parts(*size) == count


def test_parts_are_a_view_of_the_columns():
    array = np.arange(24).reshape(2, 3, 4)
    parts = _parts.cut(array, 2)
    assert np.shares_memory(parts, array)
    np.testing.assert_array_equal(np.concatenate([parts[:, 0], parts[:, 1]], axis=-1), array)
    assert _parts.cut(array, 1) is array


@pytest.mark.parametrize("reset_after", [True, False])
@pytest.mark.parametrize("lengths", [None, [5, 2, 4]])
def test_a_gru_gives_the_same_by_parts(monkeypatch, reset_after, lengths):
    rng = np.random.default_rng(0)
    x, d_output = rng.standard_normal((5, 3, 2)), rng.standard_normal((5, 3, 8))

    def results():
        layer = GRU(2, 8, reset_after=reset_after, seed=0)
        output, h_n = layer(x, lengths=lengths)
        dx, dh = layer.backward(d_output)
        return [output, h_n, dx, dh, *layer.grads.values()]

    whole = results()
    monkeypatch.setattr(_parts, "LARGEST", 3 * 8 * 2)
    monkeypatch.setattr(_parts, "NARROWEST", 2)
    assert _parts.parts(3, 8, 8) == 4
    for ours, expected in zip(results(), whole, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12)
