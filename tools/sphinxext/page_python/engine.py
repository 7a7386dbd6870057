"""The set of files that runs Python in the page, in the folder _static/python/ of the book.

worker.js loads all others: Pyodide as it came, and three archives, of the standard library, NumPy and
rnnkit.check. files.json names them, with their sizes for the progress that the page shows.
"""

import gzip
import hashlib
import json
import os
import shutil
from pathlib import Path

from rnnkit._files import write_atomically

from . import archive, contents
from .compile import NotCompiled, bytecode_of, with_bytecode

HERE = Path(__file__).parent
OWN = (
    "archive.py",
    "compile.py",
    "compile_ahead.js",
    "compile_ahead.py",
)  # what the bytes of an archive follow from
KEPT = 4  # archives of one name in the cache: several copies of the project may share an environment
AS_THEY_CAME = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm")


def write_engine(part, fetched, package, folder, cache, say=print):
    """Write the set to `folder`, files.json last; where the same set lies there, do nothing.

    part: of the lock; fetched: the folder of its files; package: the folder of rnnkit; cache: the folder that
    keeps what was compiled. say: gets a line where the sources have to stand in for bytecode, a slower start.
    """
    fetched, folder = Path(fetched), Path(folder)
    trees = {
        "stdlib": contents.stdlib(fetched / "python_stdlib.zip"),
        "numpy": contents.numpy(wheel_of(part, fetched)),
        "rnnkit": contents.rnnkit(package),
    }
    own = [(HERE / name).read_bytes() for name in OWN]
    keys = {name: key_of(repr(part).encode(), *own, *items(tree)) for name, tree in trees.items()}
    worker = (HERE / "worker.js").read_bytes()
    whole = key_of(worker, *(key.encode() for key in keys.values()))
    if whole == key_in(folder):
        return
    files = {name: (fetched / name).read_bytes() for name in AS_THEY_CAME}
    try:
        files |= archives(trees, keys, part, fetched, Path(cache))
    except NotCompiled as reason:
        say(f"Python in the page starts slower, from sources, since nothing compiles them here: {reason}")
        files |= {f"{name}.bin": archive.pack(tree) for name, tree in trees.items()}
        whole = "not compiled"
    shutil.rmtree(folder, ignore_errors=True)  # of another version there may be other files
    for name, content in files.items():
        write_atomically(folder / name, content)
    write_atomically(folder / "worker.js", worker)
    write_atomically(folder / "files.json", listing(part, files, whole))


def archives(trees, keys, part, fetched, cache):
    """Return the compiled archives {"stdlib.bin": bytes, …}; made anew are those that `cache` lacks."""
    paths = {name: cache / f"{name}-{keys[name]}.bin" for name in trees}
    lacking = [name for name, path in paths.items() if not path.is_file()]
    if lacking:
        sources = {path: content for name in lacking for path, content in trees[name].items()}
        bytecode = bytecode_of(sources, fetched, part.version)
        for name in lacking:
            write_atomically(paths[name], archive.pack(with_bytecode(trees[name], bytecode)))
    found = {}
    for name, path in paths.items():
        os.utime(path)  # in use
        found[f"{name}.bin"] = path.read_bytes()
        others = sorted(cache.glob(f"{name}-*.bin"), key=lambda other: other.stat().st_mtime, reverse=True)
        for other in others[KEPT:]:
            other.unlink(missing_ok=True)
    return found


def key_in(folder):
    """Return the key of the whole set in `folder`, "" if there is none."""
    try:
        return json.loads((folder / "files.json").read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError):
        return ""


def wheel_of(part, fetched):
    """Return the path of NumPy's wheel among the files of `part` in the folder `fetched`."""
    return Path(fetched) / next(file.name for file in part.files if file.name.startswith("numpy-"))


def numpy_licence(part, fetched):
    """Return the text of NumPy's own licence, from its wheel."""
    wheel = wheel_of(part, fetched)
    folder = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    return dict(contents.members(wheel))[f"{folder}/LICENSE.txt"].decode()


def listing(part, files, key):
    """Return the bytes of files.json: what worker.js loads, with the size here and on the wire.

    Servers compress scripts and WebAssembly on the way, and leave the archives, which are compressed, as they
    are.
    """
    loaded = [
        {"name": name, "bytes": len(content), "wire": on_the_wire(name, content)}
        for name, content in files.items()
    ]
    return (json.dumps({"version": part.version, "key": key, "files": loaded}, indent=1) + "\n").encode()


def on_the_wire(name, content):
    """Return how many bytes of the file go through the network."""
    return len(content) if name.endswith(".bin") else len(gzip.compress(content, compresslevel=6, mtime=0))


def items(tree):
    """Return the paths and contents of `tree` as a list of bytes."""
    return [item for path, content in tree.items() for item in (path.encode(), content)]


def key_of(*parts):
    """Return a short name for the bytes `parts`."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()[:24]
