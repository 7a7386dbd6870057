"""Times that can be compared: one thread on one core, rivals in turn, and the spread beside the middle."""

import gc
import math
import os
import random
import time
from contextlib import contextmanager

import numpy as np
import torch

# Time of the processor, which the programs beside this one cannot prolong by taking their turn. It is not
# fine enough on Windows, where it counts in steps of 16 ms.
CLOCK = "process_time" if time.get_clock_info("process_time").resolution < 1e-5 else "perf_counter"


@contextmanager
def one_core():
    """Keep this process on one core and torch on one thread; afterwards all is as before."""
    threads = torch.get_num_threads()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None  # not on macOS, Windows
    torch.set_num_threads(1)
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if cores:
            os.sched_setaffinity(0, cores)


def interleaved(calls, repeats, at_least, lasting=0):
    """Time functions in turn, so that a slow moment of the machine meets all of them.

    calls: {name: function without arguments}; repeats: how often each is timed, or more often until `lasting`
    seconds have passed, since a machine can be slow for longer than fast functions take; at_least: seconds of
    one timing, which repeats a fast function.
    Each turn has an order of its own. Returns {name: seconds of one call, an array}; the k-th numbers of all
    names belong together.
    """
    loops = {}
    for name, call in calls.items():
        call()  # the first call allocates and plans
        loops[name] = max(1, math.ceil(at_least / _seconds(call, 1)))
    times = {name: [] for name in calls}
    names, rng = list(calls), random.Random(0)
    gc.collect()
    gc.disable()
    try:
        end = time.perf_counter() + lasting
        while len(times[names[0]]) < repeats or time.perf_counter() < end:
            rng.shuffle(names)  # who always followed the same function would find the caches that it leaves
            for name in names:
                times[name].append(_seconds(calls[name], loops[name]))
    finally:
        gc.enable()
    return {name: np.array(seconds) for name, seconds in times.items()}


def quartiles(values):
    """Return the first quartile, the median and the third quartile, as `rounded` leaves them."""
    return [rounded(q) for q in np.quantile(values, (0.25, 0.5, 0.75))]


def rounded(value):
    """Return a number with four digits: no time is known better."""
    return float(f"{value:.4g}")


def gemm_peak(repeats, at_least, size=1024):
    """Measure how many float32 operations a second a large matrix product reaches here.

    A product of two (size, size) matrices counts as 2 size³ operations.
    Returns {"NumPy": GFLOP/s, "PyTorch": GFLOP/s}, the best of the repeats, since a peak is an upper limit.
    """
    a = np.random.default_rng(0).standard_normal((size, size), np.float32)
    b, out = a.T.copy(), np.empty_like(a)
    # Copies in PyTorch's memory: on NumPy's, which is aligned to 16 bytes only, it is up to 15 % slower.
    a_torch, b_torch, out_torch = map(torch.tensor, (a, b, out))
    times = interleaved(
        {
            "NumPy": lambda: np.matmul(a, b, out=out),
            "PyTorch": lambda: torch.matmul(a_torch, b_torch, out=out_torch),
        },
        repeats,
        at_least,
    )
    return {name: rounded(2 * size**3 / seconds.min() / 1e9) for name, seconds in times.items()}


def _seconds(call, loops):
    """Return the seconds of one call, the mean of `loops` calls."""
    clock = getattr(time, CLOCK)
    start = clock()
    for _ in range(loops):
        call()
    return (clock() - start) / loops
