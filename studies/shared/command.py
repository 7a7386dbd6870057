"""The command line of a study that trains for long: an interrupted run continues."""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import torch

from rnnkit import results


def run(everything, arguments, *, name, command, about, few, seeds, settings=None, data=None):
    """Run a study and write data/results/NAME.json; with --quick only show that everything runs.

    everything: function (quick, folder) -> what was measured, a dict, and the seconds of an earlier run. It
        keeps trained networks in the folder, which lies in the system's temporary one and goes in the end;
        None with --quick.
    arguments: the command line; None for that of the process.
    about: the docstring of the study, whose first line is shown by --help. few: what --quick takes.
    settings: what stands before the results in the file, a dict. command, seeds, data: as in `results.save`.
    """
    parser = argparse.ArgumentParser(prog=command, description=about.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{few}, writes nothing")
    quick = parser.parse_args(arguments).quick
    torch.set_num_threads(1)
    begin = time.process_time()  # of this process: others on the machine do not count
    folder = None if quick else Path(tempfile.gettempdir()) / f"rnnkit_{name}"
    found, earlier = everything(quick, folder)
    if quick:
        print("a quick run: nothing was written")
        return
    content = found if settings is None else {"settings": settings, **found}
    path = results.save(
        name, content, command=command, seeds=seeds, seconds=earlier + time.process_time() - begin, data=data
    )
    shutil.rmtree(folder)
    print(f"written: {path.name}")
