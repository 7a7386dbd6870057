"""Live figures in the book: a page with a figure loads its script and the style sheet, no other page does.

The scripts are made of rnnkit/widgets at build time, one classic script for each figure: modules do not load
from file://. A page without a notebook shows a figure by a directive with the figure's settings in YAML:

    ```{live-figure} Unroller
    t: 2
    ```
"""

import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rnnkit import widgets
from rnnkit.widgets.base.scripts import STYLE, page_source
from rnnkit.widgets.base.still import without_still

HOST = re.compile(r'class="rnn-widget" data-module="(\w+)"')
FOLDER = "figures"


def figures_in(html):
    """Return the names of the live figures in the page `html`, sorted, each once."""
    return sorted(set(HOST.findall(html)))


class LiveFigureDirective(SphinxDirective):
    """Writes the figure of the named class, with the settings in its content, into the page."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Return the figure's HTML; a wrong name or setting is an error at the directive's line."""
        classes = {figure.__name__: figure for figure in widgets.FIGURES.values()}
        name = self.arguments[0]
        if name not in classes:
            raise self.error(f"live-figure must be {' or '.join(sorted(classes))}, got {name!r}")
        try:
            settings = yaml.safe_load("\n".join(self.content)) or {}
            if not isinstance(settings, dict):
                raise TypeError("the settings must be NAME: VALUE, one a line")
            html = classes[name](**settings).to_html()
        except (TypeError, ValueError, yaml.YAMLError) as error:
            raise self.error(f"{name}: {error}") from None
        return [nodes.raw("", str(html), format="html")]


def drop_stills(app, tree, page):
    """Leave out the still pictures, which stand in stored notebooks for those who see nothing else."""
    for output in list(tree.findall(nodes.raw)):
        if output.get("format") == "html" and (html := without_still(output.astext())) != output.astext():
            output.replace_self(nodes.raw("", html, format="html", classes=output["classes"]))


def write_scripts(app):
    """Write the scripts and the style sheet to where the pages find them."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.css").write_text(STYLE, encoding="utf-8")
    for stem in widgets.FIGURES:
        (folder / f"{stem}.js").write_text(page_source(stem), encoding="utf-8")


def add_scripts(app, pagename, templatename, context, doctree):
    """Let the page load what its figures need."""
    for stem in figures_in(context.get("body", "")):
        app.add_css_file(f"{FOLDER}/figures.css")
        app.add_js_file(f"{FOLDER}/{stem}.js", defer="defer")


def setup(app):
    """Register the extension with Sphinx."""
    app.add_directive("live-figure", LiveFigureDirective)
    app.connect("builder-inited", write_scripts)
    app.connect("html-page-context", add_scripts)
    app.connect("doctree-resolved", drop_stills)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
