"""Execute chapters and store them: `python tools/run_notebook.py chapters/01_rnn_basics.ipynb [--check]`.

What is written is the canonical form: two runs on one machine give the same bytes. `--check` compares with
what is stored instead of writing, and ends with status 1 and the differences if there are any. A chapter that
fails stays as it was.
"""

import argparse
import difflib
import os
import re
import sys
import tempfile
from pathlib import Path

import ipykernel.kernelspec
from canonical import NotebookError, canonical, read, text_of
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from tqdm import tqdm

from rnnkit._files import write_atomically

CELL_TIMEOUT = 600  # seconds
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
DIFF_LINES, DIFF_WIDTH = 40, 160
# Said to the kernel before the first cell: write down what fails, also where a magic hides it.
TELL = (
    "get_ipython().events.register('post_run_cell', lambda result: result.success or "
    "open({!r}, 'a', encoding='utf-8').write(repr(result.error_before_exec or result.error_in_exec)))"
)


class _ThisPython(KernelSpecManager):
    """Finds one kernel: the interpreter that runs this program, whatever else is installed for the user."""

    def get_kernel_spec(self, kernel_name):
        return self.kernel_spec_class(
            resource_dir=ipykernel.kernelspec.RESOURCES, **ipykernel.kernelspec.get_kernel_dict()
        )


def execute(path, environment=None, title=None):
    """Execute a notebook file in its own folder and return it in canonical form; nothing is written.

    environment: variables for the kernel beside the fixed ones (one thread, fixed hash seed, seed 0).
    title: what stands before the progress bar; None for the name of the file.

    Raises NotebookError, with chapter, cell and source line, if the file is not a notebook or a cell fails.
    """
    path = Path(path)
    notebook = read(path)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    steps = sum(bool(cell.source.strip()) for cell in cells)  # nbclient passes over empty cells
    for cell in cells:
        cell.update(outputs=[], execution_count=None)
    variables = {key: value for key, value in os.environ.items() if not key.startswith("RNNKIT_")}
    variables.update(dict.fromkeys(THREADS, "1"), PYTHONHASHSEED="0")
    variables["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    variables.update(environment or {})
    started = []

    def executed(cell, cell_index, execute_reply):
        """Go on, unless something failed of which the kernel did not tell, such as a cell in %%capture."""
        bar.update()
        if failures.exists() and execute_reply["content"]["status"] == "ok":
            raise _HiddenFailureError(failures.read_text(encoding="utf-8"))
        failures.unlink(missing_ok=True)

    with (
        tqdm(total=steps, desc=title or path.name, unit="cell", file=sys.stderr) as bar,
        tempfile.TemporaryDirectory() as sockets,
    ):
        failures = Path(sockets, "failures")
        manager = AsyncKernelManager(kernel_spec_manager=_ThisPython())
        if os.name == "posix":  # talk through files that only this user can open, not through open ports
            manager.transport, manager.ip = "ipc", str(Path(sockets, "kernel"))
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=CELL_TIMEOUT,
            resources={"metadata": {"path": str(path.parent)}},
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
            on_cell_execute=lambda cell, cell_index: started.append(cell_index),
            on_cell_executed=executed,
            extra_arguments=[f"--IPKernelApp.exec_lines={TELL.format(str(failures))}"],
        )
        try:
            client.execute(env=variables, cleanup_kc=True)
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
            raise NotebookError(_explain(path, notebook, started, error)) from None
    return canonical(notebook)


class _HiddenFailureError(RuntimeError):
    """A cell that failed although the kernel calls it well."""


def _explain(path, notebook, started, error):
    """Say where the execution stopped: chapter, cell, source line, and the traceback without colours."""
    if not started:
        return f"{path}: the kernel did not start: {error}"
    index = started[-1]
    where = f"{path}: cell {index + 1} (In [{len(started)}])"
    if isinstance(error, CellTimeoutError):
        return f"{where} took more than {CELL_TIMEOUT} s"
    if isinstance(error, _HiddenFailureError):
        return f"{where} failed, and hides it (by %%capture?): {error}"
    if not isinstance(error, CellExecutionError):
        return f"{where}: the kernel died (out of memory?): {error}"
    trace = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback).split("------------------\n")[-1].strip()
    line = re.search(rf"Cell In\[{len(started)}\], line (\d+)", trace)
    if line:
        # Python ends a line at a line feed; str.splitlines does so at U+2028 and others too
        source = notebook.cells[index].source.split("\n")[int(line[1]) - 1].strip()
        where += f", line {line[1]}: {source}"
    return f"{where}\n{error.ename}: {error.evalue}\n\n{trace}"


def _difference(path, stored, new):
    """Return the first lines in which two texts differ."""
    lines = list(
        difflib.unified_diff(stored.splitlines(), new.splitlines(), "stored", "new", lineterm="", n=1)
    )
    shown = [line if len(line) <= DIFF_WIDTH else line[:DIFF_WIDTH] + "…" for line in lines[:DIFF_LINES]]
    if len(lines) > DIFF_LINES:
        shown.append(f"… and {len(lines) - DIFF_LINES} more lines")
    return "\n".join([f"{path} differs from what is stored:", *shown])


def main(arguments=None):
    """Execute the chapters named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Execute chapters and store them in one canonical form.")
    parser.add_argument("chapters", nargs="+", type=Path, metavar="chapters/NN_name.ipynb")
    parser.add_argument("--check", action="store_true", help="compare with what is stored, write nothing")
    options = parser.parse_args(arguments)
    failed = False
    for path in options.chapters:
        try:
            text = text_of(execute(path))
        except NotebookError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        stored = path.read_text(encoding="utf-8")
        if options.check and text != stored:
            print(_difference(path, stored, text))
            failed = True
        elif text != stored:
            write_atomically(path, text)
            print(f"{path}: written")
        else:
            print(f"{path}: unchanged")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
