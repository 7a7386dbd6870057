"""The number of a chapter, everywhere the same: in its title, the sidebar, its exercises, and as a link.

A page `chapters/05_…` gets "05" before its title, so the sidebar and the buttons below a page have it too,
and its exercises are numbered 5.1, 5.2, … "Chapter 05" in running text is a link to that page, "fourth
exercise" (of this chapter, or "of chapter 05") one to that exercise. A chapter that is not written yet is not
linked.
"""

import re

from course_running_text import link, replace_parts, running_texts
from docutils import nodes
from sphinx.transforms import SphinxTransform

PAGE = re.compile(r"chapters/(\d\d)_")
CHAPTERS = re.compile(r"[Cc]hapters?\s+\d\d(?:(?:,\s+(?:and\s+)?|\s+(?:and|or|to)\s+|–)\d\d)*(?!\d)")
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
EXERCISE = re.compile(rf"({'|'.join(ORDINALS)})\s+exercise\b(?!\s+(?:and|or))(?:\s+of\s+chapter\s+(\d\d))?")


class NumberTheTitle(SphinxTransform):
    """Puts the number of the chapter before its title."""

    default_priority = 400

    def apply(self):
        """Change the first title of the page."""
        number = PAGE.match(self.env.docname)
        if number and (title := next(self.document.findall(nodes.title), None)) is not None:
            title.insert(0, [nodes.inline("", number[1], classes=["chapter-number"]), nodes.Text(" ")])


def number_exercises(app, builder):
    """Number the exercises anew in each chapter, with the chapter's number before.

    Sphinx has stored its own numbers by now: it compares them in the next build, to find what to write again.
    """
    env = app.env
    env.toc_fignumbers = {page: {**kinds} for page, kinds in env.toc_fignumbers.items()}
    for page, kinds in env.toc_fignumbers.items():
        if (chapter := PAGE.match(page)) and "exercise" in kinds:
            names = sorted(kinds["exercise"], key=kinds["exercise"].get)
            kinds["exercise"] = {name: (int(chapter[1]), count) for count, name in enumerate(names, 1)}


def link_chapters(app, tree, page):
    """Link what running text says of other chapters and of exercises."""
    pages = {found[1]: name for name in app.env.all_docs if (found := PAGE.match(name))}
    here = PAGE.match(page)
    for text in list(running_texts(tree)):
        words = text.astext()
        parts = []
        for found in EXERCISE.finditer(words):
            target = pages.get(found[2], None if found[2] else page)
            name = _exercise(app.env, target, ORDINALS.index(found[1]))
            if name:
                parts.append((found.start(), found.end(), link(app.builder, page, target, name, found[0])))
        for found in CHAPTERS.finditer(words):
            for number in re.finditer(r"(?:[Cc]hapters?\s+)?(\d\d)", found[0]):
                start, end = (found.start() + edge for edge in number.span())
                target = pages.get(number[1])
                free = all(end <= low or high <= start for low, high, _ in parts)
                if free and target and not (here and here[1] == number[1]):
                    parts.append((start, end, link(app.builder, page, target, "", number[0])))
        if parts:
            replace_parts(text, sorted(parts, key=lambda part: part[0]))


def _exercise(env, page, index):
    """Return the anchor of an exercise of a page, or None."""
    numbers = env.toc_fignumbers.get(page, {}).get("exercise", {})
    names = sorted(numbers, key=numbers.get)
    return names[index] if index < len(names) else None


def setup(app):
    """Register the extension with Sphinx."""
    app.add_transform(NumberTheTitle)
    app.connect("write-started", number_exercises)
    app.connect("doctree-resolved", link_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
