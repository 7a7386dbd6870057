"""Exercises that run in the page: Pyodide, NumPy, rnnkit.check and the editor, in the book's own folder.

They are fetched by page_python/lock.json. Where no source gives them, the book is built without them and says
so in one line; with CI=true that is an error. No page loads anything of it before its reader presses a
button.
"""

import os
import shutil
from pathlib import Path

from docutils import nodes
from page_python.editor import write_editor
from page_python.engine import numpy_licence, write_engine
from page_python.fetch import Missing, cache_folder, fetch
from page_python.lock import read_lock
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import rnnkit

logger = logging.getLogger(__name__)


def engine_is_there(app):
    """Return whether the book of the Sphinx application `app` carries what runs an exercise in the page."""
    return app.config.course_python


def fetch_parts(app, config):
    """Fetch what the lock names, and keep in the configuration whether it is there.

    A configuration that changes makes Sphinx read and write every page anew, so no page keeps a button that
    does nothing.
    """
    try:
        for part in read_lock().values():
            fetch(part)
        config.course_python = True
    except Missing as missing:
        if os.environ.get("CI") == "true":
            raise ExtensionError(f"the files for exercises in the page cannot be had: {missing}") from None
        logger.info("The pages carry no editor for the exercises, whose files cannot be had: %s", missing)


def write_files(app):
    """Put the files into the book's folder _static, or remove those of an earlier build."""
    if app.builder.format != "html":
        return
    static, parts = Path(app.outdir, "_static"), read_lock()
    if not engine_is_there(app):
        for name in parts:
            shutil.rmtree(static / name, ignore_errors=True)
    else:
        editor, python = parts["editor"], parts["python"]
        write_editor(editor, fetch(editor), static / "editor")
        package = Path(rnnkit.__file__).parent
        write_engine(python, fetch(python), package, static / "python", cache_folder(), logger.info)


class NumpyLicence(SphinxDirective):
    """Shows the licence in the NumPy that the book carries."""

    def run(self):
        """Return the text as it stands in NumPy's own package."""
        if not self.config.course_python:
            return [nodes.paragraph("", "", nodes.Text("This copy of the book carries no NumPy."))]
        part = read_lock()["python"]
        return [nodes.literal_block("", numpy_licence(part, fetch(part)), language="none")]


def setup(app):
    """Register the extension with Sphinx."""
    app.add_config_value("course_python", False, "env")
    app.add_directive("numpy-licence", NumpyLicence)
    app.connect("config-inited", fetch_parts)
    app.connect("builder-inited", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
