"""Docstrings of the package as they are written, in plain text, on the API page.

They are written for `help()`: paragraphs, lines for the arguments with hanging lines below them, formulas and
examples indented after a blank line, names in `backticks`. Read as reStructuredText the same text would give
errors, so it is translated. Roles such as :func:`name` stay what they are.
"""

import re
import textwrap

ARGUMENT = re.compile(r"([\w*]+(?:, [\w*]+)*)(: | (?=\([A-Z\d]))")
RESULT = re.compile(r"(?:Returns?|Raises?|Source|Errors?)\b|\w+Error\b")
CODE = re.compile(r"(:[\w:]+:`[^`]+`|``[^`]+``|`[^`]+`)")


def to_rst(docstring):
    """Return the plain-text docstring `docstring` as reStructuredText with the same structure."""
    blocks = re.split(r"\n[ \t]*\n", textwrap.dedent(docstring).strip("\n"))
    return "\n\n".join(_block(block.splitlines()) for block in blocks if block.strip()) + "\n"


def _block(lines):
    if lines[0].startswith(">>>") or all(line.startswith("    ") for line in lines):
        code = textwrap.indent(textwrap.dedent("\n".join(lines)), "    ")
        return ".. code-block:: pycon\n\n" + code if ">>>" in lines[0] else "::\n\n" + code
    return "\n\n".join(_item(item) for item in _items(lines))


def _items(lines):
    """Join lines to arguments, results and paragraphs; an indented line continues the one above."""
    items = []
    for line in lines:
        text = line.strip()
        ended = not items or items[-1][-1] in ".;:,)"
        named = RESULT.match(text) or (ARGUMENT.match(text) and not line.startswith(" "))
        if not items or text.startswith(("- ", "* ")) or (ended and named):
            items.append(text)
        else:
            items[-1] += " " + text
    return items


def _item(text):
    if text.startswith(("- ", "* ")):
        return "* " + _inline(text[2:])
    argument = ARGUMENT.match(text)
    if not argument:
        return _inline(text)
    names = ", ".join(f"``{name}``" for name in argument[1].split(", "))
    return f"* {names}{argument[2]}{_inline(text[argument.end() :])}"


def _inline(text):
    """Escape what reStructuredText would take for markup, and show what stands in backticks as code."""
    parts = CODE.split(text)
    return "".join(
        _code(part) if CODE.fullmatch(part) else re.sub(r"([\\*|_`])", r"\\\1", part) for part in parts
    )


def _code(part):
    return part if part.startswith(":") else f"``{part.strip('`')}``"


def translate(app, what, name, obj, options, lines):
    """Translate the docstring that autodoc has found."""
    lines[:] = to_rst("\n".join(lines)).splitlines()


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("autodoc-process-docstring", translate)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
