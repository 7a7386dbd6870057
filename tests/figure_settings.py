"""Random settings of every live figure, with which the tests compare JavaScript and Python."""

import numpy as np


def unroller(rng):
    """Return settings of an Unroller with 1 to 6 hidden numbers, some with large weights."""
    H, size = int(rng.integers(1, 7)), rng.choice([0.5, 2.0, 50.0])
    shapes = {
        "weight_ih": (H, 4),
        "weight_hh": (H, H),
        "bias_ih": H,
        "bias_hh": H,
        "weight_hy": (4, H),
        "bias_y": 4,
    }
    epochs = sorted(rng.choice(1000, size=3, replace=False).tolist())
    weights = [
        {"epoch": epoch, **{name: rng.normal(0, size, shape).tolist() for name, shape in shapes.items()}}
        for epoch in epochs
    ]
    word, answer = ("".join(rng.choice(list("ehlo"), 5)) for _ in range(2))
    return {
        "weights": weights,
        "epoch": int(rng.choice(epochs)),
        "t": int(rng.integers(0, 6)),
        "word": word,
        "answer": answer if rng.random() < 0.7 else "",
    }


RANDOM = {"unroller": unroller}


def random_figures(figure, count=50):
    """Return `count` figures of the class `figure` with random settings, the same in every run."""
    rng = np.random.default_rng(0)
    return [figure(**RANDOM[figure._module](rng)) for _ in range(count)]
