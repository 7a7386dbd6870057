"""One file for many: what worker.js unpacks into the memory of Python in the page.

A gzip stream of a length (4 bytes, little-endian), a JSON list of [path, size] of that length, and the files.
Every browser unpacks gzip by itself; a server need not compress it, and the page need not know a format of
archives.
"""

import gzip
import json


def pack(files):
    """Return the archive of `files`, {path: bytes}; the same files give the same bytes."""
    listing = json.dumps(
        [[path, len(content)] for path, content in files.items()], separators=(",", ":")
    ).encode()
    content = b"".join([len(listing).to_bytes(4, "little"), listing, *files.values()])
    return gzip.compress(content, compresslevel=9, mtime=0)
