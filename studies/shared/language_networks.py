"""Networks of a study of language models: trained, kept for an interrupted run, and their rates chosen."""

from rnnkit.language.learning import learn, untrained
from studies.shared.kept import Kept, timed
from studies.shared.language_runs import parameters
from studies.shared.rates import tried_rates


class Networks:
    """Trains the networks of a study, one by one.

    selection: the seed with which learning rates are chosen. seeds: those of the evaluation.
    folder: where trained networks are kept, so that an interrupted run continues; None for nowhere.
    quick: choose among the given rates only. progress: a bar.
    """

    def __init__(self, selection, seeds, folder=None, quick=False, progress=None):
        self.selection, self.seeds, self.quick = selection, seeds, quick
        self.kept = Kept(folder, progress)

    @property
    def earlier(self):
        """Seconds that the networks took that an earlier run had trained."""
        return self.kept.earlier

    def train(self, task, recipe, rate, seed):
        """Return a trained network and the seconds that it took."""
        recipe = recipe | {"learning_rate": rate, "seed": seed}
        return self.kept(
            [task.title, recipe],
            lambda: untrained(task.symbols, recipe),
            lambda: timed(learn, task.symbols, task.pieces, recipe, progress=False),
        )

    def choose(self, task, recipe, rates):
        """Return {rate: bits per validation character}; past the ends, rates are halved or doubled."""

        def score(rate):
            network, _ = self.train(task, recipe, rate, self.selection)
            return float(task.bits(network, "validation").sum() / task.characters["validation"])

        return tried_rates(score, rates, self.quick)

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
