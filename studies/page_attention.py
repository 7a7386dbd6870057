"""The attention of the page's network, measured: does it run forward, does it agree with an alignment?

`python -m studies.page_attention` writes data/results/page_attention.json in a minute. It measures of the
network that comes with the course what `studies.attention` measures of smaller ones, on the same test words.
"""

import hashlib
import time

import torch

from rnnkit import _places, datasets, g2p, results
from studies.shared import attention_maps

COMMAND = "python -m studies.page_attention"
NAME, SEED = "g2p", 0  # of the network, and of the letters that are left out by lot


def measure(network, entries):
    """Return what the file holds. entries: `TextParts` of lists of entries."""
    test = [one for one in entries.test if attention_maps.alignable(one)]
    aligner, _ = attention_maps.learned(entries.training)
    letters = attention_maps.letters_of(aligner, test)
    return {
        "words": len(test),
        "phones": sum(map(len, letters)),
        "map": attention_maps.of_network(network, letters, test),
        "diagonal": attention_maps.measured(attention_maps.diagonal(test), letters),
        "needed": attention_maps.needed(network, test, SEED),
    }


def main():
    """Measure, print and write the file."""
    torch.set_num_threads(1)
    begin = time.process_time()
    found = measure(g2p.load(NAME), g2p.entries())
    for key in ("map", "needed"):
        print(key, {name: round(value, 1) for name, value in found[key].items()})
    weights = hashlib.sha256((_places.CHECKPOINTS / "g2p.safetensors").read_bytes()).hexdigest()
    path = results.save(
        "page_attention", found, command=COMMAND, seeds=[SEED], seconds=time.process_time() - begin,
        data={"cmudict": datasets.CMUDICT_SHA256, "g2p.safetensors": weights},
    )  # fmt: skip
    print(f"written: {path.name}")


if __name__ == "__main__":
    main()
