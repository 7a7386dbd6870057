"""Diagrams in the page: an SVG of assets/diagrams is written into the HTML instead of being linked.

Only then do the CSS variables of the page (assets/palette.css) reach it, so that one drawing is legible in
light and in dark. The alternative text becomes its name for screen readers, its own <desc> the description.
Every id gets the file's name in front, because the ids of two drawings could otherwise meet on one page.
"""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
FOLDER = "assets/diagrams"
LOADS = re.compile(r"<(?:script|foreignObject|image)\b|\son\w+=|href=[\"'](?!#)|@import|url\(\s*[\"']?(?!#)")


def inline_svg(source, stem, alt):
    """Return the SVG text `source` in the form that stands in a page.

    stem: put in front of every id and of every reference to one, as "stem-id".
    alt: the text alternative, which becomes the element <title>.
    ValueError if `source` is not a single <svg> with a viewBox, if `alt` is empty, if the drawing holds a
    script or loads something, or if a rule of its style sheet would reach other elements of the page.
    """
    if not alt.strip():
        raise ValueError(f"{stem}.svg needs an alternative text (:alt:)")
    match = re.search(r"<svg\b([^>]*)>(.*)</svg>\s*$", source, re.DOTALL)
    if not match:
        raise ValueError(f"{stem}.svg must be one <svg> element")
    attributes, body = match.groups()
    size = re.search(r"\bviewBox=\"[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)\"", attributes)
    if not size:
        raise ValueError(f"{stem}.svg needs a viewBox")
    if found := LOADS.search(source):
        raise ValueError(f"{stem}.svg must not run scripts or load files, got {found[0].strip()!r}")
    _reject_loose_rules(stem, attributes, body)

    body = re.sub(r"<!--.*?-->|<metadata\b.*?</metadata>|<title\b.*?</title>", "", body, flags=re.DOTALL)
    for name in set(re.findall(r"\bid=\"([^\"]+)\"", body)):
        old, new = re.escape(name), f"{stem}-{name}"
        body = re.sub(rf"\bid=\"{old}\"", f'id="{new}"', body)
        body = re.sub(rf"((?:href=\"|url\([\"']?)#){old}(?=[\"')])", rf"\g<1>{new}", body)
    described = re.search(r"<desc\b[^>]*\bid=\"([^\"]+)\"", body)
    kept = re.sub(r"\s(?:id|role|aria-[\w-]+|width|height)=\"[^\"]*\"", "", attributes)
    # width and height as attributes give the drawing its place before any style sheet has arrived
    return (
        f'<svg{kept} width="{size[1]}" height="{size[2]}" role="img" aria-labelledby="{stem}-name"'
        + (f' aria-describedby="{described[1]}"' if described else "")
        + f'><title id="{stem}-name">{escape(alt)}</title>{body}</svg>'
    )


def _reject_loose_rules(stem, attributes, body):
    """Each rule must start with the drawing's class: a <style> in an SVG in a page applies to the page."""
    classes = re.search(r"\bclass=\"([^\"]*)\"", attributes)
    own = tuple("." + name for name in classes[1].split()) if classes else ()
    for css in re.findall(r"<style\b[^>]*>(.*?)</style>", body, re.DOTALL):
        css = re.sub(r"/\*.*?\*/|@[^{]*\{", "", css, flags=re.DOTALL)
        for selectors in re.findall(r"([^{}]+)\{", css):
            for selector in selectors.split(","):
                if not selector.strip().startswith(own or "\0"):
                    raise ValueError(
                        f"{stem}.svg: the rule {selector.strip()!r} must start with a class of its <svg>, "
                        "or it would style the whole page"
                    )


class InlineDiagrams(SphinxPostTransform):
    """Replaces the image nodes of diagrams when an HTML page is written; figure, caption and number stay."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs):
        """Replace every image below assets/diagrams; a faulty one is reported and left as it was."""
        for image in list(self.document.findall(nodes.image)):
            uri = image.get("uri", "")
            if not (uri.startswith(FOLDER + "/") and uri.endswith(".svg")):
                continue
            path = Path(self.app.srcdir, uri)
            try:
                svg = inline_svg(path.read_text(encoding="utf-8"), path.stem, image.get("alt", ""))
            except (OSError, ValueError) as error:
                logger.warning("%s", error, location=image)
                continue
            image.replace_self(nodes.raw("", svg, format="html"))


def setup(app):
    """Register the extension with Sphinx."""
    app.add_post_transform(InlineDiagrams)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
