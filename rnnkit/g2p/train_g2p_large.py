"""A larger network that says words: `python -m rnnkit train g2p-large`.

It writes data/checkpoints/g2p_large.safetensors, whose matrices are rounded to one byte a number, and its
record g2p_large.json. An interrupted run continues from a file in the system's temporary folder.
"""

import tempfile
import time
from pathlib import Path

from rnnkit import g2p
from rnnkit.g2p import reader

RECIPE = {
    "command": "python -m rnnkit train g2p-large",
    "embedding_size": 64,  # numbers for a letter, and for a phone
    "hidden_size": 256,  # of the decoder; each direction of the encoder has half
    "encoder_layers": 2,
    "dropout": 0.2,
    "epochs": 22,
    "batch": 128,  # pairs of equal lengths, about
    "optimizer": "AdamW, learning rate up and down in straight lines",
    "learning_rate": 3e-3,  # the highest
    "warmup": 0.05,  # share of the updates in which it rises
    "beta2": 0.98,  # how long AdamW remembers the squares of gradients
    "weight_decay": 0.01,
    "label_smoothing": 0.1,  # share of each target that is spread over all phones
    "max_norm": 1.0,  # of the gradient
    "seed": 0,
}
BEAMS = (1, 5)


def main():
    """Train, and write the files."""
    import torch

    from rnnkit.g2p.learning import about, learn, untrained
    from rnnkit.g2p.rounding import Rounded

    torch.set_num_threads(1)
    begin = time.process_time()
    parts = g2p.entries()
    run = Path(tempfile.gettempdir()) / "rnnkit_g2p_large.safetensors"
    exact, history = learn(g2p.pairs(parts.training), RECIPE, run)
    seconds = time.process_time() - begin
    network = Rounded(exact).restore(untrained(RECIPE).eval())
    record = about(RECIPE, seconds, parts, history, exact, network, BEAMS)
    reader.write("g2p-large", network, record)
    run.unlink(missing_ok=True)
    print(f"g2p-large: error rates in percent {record['error rates in percent']}")
