"""A network that learns to speak like a president: `python -m rnnkit train speeches`.

It writes data/checkpoints/speeches.safetensors and its record speeches.json. An interrupted run continues
from a file in the system's temporary folder.
"""

import tempfile
import time
from pathlib import Path

from rnnkit import datasets, language
from rnnkit.language import reader
from rnnkit.language.learning import learn

RECIPE = {
    "command": "python -m rnnkit train speeches",
    "kind": "lstm",
    "embedding_size": 32,  # numbers for a character
    "hidden_size": 192,
    "dropout": 0.0,
    "epochs": 1,
    "batch": 16,  # parts of the text that are read side by side
    "steps": 50,  # symbols in a piece: the gradient goes back so far, the state is carried on
    "optimizer": "Adam, learning rate up and down in straight lines",
    "learning_rate": 4e-3,  # the highest
    "warmup": 0.2,  # share of the updates in which it rises
    "max_norm": 1.0,  # of the gradient
    "seed": 0,
}
BEGINNING = 20_000  # characters of the test text, for a quick look whether the file still says the same


def bits_per_character(model, codes):
    """Return the mean bits of a character of a text, integers (N,); the first one is given."""
    return float(language.stream_bits(model, codes, batch=1, steps=1000).mean())


def main():
    """Train, and write the files."""
    import torch

    torch.set_num_threads(1)
    begin = time.process_time()
    parts = language.speeches()
    alphabet = language.alphabet_of(parts.training)
    codes = {name: alphabet.encode("".join(part)) for name, part in parts._asdict().items()}
    run = Path(tempfile.gettempdir()) / "rnnkit_speeches.safetensors"
    pieces = language.stream(codes["training"], RECIPE["batch"], RECIPE["steps"])
    model = learn(len(alphabet), lambda rng: pieces, RECIPE, run)
    about = {
        "recipe": {**RECIPE, "torch": torch.__version__.split("+")[0]},
        "seconds": round(time.process_time() - begin, 1),
        "data": {"speeches": datasets.SPEECHES_SHA256},
        "characters of the text": {name: len(part) for name, part in codes.items()},
        "bits per character": {
            name: bits_per_character(model, codes[name]) for name in ("validation", "test")
        },
        "characters of the beginning": BEGINNING,
        "bits per character of the beginning": bits_per_character(model, codes["test"][:BEGINNING]),
    }
    reader.write("speeches", model, alphabet, about)
    run.unlink(missing_ok=True)
    print(f"speeches: bits per character {about['bits per character']}")
