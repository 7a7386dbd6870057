"""Networks of a study of language models: trained, kept for an interrupted run, and their rates chosen."""

import hashlib
import json
import time

from tqdm import tqdm

from rnnkit import training
from rnnkit.language.learning import learn, untrained
from studies.shared.language_runs import parameters
from studies.shared.rates import best_rate


class Networks:
    """Trains the networks of a study, one by one.

    selection: the seed with which learning rates are chosen. seeds: those of the evaluation.
    folder: where trained networks are kept, so that an interrupted run continues; None for nowhere.
    quick: choose among the given rates only. progress: a bar.
    """

    def __init__(self, selection, seeds, folder=None, quick=False, progress=None):
        self.selection, self.seeds, self.folder, self.quick = selection, seeds, folder, quick
        self.progress = tqdm(disable=True) if progress is None else progress
        self.earlier = 0.0  # seconds that the networks took that an earlier run had trained

    def train(self, task, recipe, rate, seed):
        """Return a trained network and the seconds that it took."""
        recipe = recipe | {"learning_rate": rate, "seed": seed}
        name = hashlib.sha256(json.dumps([task.title, recipe]).encode()).hexdigest()[:16]
        file = self.folder and self.folder / f"{name}.safetensors"
        if file and file.is_file():
            network = untrained(task.symbols, recipe).eval()
            seconds = training.load_weights(file, network)["seconds"]
            self.earlier += seconds
        else:
            begin = time.process_time()
            network = learn(task.symbols, task.pieces, recipe, progress=False)
            seconds = time.process_time() - begin
            if file:
                training.save_weights(file, network, {"seconds": seconds})
        self.progress.update()
        return network, seconds

    def choose(self, task, recipe, rates):
        """Return {rate: bits per validation character}; past the ends, rates are halved or doubled."""

        def score(rate):
            network, _ = self.train(task, recipe, rate, self.selection)
            return float(task.bits(network, "validation").sum() / task.characters["validation"])

        return {rate: score(rate) for rate in sorted(rates)} if self.quick else best_rate(score, rates)[1]

    def network(self, task, recipe, tried):
        """Train with all seeds at the best rate; return the networks and what is reported of them."""
        rate = min(tried, key=tried.get)
        trained, seconds = zip(*(self.train(task, recipe, rate, seed) for seed in self.seeds), strict=True)
        start = untrained(task.symbols, recipe | {"seed": self.selection})
        kind, sizes = recipe["kind"], (task.symbols, recipe["embedding_size"], recipe["hidden_size"])
        return trained, {
            "recipe": recipe,
            "parameters": parameters(kind, *sizes),
            "learning rate": rate,
            "validation bits at each rate": {str(one): bits for one, bits in tried.items()},
            "bits per character, untrained": float(
                task.bits(start, "validation").sum() / task.characters["validation"]
            ),
            "seconds of each seed": [round(one, 1) for one in seconds],
        }
