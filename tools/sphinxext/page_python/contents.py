"""What Python in the page consists of: modules by the path at which they are installed there.

Left out is what no exercise can use: servers and clients of the network, processes, old file formats, tests.
All that NumPy imports by itself stays, also `_multiarray_tests`, without which it does not start.
"""

import zipfile
from pathlib import Path, PurePosixPath

STDLIB = "lib/python3.12"
SITE = f"{STDLIB}/site-packages"

_CUT_STDLIB_NAMES = """
    __hello__ __phello__ aifc antigravity cgi cgitb chunk compileall crypt curses dbm ensurepip ftplib getpass
    http idlelib imaplib imghdr lib2to3 mailbox mailcap modulefinder msilib multiprocessing netrc nntplib
    nturl2path pickletools pipes plistlib poplib pstats pty pyclbr py_compile site-packages smtplib sndhdr
    socketserver ssl sunau tabnanny telnetlib this trace tty turtle turtledemo uu venv wave webbrowser
    wsgiref xdrlib xml xmlrpc zipapp zoneinfo"""
_CUT_STDLIB = frozenset(_CUT_STDLIB_NAMES.split())
# Text in a page comes in few of the hundred encodings.
_ENCODING_NAMES = """
    __init__ aliases ascii base64_codec charmap cp1252 cp437 hex_codec idna latin_1 punycode
    raw_unicode_escape unicode_escape utf_16 utf_16_be utf_16_le utf_32 utf_8 utf_8_sig"""
_ENCODINGS = frozenset(_ENCODING_NAMES.split())
_CUT_NUMPY = tuple(
    f"numpy/{folder}/" for folder in ("f2py", "_pyinstaller", "_core/include", "_core/lib", "doc")
)
_CUT_BINARIES = {"_operand_flag_tests", "_rational_tests", "_simd", "_struct_ufunc_tests", "_umath_tests"}
_CUT_BINARIES |= {"lapack_lite"}


def stdlib(archive):
    """Return the modules of the standard library in the zip file `archive`: {path: bytes}."""
    return {f"{STDLIB}/{name}": content for name, content in members(archive) if _is_used_stdlib(name)}


def numpy(wheel):
    """Return the modules and binaries of NumPy in the file `wheel`: {path: bytes}."""
    return {f"{SITE}/{name}": content for name, content in members(wheel) if _is_used_numpy(name)}


def rnnkit(package):
    """Return the checks of the package in the folder `package`, and what they import: {path: bytes}."""
    package = Path(package)
    files = [package / "__init__.py", package / "cells.py", package / "_validation.py"]
    files += sorted((package / "check").rglob("*.py"))
    return {f"{SITE}/rnnkit/{file.relative_to(package).as_posix()}": file.read_bytes() for file in files}


def members(archive):
    """Give the name and the bytes of every file in the zip file `archive`."""
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            if not info.is_dir():
                yield info.filename, opened.read(info)


def _is_used_stdlib(name):
    path = PurePosixPath(name)
    if path.suffix != ".py" or path.parts[0].removesuffix(".py") in _CUT_STDLIB:
        return False
    return path.parts[0] != "encodings" or path.stem in _ENCODINGS


def _is_used_numpy(name):
    path = PurePosixPath(name)
    if path.parts[0] != "numpy" or "tests" in path.parts or name.startswith(_CUT_NUMPY):
        return False
    if path.suffix == ".so":
        return path.name.split(".")[0] not in _CUT_BINARIES
    return path.suffix == ".py"
