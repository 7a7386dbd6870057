"""Pictures that keep their place: the page does not jump when one arrives, and far ones wait to be seen."""

import re
import struct
from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n"
IMAGE = re.compile(r'<img (?![^>]*\bwidth=)([^>]*\bsrc="([^":]*_images/[^"]+\.png)"[^>]*?)\s*/?>')


def size(png):
    """Return the width and height in pixels of a PNG file, from its first bytes."""
    head = Path(png).read_bytes()[:24]
    if len(head) < 24 or not head.startswith(PNG):
        raise ValueError(f"{png} is no PNG file")
    return struct.unpack(">II", head[16:24])


def with_sizes(html, folder):
    """Return a page of `folder` in which each plot states its size and is loaded when it comes near."""

    def sized(match):
        width, height = size(Path(folder, match[2]))
        return f'<img {match[1]} width="{width}" height="{height}" loading="lazy"/>'

    return IMAGE.sub(sized, html)


def finish(app, exception):
    """Change the finished pages, where pictures have their last names; a page is changed once."""
    if exception is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            html = page.read_text(encoding="utf-8")
            changed = with_sizes(html, page.parent)
            if changed != html:
                page.write_text(changed, encoding="utf-8")


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
