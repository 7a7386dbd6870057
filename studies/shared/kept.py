"""Trained networks that are kept in files, so that an interrupted study continues."""

import hashlib
import json
import time

from tqdm import tqdm

from rnnkit import training


class Kept:
    """Trains each network once, or reads it where an earlier run has trained it.

    folder: where trained networks are kept; None for nowhere. progress: a bar that counts networks.
    """

    def __init__(self, folder=None, progress=None):
        self.folder = folder
        self.progress = tqdm(disable=True) if progress is None else progress
        self.earlier = 0.0  # seconds that the networks took that an earlier run had trained

    def __call__(self, key, build, learn):
        """Return a trained network and the seconds that it took.

        key: what tells it from all others, for JSON. build: () -> a network of the same form, untrained.
        learn: () -> the trained network and the seconds, such as of `timed`.
        """
        text = json.dumps(key, sort_keys=True)
        file = self.folder and self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.safetensors"
        if file and file.is_file():
            network = build().eval()
            seconds = training.load_weights(file, network)["seconds"]
            self.earlier += seconds
        else:
            network, seconds = learn()
            if file:
                training.save_weights(file, network, {"seconds": seconds})
        self.progress.update()
        return network, seconds


def timed(learn, *arguments, **options):
    """Return what `learn` returns, and the seconds of processor time that it took."""
    begin = time.process_time()
    return learn(*arguments, **options), time.process_time() - begin
