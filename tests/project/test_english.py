"""Wording that English does not have, in comments, docstrings and pages other than the chapters."""

import re

from places import ROOT

# What stands for it: separately, correctly, "is not a", "Yield" for a generator, should, finally, anyone who.
NOT_ENGLISH = re.compile(
    r"\beach (?:\w+ )*for itself\b|\brightly\b|\bmust tell\b|"
    r"\b(?:is|are) no (?:notebook|chapter|study|string|matrix|array|text|branch|link|number)\b(?! that)|"
    r"\bis no probability\b|"
    r"\"\"\"Give (?:padded |the )?batches|\bWho (?:sets|wants|needs)\b|\bshall\b",
)
PAGES = ("*.md", "appendix/*.md", "tools/**/*.py", "tools/**/*.md")
ASSETS = ("assets/*.js", "assets/*.css", "assets/try/*.js", "assets/try/*.css")
MODULES = ("rnnkit/**/*.py", "studies/**/*.py", "benchmarks/**/*.py")
FILES = sorted(path for pattern in (*PAGES, *ASSETS, *MODULES) for path in ROOT.glob(pattern))


def test_the_wording_is_english():
    found = {path: NOT_ENGLISH.findall(path.read_text(encoding="utf-8")) for path in FILES}
    assert len(found) > 400
    assert {path.relative_to(ROOT).as_posix(): wrong for path, wrong in found.items() if wrong} == {}
