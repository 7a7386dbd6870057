"""Weights of trained networks, from the files that come with the course."""

import json
from functools import cache

from rnnkit import _places


def read_weights(name, folder=_places.WEIGHTS):
    """Return what the file NAME.js in `folder`, by default assets/weights, hands to rnnWeights.

    The file is one call, rnnWeights("NAME", JSON), because a page loads it as a script. ValueError if it is
    anything else.
    """
    text = (folder / f"{name}.js").read_text(encoding="utf-8").strip()
    start, end = f"rnnWeights({json.dumps(name)}, ", ");"
    if not (text.startswith(start) and text.endswith(end)):
        raise ValueError(f"{name}.js must be one call {start}…{end}, got {text[:40]!r}")
    return json.loads(text[len(start) : -len(end)])


def reader_of(name, command):
    """Return a function that returns the content of NAME.js in assets/weights, which `command` makes.

    It reads the file once, and always returns the same object. FileNotFoundError, which names the command, if
    the file is missing.
    """

    @cache
    def stored():
        try:
            return read_weights(name)
        except FileNotFoundError:
            raise _places.missing(_places.WEIGHTS / f"{name}.js", f"{command} makes it") from None

    return stored


def read_checkpoint(path, command):
    """Return the content of a JSON file in data/checkpoints, which `command` makes.

    FileNotFoundError, which says so, if it is missing.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _places.missing(path, f"{command} makes it") from None
