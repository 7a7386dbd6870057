"""Random settings of every live figure, with which the tests compare JavaScript and Python."""

import numpy as np


def unroller_shapes(H):
    """Return the shapes of the weights of an Unroller with H hidden numbers."""
    return {
        "weight_ih": (H, 4),
        "weight_hh": (H, H),
        "bias_ih": H,
        "bias_hh": H,
        "weight_hy": (4, H),
        "bias_y": 4,
    }


def unroller(rng):
    """Return settings of an Unroller with 1 to 6 hidden numbers, some with large weights."""
    H, size = int(rng.integers(1, 7)), rng.choice([0.5, 2.0, 50.0])
    shapes = unroller_shapes(H)
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


def lstm_gates(rng):
    """Return settings of one LSTM unit with large and small weights, in both of its modes."""
    limit = rng.choice([1.0, 5.0, 20.0])
    names = [f"{kind}_{gate}" for kind in ("wx", "wh", "b") for gate in "ifgo"]
    inputs = rng.normal(0, 2, int(rng.integers(1, 13))).clip(-9, 9)
    return {
        "preset": "own",
        "mode": str(rng.choice(["sequence", "step"])),
        "inputs": inputs.tolist(),
        "t": int(rng.integers(1, len(inputs) + 1)),
        **{name: float(rng.uniform(-limit, limit)) for name in names},
        **{name: float(rng.uniform(-1, 1)) for name in ("h0", "h", "c0", "c", "x")},
    }


def gradient_flow(rng):
    """Return settings of a GradientFlow, some at the ends of what is allowed."""
    ends = {"spectral_radius": (0.0, 1.0, 2.0), "shear": (0.0, 5.0), "strength": (0.0, 0.3, 3.0)}
    return {
        "matrix": str(rng.choice(["rotation", "stretch"])),
        "activation": str(rng.choice(["tanh", "linear", "relu"])),
        "T": int(rng.integers(5, 61)),
        "clip": None if rng.random() < 0.3 else float(10 ** rng.uniform(-2, 3)),
        **{
            name: float(rng.choice(values) if rng.random() < 0.3 else rng.uniform(0, values[-1]))
            for name, values in ends.items()
        },
    }


RANDOM = {"gradient_flow": gradient_flow, "lstm_gates": lstm_gates, "unroller": unroller}


def random_figures(figure, count=50):
    """Return `count` figures of the class `figure` with random settings, the same in every run."""
    rng = np.random.default_rng(0)
    return [figure(**RANDOM[figure._module](rng)) for _ in range(count)]
