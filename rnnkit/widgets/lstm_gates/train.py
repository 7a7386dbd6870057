"""Weights for LSTMGates: a single LSTM unit learns the adding problem.

`python -m rnnkit train lstm_gates` writes data/checkpoints/lstm_adding.json: the recipe, the losses of all
starts, the loss of the best constant answer, and the weights of the best start: the unit and its readout.
"""

import numpy as np

from rnnkit import _places, tasks
from rnnkit._files import json_by_key, write_atomically

CHECKPOINT = _places.CHECKPOINTS / "lstm_adding.json"
RECIPE = {
    "command": "python -m rnnkit train lstm_gates",
    "task": "adding problem with one input: the marked numbers as they are, all others negative",
    "T": 20,  # steps of a sequence
    "B": 64,  # sequences in an update, new ones each time
    "hidden_size": 1,  # the unit that the figure shows
    "optimizer": "Adam, gradient clipped to norm 1",
    "learning_rate": 0.02,
    "updates": 2000,
    "seeds": list(range(8)),  # one unit is little: some starts never get below the best constant answer
}
DIGITS = 4  # decimals that are kept: the page gets them as text
TESTED = 10_000  # new sequences that measure the loss of the weights as they are stored


def draw(B, rng, T=RECIPE["T"]):
    """Return x (T, B, 1), in which the sign is the mark, and y (B, 1), the sum of the positive inputs."""
    x, y = tasks.adding(T, B, rng)
    value, marker = x[..., :1], x[..., 1:]
    return np.where(marker == 1, value, -value), y[:, None]


def train(seed, updates=RECIPE["updates"]):
    """Train from the random start `seed`; return the weights by name, and their loss on new sequences.

    The loss is the mean squared error of the weights as they are stored, with DIGITS decimals.
    """
    import torch
    from torch import nn

    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    lstm, readout = nn.LSTM(1, RECIPE["hidden_size"]), nn.Linear(RECIPE["hidden_size"], 1)
    parameters = [*lstm.parameters(), *readout.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=RECIPE["learning_rate"])

    def loss(B):
        x, y = map(torch.from_numpy, draw(B, rng))
        return nn.functional.mse_loss(readout(lstm(x)[0][-1]), y)

    for _ in range(updates):
        optimizer.zero_grad()
        loss(RECIPE["B"]).backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    with torch.no_grad():
        for parameter in parameters:
            parameter.copy_(torch.round(parameter, decimals=DIGITS))
        names = {name.removesuffix("_l0"): w for name, w in lstm.named_parameters()}
        names |= {"weight_hy": readout.weight, "bias_y": readout.bias}
        return {name: np.round(w.numpy().astype(float), DIGITS) for name, w in names.items()}, loss(
            TESTED
        ).item()


def main():
    """Train and write the file."""
    import torch

    torch.set_num_threads(1)
    runs = [train(seed) for seed in RECIPE["seeds"]]
    losses = [round(loss, DIGITS + 1) for _, loss in runs]
    best = losses.index(min(losses))
    stored = {
        "recipe": {**RECIPE, "torch": torch.__version__.split("+")[0]},
        "losses": losses,
        "trivial": round(tasks.adding_trivial(), DIGITS + 1),
        "seed": RECIPE["seeds"][best],
        "weights": {name: w.tolist() for name, w in runs[best][0].items()},
    }
    write_atomically(CHECKPOINT, json_by_key(stored))
    print(f"{CHECKPOINT.name}: loss {losses[best]}, a constant answer gets {stored['trivial']}")
