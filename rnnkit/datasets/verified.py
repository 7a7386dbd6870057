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
    found = find_spec(package)
    if found is None or found.origin is None:
        raise FileNotFoundError(f"the package {package} is missing; repair with: {repair}")
    return read_verified(Path(found.origin).parent / file, sha256, repair)


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
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(
            f"{path.name} is not the expected data: sha256 {found[:12]}…, expected {sha256[:12]}… ({path}); "
            f"repair with: {repair}"
        )
    return content
