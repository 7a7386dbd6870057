"""Kill a training at many moments and compare the end with a training in one go; see test_training.py.

One process trains in one go, and has then loaded all that a training needs. Its children train too, and are
killed: after a random share of the time that this took, or at a chosen step of writing the checkpoint.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from rnnkit import models, training
from rnnkit.training import checkpoints

EPOCHS = 20
FOLDER = Path(sys.argv[1])


def batches(rng):
    x = torch.linspace(-1, 1, 96).reshape(24, 4, 1)
    for rows in np.split(rng.permutation(24), 4):
        yield x[rows], x[rows].mean(dim=1)


def train(name, epochs=EPOCHS):
    """Train to the end, and write the weights and the history."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = models.Forecaster(1, 3, 2, dropout=0.3)
    history = training.fit(
        model, batches, list(batches(np.random.default_rng(0))), loss=F.mse_loss, epochs=epochs,
        patience=EPOCHS, max_norm=1.0, checkpoint=FOLDER / name, progress=False,
    )  # fmt: skip
    training.save_weights(FOLDER / f"{name}.end", model, {"history": history})


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(function, count):
    """Return the function, which works for a while and then kills."""
    calls = iter(range(count))
    return lambda *arguments: function(*arguments) if next(calls, None) is not None else die()


def half_written(tensors, metadata):
    """Stand for a process that dies while it writes."""
    data = real_save(tensors, metadata)
    (FOLDER / "killed.new").write_bytes(data[: len(data) // 2])
    die()


def child(prepare, name, seconds=None):
    """Train in a child process, which may kill itself or is killed after some seconds; was it killed?"""
    if not (pid := os.fork()):
        prepare()
        train(name)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if status not in (0, signal.SIGKILL):
        sys.exit(f"the training failed with status {status}")
    return status != 0


real_save, rng = checkpoints.save, random.Random(0)
train("warm", 1)  # which loads the rest of torch
start = time.process_time()  # no child gets further in so many seconds by the clock, however busy the machine
train("whole")
whole = time.process_time() - start
chosen = (
    lambda: setattr(checkpoints, "save", half_written),  # before there is any checkpoint
    lambda: setattr(os, "fsync", die_at(os.fsync, 3)),
    lambda: setattr(os, "replace", die_at(os.replace, 3)),
    lambda: setattr(checkpoints, "save", half_written),
)
kills = sum(child(prepare, "killed") for prepare in chosen)
kills += sum(child(lambda: None, "killed", rng.uniform(0.05, 0.25) * whole) for _ in range(6))
child(lambda: None, "killed")
if (FOLDER / "killed.end").read_bytes() != (FOLDER / "whole.end").read_bytes():
    sys.exit("the weights or the history differ")
print(f"equal after {kills} kills")
