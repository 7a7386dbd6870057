"""The labelled equations that a chapter prints, and those that the tests compute: they must be the same."""

import re

import canonical
from places import ROOT

BLOCK = re.compile(r"^```\{math\}\n:label: (eq-[\w-]+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


class PrintedFormulas:
    """The equations of one chapter, by label; `chapter` is the stem of its file."""

    def __init__(self, chapter):
        self.chapter = chapter
        self.tested = {}

    def formula(self, label, latex):
        """Note which equation a test computes."""

        def note(test):
            self.tested[label] = _one_line(latex)
            return test

        return note

    def assert_all_tested(self):
        """Check that the chapter prints the equations of the tests, letter by letter, and no others."""
        notebook = canonical.read(ROOT / "chapters" / f"{self.chapter}.ipynb")
        text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert {label: _one_line(latex) for label, latex in BLOCK.findall(text)} == self.tested
        assert len(re.findall(r"^:label: eq-", text, re.MULTILINE)) == len(self.tested)
        prefix = f"eq-{self.chapter.partition('_')[2]}-"
        assert [label for label in self.tested if not label.startswith(prefix)] == []


def _one_line(latex):
    return " ".join(latex.split())
