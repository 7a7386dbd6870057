"""Four tasks on which cells are compared: how their data are drawn, held out and scored."""

import math
import re
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from rnnkit import datasets, tasks

PARTS = ("selection", "evaluation")  # of the data that no network learns from


class Task(NamedTuple):
    """What the study needs to know about a task. The arrays x are (T, B, D), time first."""

    features: int  # D
    answers: int  # numbers in an answer
    batch: callable  # (rng) -> x, y to learn from
    held_out: dict  # {"selection": (x, y), "evaluation": (x, y)}
    every_step: bool  # an answer at every step, or at the end only
    loss: callable  # (answers (N, answers), targets (N,)) -> what is minimised
    score: callable  # the same arguments -> what is reported; lower is better
    unit: str  # of the score
    updates: int


def adding():
    """Add two marked numbers of 50: keep both, and leave the others out."""

    def batch(rng, B=32):
        x, y = tasks.adding(50, B, rng)
        return torch.from_numpy(x), torch.from_numpy(y)

    def loss(answer, y):
        return nn.functional.mse_loss(answer[:, 0], y)

    held_out = {part: batch(np.random.default_rng([n, 7]), 2000) for n, part in enumerate(PARTS)}
    return Task(2, 1, batch, held_out, False, loss, loss, "mean squared error", 800)


def digits(T, updates):
    """Recognise a handwritten digit that is read in T pieces: 8 rows of 8, or 64 single pixels."""
    images, labels = datasets.digits()
    order = np.random.default_rng(0).permutation(len(images))
    x = torch.from_numpy(images[order].reshape(-1, T, 64 // T)).transpose(0, 1).contiguous()
    y = torch.from_numpy(labels[order])

    def batch(rng, B=32):
        chosen = rng.integers(0, 1047, B)
        return x[:, chosen], y[chosen]

    def errors(answer, y):
        return 100 * (answer.argmax(dim=1) != y).float().mean()

    held_out = {"selection": (x[:, 1047:1347], y[1047:1347]), "evaluation": (x[:, 1347:], y[1347:])}
    return Task(
        64 // T, 10, batch, held_out, False, nn.functional.cross_entropy, errors, "errors in percent", updates
    )


def letters():
    """Say the next letter of an English word of 3 to 12 letters; its end counts as a letter."""
    words = np.array([word for word in datasets.cmudict() if re.fullmatch("[a-z]{3,12}", word)])
    words = words[np.random.default_rng(0).permutation(len(words))]
    read = words.astype("S12").view(np.uint8).reshape(-1, 12).astype(np.int64)  # 0 behind the end
    codes = np.full((len(words), 14), -100)  # cross_entropy leaves -100 out
    codes[:, 0] = 0
    codes[:, 1:-1] = np.where(read, read - (ord("a") - 1), -100)
    codes[np.arange(len(words)), 1 + (read > 0).sum(axis=1)] = 0
    codes = torch.from_numpy(codes)

    def pick(rows):
        x = nn.functional.one_hot(codes[rows, :-1].clamp(min=0), 27).float()
        return x.transpose(0, 1).contiguous(), codes[rows, 1:].T.reshape(-1)

    def batch(rng, B=64):
        return pick(rng.integers(10_000, len(words), B))

    def bits(answer, y):
        return nn.functional.cross_entropy(answer, y) / math.log(2)

    held_out = {"selection": pick(slice(0, 5000)), "evaluation": pick(slice(5000, 10_000))}
    loss = nn.functional.cross_entropy
    return Task(27, 27, batch, held_out, True, loss, bits, "bits per letter", 700)


TASKS = {
    "adding, 50 steps": adding,
    "digits by row, 8 steps": lambda: digits(8, 300),
    "digits by pixel, 64 steps": lambda: digits(64, 500),
    "next letter": letters,
}
