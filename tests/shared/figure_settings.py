"""Random settings of every live figure, with which the tests compare JavaScript and Python."""

import numpy as np

from rnnkit import text
from rnnkit._int8 import encode
from rnnkit.g2p import PHONES
from rnnkit.g2p import packed as speaker
from rnnkit.language import packed
from rnnkit.widgets.forecast.figure import MOST_SHIFT, choices_of
from rnnkit.widgets.forecast.figure import stored as forecast_study
from rnnkit.widgets.invent_words.figure import LETTERS, SYMBOLS
from rnnkit.widgets.read_my_review.figure import MOST_WORDS
from rnnkit.widgets.same_network.conventions import GATES, LIBRARIES, ONLY
from rnnkit.widgets.say_it.figure import MOST_LETTERS
from rnnkit.widgets.two_directions.figure import SOUNDS, VOWELS, stored


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


def gru_gates(rng):
    """Return settings of one GRU unit with large and small weights, in both modes and both conventions."""
    limit = rng.choice([1.0, 5.0, 20.0])
    names = [f"{kind}_{gate}" for kind in ("wx", "wh", "b") for gate in "rzn"]
    inputs = rng.normal(0, 2, int(rng.integers(1, 13))).clip(-9, 9)
    return {
        "preset": "own",
        "reset_after": bool(rng.random() < 0.5),
        "mode": str(rng.choice(["sequence", "step"])),
        "inputs": inputs.tolist(),
        "t": int(rng.integers(1, len(inputs) + 1)),
        **{name: float(rng.uniform(-limit, limit)) for name in (*names, "bh_n")},
        **{name: float(rng.uniform(-1, 1)) for name in ("h0", "h", "x")},
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


def two_directions(rng):
    """Return settings of TwoDirections: a word of its list, or 1 to 12 random sounds, some with an answer."""
    word = str(rng.choice(list(stored()["words"])))
    if rng.random() < 0.5:
        return {"word": word, "t": int(rng.integers(1, len(stored()["words"][word].split()) + 1))}
    T = int(rng.integers(1, 13))
    sounds = rng.choice(SOUNDS, T).tolist()
    place = int(rng.integers(T))
    sounds[place] = str(rng.choice(VOWELS)) + str(rng.choice(["", "0", "1"]))
    return {"sounds": " ".join(sounds), "t": int(rng.integers(1, T + 1)), "weights": _tagger(rng)}


def _tagger(rng):
    """Return random weights of the network of TwoDirections, with 1 to 12 hidden numbers."""
    H, D, size = int(rng.integers(1, 13)), int(rng.integers(1, 9)), rng.choice([0.5, 3.0])

    def gru():
        shapes = {"weight_ih": (3 * H, D), "weight_hh": (3 * H, H), "bias_ih": 3 * H, "bias_hh": 3 * H}
        drawn = {name: rng.normal(0, size, shape) for name, shape in shapes.items()}
        return {name: encode(w) if w.ndim == 2 else w.tolist() for name, w in drawn.items()}

    return {
        "embedding": encode(rng.normal(0, 1, (len(SOUNDS), D))),
        "forward": gru(),
        "backward": gru(),
        "readouts": {
            name: {"weight": rng.normal(0, size, width).tolist(), "bias": float(rng.normal())}
            for name, width in (("forward", H), ("backward", H), ("both", 2 * H))
        },
    }


def forecast(rng):
    """Return settings of a Forecast: of its own study, or of one with random choices, prices and curves."""
    study = forecast_study()["study"] if rng.random() < 0.5 else _study(rng)
    names = ("market", "lookback", "horizon", "sin")
    return {
        "study": study,
        **{name: rng.choice(choices_of(study, name)).item() for name in names},
        "baseline": bool(rng.random() < 0.5),
        "shift": int(rng.integers(0, MOST_SHIFT + 1)),
    }


def _study(rng):
    """Return a random study with 1 to 6 of everything that can be chosen, and 2 to 120 days."""
    lookbacks, horizons = (
        sorted(rng.choice(np.arange(1, 26), rng.integers(1, 7), replace=False).tolist()) for _ in range(2)
    )
    count = rng.integers(1, 7)  # in an order that is not that of the alphabet
    sins = [{"name": f"sin {9 - k}", "line": f"a = {k}", "says": f"It does {k}."} for k in range(count)]
    rows, days = len(lookbacks) * len(horizons) * len(sins), int(rng.integers(2, 121))
    markets = {}
    for k in range(rng.integers(1, 7)):
        truth = rng.choice([1.0, 40.0, 9000.0]) * np.exp(np.cumsum(rng.normal(0, 0.02, days + MOST_SHIFT)))
        markets[f"market {k}"] = {
            "first": f"day {k}",
            "last": "the last day",
            "test_days": int(rng.integers(1, 1000)),
            "truth": truth.tolist(),
            "curves": encode(rng.normal(0, rng.choice([0.01, 0.5]) * truth.mean(), (rows, days))),
            "scores": rng.normal(0, 1, (rows, 5)).tolist(),
        }
    return {"lookbacks": lookbacks, "horizons": horizons, "sins": sins, "markets": markets}


def read_my_review(rng):
    """Return settings of ReadMyReview: a random LSTM, and a text with known and unseen words."""
    vocabulary = [f"w{k}" for k in range(rng.integers(1, 40))]
    strange = ["unseen", "<b>", "\0", "שלום", "😀", "don't", "x" * 50]
    read = " ".join(rng.choice([*vocabulary, *strange], rng.integers(1, 70)))
    T = max(1, len(text.tokenize(read)[:MOST_WORDS]))
    H = 64 if rng.random() < 0.05 else int(rng.integers(1, 20))
    weights = reader_weights(rng, vocabulary, int(rng.integers(1, 9)), H)
    t, unit = int(rng.integers(1, T + 1)), int(rng.integers(1, H + 1))
    return {"text": read if text.tokenize(read) else "w0", "t": t, "unit": unit, "weights": weights}


def reader_weights(rng, vocabulary, D, H):
    """Return random weights of the network of ReadMyReview, for a list of words."""
    shapes = {"embedding.weight": (len(vocabulary) + 2, D), "lstm.weight_ih_l0": (4 * H, D),
              "lstm.weight_hh_l0": (4 * H, H), "lstm.bias_ih_l0": 4 * H, "lstm.bias_hh_l0": 4 * H,
              "readout.weight": 2 * H, "readout.bias": 1}  # fmt: skip
    drawn = {name: rng.normal(0, 1 if "embedding" in name else H**-0.5, shape)
             for name, shape in shapes.items()}  # fmt: skip
    packed = {name: encode(w) if w.ndim == 2 else w.tolist() for name, w in drawn.items()}
    return {"vocabulary": " ".join(vocabulary), **packed}


def invent_words(rng):
    """Return settings of InventWords: a random LSTM, sharp or not, and any beginning."""
    return {
        "prefix": "".join(rng.choice(list(LETTERS), rng.integers(0, 21))),
        "temperature": float(rng.choice([0.1, 1.0, 5.0, rng.uniform(0.1, 5)])),
        "top_k": int(rng.choice([1, 27, rng.integers(1, 28)])),
        "seed": int(rng.choice([0, 1_000_000, rng.integers(100)])),
        "word": int(rng.integers(1, 13)),
        "t": int(rng.integers(1, 31)),
        "weights": writer_weights(rng, int(rng.integers(1, 9)), int(rng.integers(1, 20))),
    }


def writer_weights(rng, E, H):
    """Return random weights of the network of InventWords."""
    V, size = len(SYMBOLS), rng.choice([0.3, 2.0])
    shapes = {"embedding.weight": (V, E), "rnn.weight_ih_l0": (4 * H, E), "rnn.weight_hh_l0": (4 * H, H),
              "readout.weight": (V, H), "rnn.bias_ih_l0": 4 * H, "rnn.bias_hh_l0": 4 * H,
              "readout.bias": V}  # fmt: skip
    return packed.pack({name: rng.normal(0, size, shape) for name, shape in shapes.items()}, SYMBOLS)


def same_network(rng):
    """Return settings of a SameNetwork: any two conventions, large and small weights."""
    scale = rng.choice([0.3, 1.0, 10.0])
    weights = {}
    for kind, rows in (("RNN", 2), ("LSTM", 8), ("GRU", 6)):
        shapes = {"weight_ih": (rows, 1), "weight_hh": (rows, 2), "bias_ih": rows, "bias_hh": rows}
        drawn = {name: rng.normal(0, scale, shape).clip(-100, 100) for name, shape in shapes.items()}
        weights[kind] = {name: array.tolist() for name, array in drawn.items()}
    T = int(rng.integers(1, 25))
    return {
        "kind": str(rng.choice(list(GATES))),
        "source": str(rng.choice(list(LIBRARIES))),
        "target": str(rng.choice([*LIBRARIES, *ONLY])),
        "way": str(rng.choice(["copy", "convert"])),
        "t": int(rng.integers(1, T + 1)),
        "size": float(rng.choice([0.0, 1.0, rng.uniform(0, 2)])),
        "inputs": rng.normal(0, 1, T).tolist(),
        **({"weights": weights} if rng.random() < 0.7 else {}),
    }


def say_it(rng):
    """Return settings of SayIt: a random network, sharp or not, and any word."""
    return {
        "word": "".join(rng.choice(list(LETTERS), rng.integers(1, MOST_LETTERS + 1))),
        "candidate": int(rng.integers(1, 4)),
        "phone": int(rng.choice([1, 50, rng.integers(1, 15)])),
        "weights": speaker_weights(
            rng, int(rng.integers(1, 9)), 2 * int(rng.integers(1, 10)), rng.normal(0, 4)
        ),
    }


def speaker_weights(rng, E, H, end):
    """Return random weights of the network of SayIt. end: the bias of the end: large makes short answers."""
    S, V, size = 1 + len(LETTERS), 1 + len(PHONES), rng.choice([0.3, 1.0])
    shapes = {"encoder.embedding.weight": (S, E), "decoder.embedding.weight": (V, E),
              "decoder.combine.weight": (H, 2 * H), "decoder.combine.bias": H,
              "decoder.readout.weight": (V, H), "decoder.readout.bias": V}  # fmt: skip
    for part, G in (
        ("encoder.rnn.{}_l0", H // 2),
        ("encoder.rnn.{}_l0_reverse", H // 2),
        ("decoder.rnn.{}_l0", H),
    ):
        gates = {"weight_ih": (4 * G, E), "weight_hh": (4 * G, G), "bias_ih": 4 * G, "bias_hh": 4 * G}
        shapes |= {part.format(name): shape for name, shape in gates.items()}
    drawn = {name: rng.normal(0, size, shape) for name, shape in shapes.items()}
    drawn["decoder.readout.bias"][0] = end
    return speaker.pack(drawn, LETTERS, PHONES)


RANDOM = {
    "forecast": forecast,
    "gradient_flow": gradient_flow,
    "gru_gates": gru_gates,
    "invent_words": invent_words,
    "lstm_gates": lstm_gates,
    "read_my_review": read_my_review,
    "same_network": same_network,
    "say_it": say_it,
    "two_directions": two_directions,
    "unroller": unroller,
}


STREAMS = {}  # of a class: the random numbers, and the figures made of them so far, with their settings


def random_figures(figure, count=50):
    """Return `count` figures of the class `figure` with random settings, the same in every run.

    All tests share them, since to draw a figure takes a while: nobody may change one.
    """
    rng, made = STREAMS.setdefault(figure, (np.random.default_rng(0), []))
    while len(made) < count:
        one = figure(**RANDOM[figure._module](rng))
        made.append((one, one.props()))
    for one, settings in made[:count]:
        assert one.props() == settings, f"a test has changed {one}"
    return [one for one, _ in made[:count]]
