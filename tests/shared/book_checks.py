"""What a built book must keep to, as functions that return the list of faults (empty: all is well)."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest", "apple-touch-icon"}
LOADED_FROM = {"src", "srcset", "data", "poster", "background"}


class Page(HTMLParser):
    """The parts of an HTML page that the checks look at.

    loads: addresses that a browser loads with the page; links: addresses that a reader can follow;
    ids: anchors; unnamed: pictures without an alternative text.
    """

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.loads, self.links, self.ids, self.unnamed = [], [], set(), []
        self._svg = self._text = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self._collect(tag, attributes)
        if tag == "img" and not (attributes.get("alt") or "").strip():
            if attributes.get("role") != "presentation":
                self.unnamed.append(self.get_starttag_text())
        elif tag == "svg":
            named = attributes.get("role") == "img" and (attributes.get("aria-label") or "").strip()
            self._svg = None if attributes.get("aria-hidden") == "true" or named else self.get_starttag_text()
        elif tag == "title" and self._svg and 'role="img"' in self._svg:
            self._text = "title"
        elif tag == "style":
            self._text = "style"

    def _collect(self, tag, attributes):
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag in ("a", "area") and attributes.get("href") is not None:
            self.links.append(attributes["href"])
        if tag == "link" and LOADED_LINKS & set((attributes.get("rel") or "").lower().split()):
            self.loads.append(attributes.get("href") or "")
        if tag in ("use", "image", "feimage"):
            self.loads += [attributes[name] for name in ("href", "xlink:href") if attributes.get(name)]
        for name in LOADED_FROM & set(attributes):
            value = attributes[name] or ""
            if name == "srcset":
                self.loads += [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
            elif tag != "a" and (name != "data" or tag == "object"):
                self.loads.append(value)
        self.loads += css_loads(attributes.get("style") or "")

    def handle_data(self, data):
        if self._text == "style":
            self.loads += css_loads(data)
        elif self._text == "title" and data.strip():
            self._svg = None

    def handle_endtag(self, tag):
        if tag == self._text:
            self._text = None
        if tag == "svg" and self._svg:
            self.unnamed.append(self._svg)
            self._svg = None


@cache  # each check reads all pages of the book, and to parse a long one takes a while
def parsed(html):
    """Return the `Page` of a text; nobody may change it."""
    return Page(html)


def css_loads(css):
    """Return the addresses that the style sheet `css` loads."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    found = re.findall(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^)\s]*))\s*\)|@import\s+[\"']([^\"']+)", css)
    return ["".join(parts) for parts in found]


def is_external(address):
    """Return whether a browser would ask another machine for `address`."""
    return bool(re.match(r"\s*(?:(?:https?|wss?|ftp):)?//", address, re.IGNORECASE))


def external_loads(folder):
    """Return "file loads address" for everything in the pages and style sheets that comes from elsewhere."""
    problems = []
    for file in sorted([*Path(folder).rglob("*.html"), *Path(folder).rglob("*.css")]):
        text = file.read_text(encoding="utf-8")
        loads = css_loads(text) if file.suffix == ".css" else parsed(text).loads
        problems += [
            f"{file.relative_to(folder)} loads {address}" for address in loads if is_external(address)
        ]
    return problems


def missing_alternatives(folder):
    """Return "page: tag" for every picture and every drawing that a screen reader could not name."""
    return [
        f"{file.relative_to(folder)}: {tag[:120]}"
        for file in sorted(Path(folder).rglob("*.html"))
        for tag in parsed(file.read_text(encoding="utf-8")).unnamed
    ]


def broken_links(folder):
    """Return "page -> address" for every address inside the book that leads nowhere."""
    folder = Path(folder).resolve()
    pages = {file: parsed(file.read_text(encoding="utf-8")) for file in sorted(folder.rglob("*.html"))}
    problems = []
    for file, page in pages.items():
        for address in [*page.links, *page.loads]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            anchor = unquote(parts.fragment)
            missing = not target.exists() or target.is_dir()
            if missing or (anchor and target in pages and anchor not in pages[target].ids):
                problems.append(f"{file.relative_to(folder)} -> {address}")
    return problems
