"""A network that says words, small enough for a page: `python -m rnnkit train g2p`.

It writes data/checkpoints/g2p.safetensors, its record g2p.json, and assets/weights/say_it.js for the page.
The matrices are rounded to one byte a number, and both files hold the same rounded numbers. An interrupted
run continues from a file in the system's temporary folder.
"""

import json
import tempfile
import time
from pathlib import Path

from rnnkit import _places, g2p
from rnnkit._files import write_atomically
from rnnkit.g2p import packed, reader

RECIPE = {
    "command": "python -m rnnkit train g2p",
    "embedding_size": 48,  # numbers for a letter, and for a phone
    "hidden_size": 160,  # of the decoder; each direction of the encoder has half
    "encoder_layers": 1,
    "dropout": 0.1,
    "epochs": 14,
    "batch": 64,  # pairs of equal lengths, about
    "optimizer": "AdamW, learning rate up and down in straight lines",
    "learning_rate": 5e-3,  # the highest
    "warmup": 0.1,  # share of the updates in which it rises
    "beta2": 0.98,  # how long AdamW remembers the squares of gradients
    "weight_decay": 0.01,
    "label_smoothing": 0.0,  # share of each target that is spread over all phones
    "max_norm": 1.0,  # of the gradient
    "seed": 0,
}
BEAMS = (1, 3)


def for_page(network):
    """Return the weights of a network as `packed.pack` packs them."""
    weights = {name: value.detach().double().numpy() for name, value in network.state_dict().items()}
    return packed.pack(weights, g2p.LETTERS, g2p.PHONES)


def main():
    """Train, and write the files."""
    import torch

    from rnnkit.g2p.learning import about, learn, untrained
    from rnnkit.g2p.rounding import Rounded

    torch.set_num_threads(1)
    begin = time.process_time()
    parts = g2p.entries()
    run = Path(tempfile.gettempdir()) / "rnnkit_g2p.safetensors"
    exact, history = learn(g2p.pairs(parts.training), RECIPE, run)
    seconds = time.process_time() - begin
    network = Rounded(exact).restore(untrained(RECIPE).double().eval())
    record = about(RECIPE, seconds, parts, history, exact, network, BEAMS)
    reader.write("g2p", network, record)
    content = json.dumps(for_page(exact), separators=(",", ":"), ensure_ascii=True)
    write_atomically(_places.WEIGHTS / "say_it.js", f'rnnWeights("say_it", {content});\n')
    run.unlink(missing_ok=True)
    print(f"g2p: error rates in percent {record['error rates in percent']}")
