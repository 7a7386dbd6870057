"""Networks that correct a linear forecast of log-variance: an LSTM, and an MLP without memory.

A network learns what the linear model leaves over. Its last layer begins at zero, so before the first update
the sum of both is the linear forecast: what the network adds, it has to find.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from rnnkit import _validation as v
from rnnkit import training
from rnnkit.models import Forecaster

CHUNK = 256  # days in a sequence
BURN_IN = 40  # first days of a sequence to learn from, in which the state fills and no loss counts
WARM_UP = 128  # days, at least, that the state has seen before a forecast


class Settings(NamedTuple):
    """One configuration of a network and of its training."""

    kind: str  # "lstm" or "mlp"
    hidden_size: int  # H; the MLP has two layers of it
    epochs: int  # sweeps over the past, at each fit
    learning_rate: float  # of AdamW at the first update; it falls to 0 in a line
    weight_decay: float  # of AdamW
    batch: int = 32  # sequences in an update


def residual_network(features, linear, settings, seed):
    """Return a `fit` for `volatility.refit_and_forecast`: a linear model, and a network for what it leaves.

    features: (N, T, K) for the network. At each fit they get mean 0 and standard deviation 1 over the days to
        learn from; NaN becomes 0.
    linear: a `fit`, such as `volatility.least_squares`.
    settings: a `Settings`. seed: of the first weights and of the order of the sequences.

    Raises TypeError or ValueError that names the argument.
    """
    features = v.array("features", features, ("N", "T", "K"), finite=False)
    v.function("linear", linear)
    v.instance("settings", settings, Settings)
    v.integer("seed", seed, 0)

    def fit(known, today):
        g = linear(known, today)
        residual = known - g
        x = _scaled(features[:, : known.shape[1]], np.isfinite(residual))
        model = train(x[:, : today + 1], residual[:, : today + 1], settings, seed)
        return g + predict(model, x)

    return fit


def network(inputs, settings, seed):
    """Return an untrained network (B, T, inputs) → (B, T, 1): all 0, and no answer needs a later step."""
    H = settings.hidden_size
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if v.choice("kind", settings.kind, ("lstm", "mlp")) == "lstm":
            model = Forecaster(inputs, H, every_step=True)
            readout = model.readout
        else:
            readout = nn.Linear(H, 1)
            model = nn.Sequential(nn.Linear(inputs, H), nn.Tanh(), nn.Linear(H, H), nn.Tanh(), readout)
    nn.init.zeros_(readout.weight)
    nn.init.zeros_(readout.bias)
    return model


def train(x, residual, settings, seed):
    """Return a network trained on chunks of all shares, x (N, T, K) and residual (N, T); NaN does not count.

    The chunks begin at other days in every epoch; what counts in them covers the past once.
    """
    sizes = {}
    x = v.array("x", x, ("N", "T", "K"), sizes=sizes)
    residual = v.array("residual", residual, ("N", "T"), finite=False, sizes=sizes)
    N, T, K = x.shape
    stride = CHUNK - BURN_IN
    chunks = -(-T // stride)
    per_epoch = -(-chunks * N // settings.batch)
    around = ((0, 0), (CHUNK, stride))  # zeros make every chunk full, those too that reach beyond the past
    x = torch.from_numpy(np.pad(x, (*around, (0, 0))).astype(np.float32))
    counts = torch.from_numpy(np.pad(np.isfinite(residual), around))
    residual = torch.from_numpy(np.pad(np.nan_to_num(residual, nan=0.0), around).astype(np.float32))

    def batches(rng):
        ends = CHUNK + T + rng.integers(stride) - stride * np.arange(chunks + 1)
        pairs = rng.permutation([(n, end) for n in range(N) for end in ends if end > CHUNK])
        for rows in np.array_split(pairs, per_epoch):
            parts = (
                torch.stack([part[n, end - CHUNK : end] for n, end in rows]) for part in (x, residual, counts)
            )
            inputs, *target = parts
            yield inputs, tuple(target)

    def loss(prediction, target):
        residual, counts = (part[:, BURN_IN:] for part in target)
        error = prediction[:, BURN_IN:, 0] - residual
        return (counts * error**2).sum() / counts.sum().clamp(min=1)

    model = network(K, settings, seed)
    training.fit(
        model, batches, loss=loss, epochs=settings.epochs, max_norm=1.0, device="cpu", seed=seed,
        progress=False, optimizer=torch.optim.AdamW(
            model.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        ),
        schedule=training.WarmupDecay(0, settings.epochs * per_epoch),
    )  # fmt: skip
    return model


@torch.no_grad()
def predict(model, x):
    """Return the corrections (N, T) for features x (N, T, K), from WARM_UP to CHUNK − 1 days of memory."""
    x = v.array("x", x, ("N", "T", "K"))
    N, T, K = x.shape
    step = CHUNK - WARM_UP
    blocks = -(-T // step)
    padded = np.pad(x, ((0, 0), (WARM_UP, blocks * step - T), (0, 0))).astype(np.float32)
    windows = torch.from_numpy(padded).unfold(1, CHUNK, step).transpose(2, 3)  # (N, blocks, CHUNK, K)
    output = model(windows.reshape(-1, CHUNK, K))[:, WARM_UP:, 0]
    return output.reshape(N, blocks * step)[:, :T].numpy().astype(np.float64)


def _scaled(features, rows):
    """Return features with mean 0 and standard deviation 1 over the given rows (N, T); NaN becomes 0."""
    mean, spread = features[rows].mean(axis=0), features[rows].std(axis=0)
    return np.nan_to_num((features - mean) / np.where(spread > 0, spread, 1), nan=0.0)
