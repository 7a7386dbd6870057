"""MathJax at build time: TeX in, HTML, MathML and CSS out, with no browser and no network.

MathJax's scripts and fonts come from the installed package sphinx-mathjax-offline, the JavaScript engine from
mini-racer. Formulas are kept in a file between builds, since setting one takes about 5 ms.
"""

import hashlib
import json
from functools import cached_property
from importlib.metadata import distribution
from pathlib import Path

from py_mini_racer import MiniRacer

COMPONENTS = (
    "loader.js",
    "core.js",
    "adaptors/liteDOM.js",
    "input/tex-full.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
)


def mathjax_folder():
    """Return the folder of MathJax's components in the installed package."""
    return Path(distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline/static/mathjax"))


class MathJax:
    """Sets formulas; the engine starts with the first one that is not in the cache.

    cache: path of the file that keeps formulas between builds; it need not exist.
    """

    def __init__(self, cache):
        self.cache = Path(cache)
        self.script = Path(__file__).with_name("course_math.js").read_text(encoding="utf-8")
        version = distribution("sphinx-mathjax-offline").version + self.script
        self.version = hashlib.sha256(version.encode()).hexdigest()
        self.known = self._load()

    def _load(self):
        try:
            stored = json.loads(self.cache.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # absent, or cut short by a build that was interrupted
            return {}
        return stored["formulas"] if stored.get("version") == self.version else {}

    @cached_property
    def _engine(self):
        engine = MiniRacer()
        engine.eval("var self = this; var MathJax = {loader: {load: []}, startup: {typeset: false}};")
        for component in COMPONENTS:
            engine.eval((mathjax_folder() / component).read_text(encoding="utf-8"))
        engine.eval(self.script)
        return engine

    def render(self, tex, *, display):
        """Return the HTML of the formula `tex`, displayed or in the line; ValueError if TeX rejects it."""
        key = ("display " if display else "inline ") + tex
        if key not in self.known:
            answer = json.loads(self._engine.call("render", tex, display))
            if "error" in answer:
                raise ValueError(answer["error"])
            self.known[key] = answer["html"]
        return self.known[key]

    def styles(self):
        """Return MathJax's whole style sheet."""
        if "styles" not in self.known:
            self.known["styles"] = self._engine.call("styles")
        return self.known["styles"]

    def close(self):
        """Store the formulas and stop the engine."""
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"version": self.version, "formulas": self.known})
        self.cache.write_text(text, encoding="utf-8")
        if "_engine" in self.__dict__:
            self.__dict__.pop("_engine").close()
