"""A network that learns to spell: `python -m rnnkit train words`.

It writes data/checkpoints/words.safetensors, its record words.json, and assets/weights/invent_words.js for
the page. The matrices are rounded to one byte a number, and both files hold the same rounded numbers. An
interrupted run continues from a file in the system's temporary folder.
"""

import json
import tempfile
import time
from pathlib import Path

from rnnkit import _places, datasets, language
from rnnkit._files import write_atomically
from rnnkit.language import packed, reader
from rnnkit.language.learning import learn, shuffled_words

RECIPE = {
    "command": "python -m rnnkit train words",
    "kind": "lstm",
    "embedding_size": 24,  # numbers for a letter
    "hidden_size": 192,
    "dropout": 0.3,  # of what goes into the readout
    "epochs": 10,
    "batch": 32,  # streams of words that are read side by side
    "steps": 32,  # symbols in a piece: the gradient goes back so far
    "optimizer": "Adam, learning rate up and down in straight lines",
    "learning_rate": 1.2e-2,  # the highest
    "warmup": 0.2,  # share of the updates in which it rises
    "max_norm": 1.0,  # of the gradient
    "seed": 0,
}


def bits_per_character(model, words):
    """Return the mean bits of a letter; the END of a word counts as one."""
    return float(language.word_bits(model, words).sum() / sum(len(word) + 1 for word in words))


def rounded(model):
    """Return the model in float64 with the numbers that the page gets, and these as a dict for JSON."""
    import torch

    weights = {name: value.detach().double().numpy() for name, value in model.state_dict().items()}
    for_page = packed.pack(weights, language.WORDS.characters)
    arrays, _ = packed.unpack(for_page)
    sizes = model.symbols, model.embedding.embedding_dim, model.rnn.hidden_size
    model = type(model)(*sizes, kind="lstm").double().eval()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
    return model, for_page


def main():
    """Train, and write the files."""
    import torch

    torch.set_num_threads(1)
    begin = time.process_time()
    words = language.words()
    run = Path(tempfile.gettempdir()) / "rnnkit_words.safetensors"
    pieces = shuffled_words(words.training, RECIPE["batch"], RECIPE["steps"])
    exact = learn(len(language.WORDS), pieces, RECIPE, run)
    seconds = time.process_time() - begin
    model, for_page = rounded(exact)
    held_out = {name: getattr(words, name) for name in ("validation", "test")}
    about = {
        "recipe": {**RECIPE, "torch": torch.__version__.split("+")[0]},
        "seconds": round(seconds, 1),
        "data": {"cmudict": datasets.CMUDICT_SHA256},
        "words": {name: len(part) for name, part in words._asdict().items()},
        "bits per character": {name: bits_per_character(model, part) for name, part in held_out.items()},
        "bits per character before rounding": {
            name: bits_per_character(exact, part) for name, part in held_out.items()
        },
    }
    reader.write("words", model, language.WORDS, about)
    content = json.dumps(for_page, separators=(",", ":"), ensure_ascii=True)
    write_atomically(_places.WEIGHTS / "invent_words.js", f'rnnWeights("invent_words", {content});\n')
    run.unlink(missing_ok=True)
    print(f"words: bits per character {about['bits per character']}")
