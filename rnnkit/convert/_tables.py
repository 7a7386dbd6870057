"""What the tables of conventions and of exporters share: their files, and how they are shown."""

import json

from rnnkit import _places


def read(path):
    """Return what a file of data/ holds, or raise FileNotFoundError that says how to bring it back."""
    if not path.is_file():
        raise _places.missing(path, f"bring it back with: git checkout -- data/{path.name}")
    return json.loads(path.read_text(encoding="utf-8"))


def sideways(label, *lines):
    """Return HTML, in lines, that is moved sideways on a narrow page, also by the keyboard."""
    region = f'<div role="region" tabindex="0" aria-label="{label}" style="overflow-x: auto">'
    return "\n".join([region, *lines, "</div>"])


def show(page, plain):
    """Show HTML with its plain twin in a notebook."""
    from IPython.display import display

    display({"text/html": page, "text/plain": plain}, raw=True)
