"""Runs in Pyodide itself, whose bytecode is what its Python can read: every source of a zip file is compiled.

The code keeps its docstrings, and as its file the path at which it will be installed.
"""

import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

with zipfile.ZipFile("/sources.zip") as sources, zipfile.ZipFile("/compiled.zip", "w") as compiled:
    for name in sources.namelist():
        code = compile(sources.read(name), f"/{name}", "exec", dont_inherit=True)
        # "Unchecked": Python in the page never looks for the source.
        compiled.writestr(f"{name}c", _code_to_hash_pyc(code, bytes(8), checked=False))
