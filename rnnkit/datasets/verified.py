"""Bytes of data files, compared with their known fingerprint before anybody uses them."""

import gzip
import hashlib
import zlib
from importlib.util import find_spec
from pathlib import Path

from rnnkit import _places


def read_committed(name, sha256):
    """Return the bytes of the file `name` of the folder data; sha256 and errors as in `read_verified`."""
    return read_verified(_places.DATA / name, sha256, repair=f"git checkout -- data/{name}")


def read_installed(package, file, sha256, repair):
    """Return the bytes of a file that comes with an installed package, which is not imported.

    A file of that name in data/local comes first: there a copy lies when the package is to be had no more.

    package: the name under which it would be imported. file: the file's path in it. sha256, repair, and what
    is raised: as in `read_verified`; FileNotFoundError too if the package is missing.
    """
    repair += " (or put a good copy of the file into data/local)"
    own = _places.DATA / "local" / Path(file).name
    if own.is_file():
        return read_verified(own, sha256, repair)
    return read_verified(_home(package, repair) / file, sha256, repair)


def read_installed_folder(package, folder, wanted, sha256, repair):
    """Return {name: bytes} of files of a folder that comes with an installed package, in the order of names.

    A folder of that name in data/local comes first, as in `read_installed`, which also says what is raised.

    wanted: function of a file's name that says whether to read it. sha256: of all of them, each as its name,
    a zero byte, its content and a zero byte.
    """
    repair += " (or put good copies of the files into a folder of that name in data/local)"
    path = _places.DATA / "local" / Path(folder).name
    if not path.is_dir():
        path = _home(package, repair) / folder
    if not path.is_dir():
        raise _places.missing(path, f"repair with: {repair}")
    files = {one.name: one.read_bytes() for one in sorted(path.iterdir()) if wanted(one.name)}
    parts = [part for name, content in files.items() for part in (name.encode(), content)]
    _compare(path, b"".join(part + b"\0" for part in parts), sha256, repair)
    return files


def read_verified(path, sha256, repair):
    """Return the bytes of a file after comparing them with their known fingerprint.

    path: the file; if its name ends in .gz, it is unpacked. sha256: of the unpacked bytes, as 64 hexadecimal
    digits, so that packing the same data again does no harm. repair: the command that brings a good copy,
    shown to the reader if this one is bad.

    Raises FileNotFoundError if there is no such file, ValueError if it is damaged or differs.
    """
    path = Path(path)
    if not path.is_file():
        raise _places.missing(path, f"repair with: {repair}")
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path.name} is damaged ({path}); repair with: {repair}") from error
    _compare(path, content, sha256, repair)
    return content


def _home(package, repair):
    """Return the folder of an installed package."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"the package {package} is missing; repair with: {repair}")
    return Path(found.origin).parent


def _compare(path, content, sha256, repair):
    """Raise ValueError if the content of a file or folder has another fingerprint."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path.name} is not the expected data: sha256 {found[:12]}…, expected {sha256[:12]}… ({path}); "
            f"repair with: {repair}"
        )
