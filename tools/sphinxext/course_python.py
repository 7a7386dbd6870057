"""Exercises that run in the page: the files of Pyodide, NumPy, rnnkit.check and the editor, in the book's own folder.

They are fetched by page_python/lock.json. Where no source gives them, the book is built without them and says so in
one line; with CI=true that is an error. No page loads anything of it before its reader presses a button.
"""

import os
import shutil
from pathlib import Path

from page_python.editor import write_editor
from page_python.fetch import Missing, fetch
from page_python.lock import read_lock
from sphinx.errors import ExtensionError
from sphinx.util import logging

EDITOR = "editor"

logger = logging.getLogger(__name__)


def engine_is_there(app):
    """Return whether the book of the Sphinx application `app` carries what runs an exercise in the page."""
    return app.config.course_python


def fetch_parts(app, config):
    """Fetch what the lock names, and keep in the configuration whether it is there.

    A configuration that changes makes Sphinx write every page anew, so no page keeps a button that does nothing.
    """
    try:
        config.course_python = {name: str(fetch(part)) for name, part in read_lock().items()}
    except Missing as missing:
        if os.environ.get("CI") == "true":
            raise ExtensionError(f"the files for exercises in the page cannot be had: {missing}") from None
        logger.info("The pages carry no editor for the exercises, whose files cannot be had: %s", missing)


def write_files(app):
    """Put the files into the book's folder _static, or remove those of an earlier build."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    shutil.rmtree(static / EDITOR, ignore_errors=True)
    if engine_is_there(app):
        write_editor(read_lock()["editor"], app.config.course_python["editor"], static / EDITOR)


def setup(app):
    """Register the extension with Sphinx."""
    app.add_config_value("course_python", {}, "html")
    app.connect("config-inited", fetch_parts)
    app.connect("builder-inited", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
