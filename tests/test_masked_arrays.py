"""Masked arrays: no element may be masked, wherever an array is taken; one without a mask is an array.

`np.asarray` drops a mask without a word, and what was masked then counts.
"""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from rnnkit import _int8, cells, gradients, layers, sentiment, series, stocks, text, training
from rnnkit import volatility as vol
from rnnkit.volatility import networks

T = 30


def numbers(*shape, dtype=np.float64):
    return np.random.default_rng(len(shape)).uniform(0.5, 1, shape).astype(dtype)


def backward(d_output):
    layer = layers.LSTM(2, 3, seed=0)
    layer(numbers(4, 2, 2))
    return layer.backward(d_output)


def step(weight_hh):
    return cells.rnn_step(numbers(2, 4), numbers(2, 3), numbers(3, 4), weight_hh, numbers(3), numbers(3))


def loaded(weight):
    layer = layers.RNN(2, 3, bias=False, seed=0)
    layer.load_state_dict({"weight_ih_l0": weight, "weight_hh_l0": numbers(3, 3)})
    return layer.params["weight_ih_l0"]


def clipped(clip):
    def call(grad):
        clip({"w": grad}, 0.7)
        return np.asarray(grad)

    return call


def predicted(lengths):
    class Reader(torch.nn.Module):
        def forward(self, x, lengths):
            return x * torch.tensor(np.asarray(lengths))

    target = torch.zeros(3)
    return training.evaluate(Reader(), [((torch.ones(3), lengths), target)], F.mse_loss)["loss"]


SERIES = numbers(T)
WHOLE = np.arange(1, 4)
CALLS = {
    "rmse, truth": (lambda x: series.rmse(x, SERIES), SERIES),
    "mae, forecast": (lambda x: series.mae(SERIES, x), SERIES),
    "mase, past": (lambda x: series.mase(SERIES, 2 * SERIES, x), SERIES),
    "r2, baseline": (lambda x: series.r2(SERIES, 2 * SERIES, x), SERIES[::-1].copy()),
    "best_lag": (lambda x: series.best_lag(x, SERIES)[1], SERIES),
    "directional_accuracy": (lambda x: series.directional_accuracy(SERIES - 0.7, x).accuracy, SERIES - 0.7),
    "windows": (lambda x: series.windows(x, 4)[0], SERIES),
    "windows of a list": (lambda x: series.windows(list(x), 4)[0], SERIES),
    "StandardScaler": (lambda x: series.StandardScaler(x, 20).offset, SERIES),
    "MinMaxScaler": (lambda x: series.MinMaxScaler(x, 20).offset, SERIES),
    "transform": (lambda x: series.StandardScaler(SERIES, 20).transform(x), SERIES),
    "inverse": (lambda x: series.StandardScaler(SERIES, 20).inverse(x), SERIES),
    "persistence": (series.persistence, numbers(5, 4)),
    "drift": (series.drift, numbers(5, 4)),
    "linear_ar": (lambda x: series.linear_ar(x, SERIES).weights, numbers(T, 4)),
    "random_signs": (lambda x: series.random_signs(x, np.random.default_rng(0)), SERIES),
    "walk_forward, y": (
        lambda y: series.walk_forward(series.linear_ar, numbers(T, 4), y, first=20, step=5, purge=0),
        SERIES,
    ),
    "stocks.run": (lambda x: stocks.run(x, stocks.Setting(lookback=4, epochs=1)).forecast, SERIES),
    "garman_klass": (lambda x: vol.garman_klass(x, SERIES, SERIES, SERIES), SERIES),
    "past_mean": (lambda x: vol.past_mean(x, 4), SERIES),
    "future_mean": (lambda x: vol.future_mean(x, 4), SERIES),
    "ewma": (vol.ewma, SERIES),
    "har_features": (vol.har_features, SERIES),
    "qlike": (lambda x: vol.qlike(SERIES, x), SERIES),
    "squared_log_error": (lambda x: vol.squared_log_error(SERIES, x), SERIES),
    "diebold_mariano": (lambda x: vol.diebold_mariano(x, SERIES**2)[0], SERIES),
    "predict": (lambda x: networks.predict(torch.nn.Linear(4, 1), x) * 0, numbers(1, 8, 4)),
    "a layer": (lambda x: layers.LSTM(2, 3, seed=0)(x)[0], numbers(4, 2, 2)),
    "a layer with lengths": (
        lambda x: layers.GRU(2, 3, seed=0)(x, lengths=[1, 4])[0],
        numbers(4, 2, 2),
    ),
    "a state": (lambda h: layers.RNN(2, 3, seed=0)(numbers(4, 2, 2), h)[0], numbers(1, 2, 3)),
    "lengths": (lambda n: layers.RNN(2, 3, seed=0)(numbers(4, 3, 2), lengths=n)[0], WHOLE),
    "backward": (lambda d: backward(d)[0], numbers(4, 2, 3)),
    "load_state_dict": (loaded, numbers(3, 2)),
    "a cell": (step, numbers(3, 3)),
    "sigmoid": (cells.sigmoid, SERIES),
    "clip_by_norm": (clipped(gradients.clip_by_norm), numbers(2, 3)),
    "clip_by_value": (clipped(gradients.clip_by_value), numbers(2, 3)),
    "numerical_gradient": (lambda a: gradients.numerical_gradient(np.sum, a), numbers(2, 3)),
    "check": (lambda a: gradients.check(lambda x: (x**2).sum(), numbers(2, 3), 2 * a), numbers(2, 3)),
    "rnn_jacobians": (lambda h: gradients.rnn_jacobians(h, numbers(3, 3)), numbers(4, 3)),
    "spectral_radius": (gradients.spectral_radius, numbers(3, 3)),
    "products": (gradients.products, numbers(4, 3, 3)),
    "pad": (lambda row: text.pad([[1, 2], row])[0], WHOLE),
    "mask": (text.mask, WHOLE),
    "decode": (text.Vocabulary("abc").decode, WHOLE),
    "batches": (lambda n: np.concatenate(text.batches(n, 2)), WHOLE),
    "sentiment.batches": (
        lambda y: next(iter(sentiment.batches([[1], [1], [1]], y, 3)))[1].numpy(),
        np.array([0.0, 1, 0]),
    ),
    "word_vectors": (
        lambda row: sentiment.word_vectors([row, np.arange(6)], 6, size=2),
        np.array([2, 3, 4, 3]),
    ),
    "the bytes of weights": (lambda w: _int8.encode(w)["scale"], numbers(2, 3)),
    "what a batch holds beside tensors": (predicted, WHOLE),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_masked_element_is_refused(name):
    call, array = CALLS[name]
    masked = np.ma.array(array, mask=np.zeros(array.shape, bool), copy=True)
    masked[(-1,) * array.ndim] = np.ma.masked
    before = masked.data.copy()
    with pytest.raises(ValueError, match=r"^\w.* must have no masked elements, got 1: leave them out"):
        call(masked)
    assert np.array_equal(masked.data, before)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("mask", [np.ma.nomask, False], ids=["no mask", "an empty mask"])
def test_an_array_without_a_masked_element_is_taken(name, mask):
    call, array = CALLS[name]
    found = call(np.ma.array(array, mask=mask, copy=True))
    assert type(found) is not np.ma.MaskedArray
    np.testing.assert_array_equal(found, call(array.copy()))


def test_lists_of_masked_arrays_are_looked_into():
    rows = [np.ma.array([1.0, 2.0]), [np.ma.masked, 2.0], np.ma.masked_less([1.0, 2.0], 5)]
    with pytest.raises(ValueError, match="truth must have no masked elements, got 3"):
        series.rmse(rows, np.ones((3, 2)))
