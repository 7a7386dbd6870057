"""The editor of the page: CodeMirror 6 as ready ES modules, in the folder _static/editor/ of the book.

They are the bundle of the Python package NiceGUI, since pip is at hand wherever the book is built, npm is
not.
"""

from pathlib import Path

from rnnkit._files import write_atomically

# One name for both: the hashed names of the bundle change with every version.
ENTRY = 'export * from "./index.js";\nexport {{ python, pythonLanguage }} from "./{python}";\n'
ENTRY_NAME = "codemirror.js"


def write_editor(part, fetched, folder):
    """Write the modules of `part`, which lie in `fetched`, and the module codemirror.js to `folder`.

    codemirror.js exports all of codemirror, @codemirror/{state,view,commands,language} and python().
    """
    folder = Path(folder)
    for file in part.files:
        write_atomically(folder / file.name, (Path(fetched) / file.name).read_bytes())
    with_python = [file.name for file in part.files if b" as python," in (folder / file.name).read_bytes()]
    if len(with_python) != 1:
        raise ValueError(f"the editor's modules must hold one that exports python, got {with_python}")
    write_atomically(folder / ENTRY_NAME, ENTRY.format(python=with_python[0]).encode())
