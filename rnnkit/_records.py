"""Trained networks in data/checkpoints: weights, NAME.safetensors, and what is known of them, NAME.json."""

import json
import os
from pathlib import Path

from rnnkit import _places
from rnnkit import _validation as v
from rnnkit._files import json_by_key, write_atomically


class Records:
    """The files of some networks.

    files: {name of a network: stem of its files}.
    """

    def __init__(self, files):
        self.files = files

    def path(self, name, folder):
        """Return the path of the weights of a network in a folder."""
        folder = v.instance("folder", folder, (str, os.PathLike))
        return Path(folder) / f"{self.files[v.choice('name', name, self.files)]}.safetensors"

    def read(self, name, folder):
        """Return the record of a network, a dict.

        Raises FileNotFoundError if it is missing, ValueError if it is damaged; both say how to repair it.
        """
        path = self.path(name, folder).with_suffix(".json")
        if not path.is_file():
            raise _places.missing(path, f"repair with: {self._repair(name)}")
        try:
            return v.instance("the record", json.loads(path.read_text(encoding="utf-8")), dict)
        except (ValueError, TypeError) as error:
            raise self.damaged(name, folder, error) from None

    def write(self, name, folder, record):
        """Write the record of a network, a dict of what JSON can hold."""
        write_atomically(self.path(name, folder).with_suffix(".json"), json_by_key(record))

    def damaged(self, name, folder, error):
        """Return the ValueError to raise for a record that holds anything else; `error` says what."""
        path = self.path(name, folder).with_suffix(".json")
        return ValueError(f"{path} is damaged ({error}); repair with: {self._repair(name)}")

    def _repair(self, name):
        return f"git checkout -- data/checkpoints/{self.files[name]}.*"
