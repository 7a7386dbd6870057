"""What is made once for all processes of a run: the first that asks makes it, the others wait for it."""

import os
import time

import pytest

SECONDS = 600  # that making it may take on a slow and busy machine


def once(tmp_path_factory, name, make):
    """Return the folder `name`, which `make(folder)` has filled; if that failed, fail with its reason."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # the folder of the run, where every process has one of its own
    folder, said = root / name, root / f"{name}.said"
    try:
        folder.mkdir()  # succeeds in one process only
    except FileExistsError:
        wait_for(said)
    else:
        reason = "it was interrupted"
        try:
            make(folder)
            reason = ""
        except pytest.fail.Exception as failure:
            reason = str(failure)
        finally:
            write_whole(said, reason)
    if reason := said.read_text("utf-8"):
        pytest.fail(reason, pytrace=False)
    return folder


def wait_for(path):
    """Return when `path` is there."""
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        if time.monotonic() > deadline:
            pytest.fail(f"{path.name} did not come within {SECONDS} seconds", pytrace=False)
        time.sleep(0.1)


def write_whole(path, text):
    """Write the file so that nobody finds a part of it."""
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)
