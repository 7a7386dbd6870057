"""How soon Python in the page answers: the book's set of files against plain Pyodide with the same packages.

`python -m benchmarks.page_python` starts both in Chromium in turn, some minutes, and writes
data/results/page_python.json: seconds from the press of a button to the first answer, in a new browser
(cold), in one that has the files (warm), and of the next run of the same worker (rerun). The server is on
this machine. With --quick each starts once and nothing is written.
"""

import argparse
import gzip
import io
import json
import os
import shutil
import tempfile
import threading
import time
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright
from tqdm import tqdm

from benchmarks import timing
from rnnkit import results
from tools.sphinxext.page_python import contents, engine
from tools.sphinxext.page_python.fetch import cache_folder, fetch
from tools.sphinxext.page_python.lock import read_lock

COMMAND = "python -m benchmarks.page_python"
ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 10
WAYS = {"book": "book/worker.js", "plain Pyodide": "plain/page_python.js"}
MEASURES = ("cold", "warm", "rerun")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MESSAGE = {
    "type": "run",
    "chapter": "basics",
    "check": "check.rnn_step(rnn_step)",
    "answer": "def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):\n"
    "    return np.tanh(x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh)\n",
}
# Two runs in one new worker; returns the seconds of both.
ASK = """([address, message]) => new Promise((resolve, reject) => {
  const seconds = [];
  let start = performance.now();
  const worker = new Worker(address);
  worker.onerror = event => reject(new Error(event.message));
  worker.onmessage = ({data}) => {
    if (data.type === "failed" || data.error) reject(new Error(JSON.stringify(data)));
    if (data.type !== "done" || !data.solved) return;
    seconds.push((performance.now() - start) / 1000);
    if (seconds.length === 2) { worker.terminate(); resolve(seconds); return; }
    start = performance.now();
    worker.postMessage(message);
  };
  worker.postMessage(message);
})"""


class Handler(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def served(folder):
    """Serve the files in `folder`; give their address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def write_ways(folder):
    """Write the files of both ways to `folder`; return the bytes of each that go through the network."""
    part = read_lock()["python"]
    fetched = fetch(part)
    engine.write_engine(part, fetched, ROOT / "rnnkit", folder / "book", cache_folder())
    plain = folder / "plain"
    plain.mkdir()
    for file in part.files:
        shutil.copy(fetched / file.name, plain)
    shutil.copy(Path(__file__).with_suffix(".js"), plain)
    (plain / "rnnkit.zip").write_bytes(zipped(contents.rnnkit(ROOT / "rnnkit")))
    (plain / "pyodide-lock.json").write_text(json.dumps(pyodide_lock(part)), encoding="utf-8")
    (folder / "index.html").write_text("<!doctype html><title>Python</title>", encoding="utf-8")
    return {way: sum(map(on_the_wire, (folder / WAYS[way]).parent.iterdir())) for way in WAYS}


def zipped(tree):
    """Return the modules in `tree`, which lie in site-packages, as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for path, content in tree.items():
            opened.writestr(path.removeprefix(f"{contents.SITE}/"), content)
    return buffer.getvalue()


def pyodide_lock(part):
    """Return the list of packages that plain Pyodide needs to load NumPy."""
    wheel = next(file for file in part.files if file.name.startswith("numpy-"))
    package = {"name": "numpy", "version": wheel.name.split("-")[1], "file_name": wheel.name}
    package |= {"install_dir": "site", "sha256": wheel.sha256, "package_type": "package"}
    package |= {"imports": ["numpy"], "depends": [], "unvendored_tests": False}
    info = {"version": part.version, "arch": "wasm32", "platform": "emscripten_3_1_58", "python": "3.12.7"}
    return {"info": info, "packages": {"numpy": package}}


def on_the_wire(path):
    """Return how many bytes of a file a server sends: it compresses scripts, WebAssembly and JSON."""
    content = path.read_bytes()
    packed = path.suffix in (".zip", ".whl", ".bin")
    return len(content) if packed else len(gzip.compress(content, compresslevel=6, mtime=0))


def run(rounds):
    """Start each way `rounds` times, in turn, and return what was measured."""
    found = {way: {measure: [] for measure in MEASURES} for way in WAYS}
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with tempfile.TemporaryDirectory() as room, served(room) as address, sync_playwright() as playwright:
        megabytes = {way: size / 1e6 for way, size in write_ways(Path(room)).items()}
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for turn in tqdm(range(rounds), disable=None, desc="page"):
            for way in list(WAYS)[:: 1 if turn % 2 else -1]:
                context = chromium.new_context()
                page = context.new_page()
                page.goto(address)
                for measure in ("cold", "warm"):
                    first, again = page.evaluate(ASK, [address + WAYS[way], MESSAGE])
                    found[way][measure].append(first)
                    found[way]["rerun"].append(again)
                context.close()
        version = chromium.version
        chromium.close()
    part = read_lock()["python"]
    return {
        "rounds": rounds,
        "versions": {"chromium": version, "pyodide": part.version, "numpy": numpy_version(part)},
        "megabytes": megabytes,
        "seconds": {
            way: {m: timing.quartiles(np.array(v)) for m, v in of.items()} for way, of in found.items()
        },
        "book over plain Pyodide": {
            measure: timing.quartiles(np.divide(found["book"][measure], found["plain Pyodide"][measure]))
            for measure in MEASURES
        },
    }


def numpy_version(part):
    """Return the version of NumPy in the page."""
    return pyodide_lock(part)["packages"]["numpy"]["version"]


def main(arguments=None):
    """Compare the ways, print what each needs, and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="each starts once; writes no file")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    content = run(1 if options.quick else ROUNDS)
    for way, measures in content["seconds"].items():
        times = " ".join(f"{measure} {quartiles[1]:.2f} s" for measure, quartiles in measures.items())
        print(f"{way:14} {content['megabytes'][way]:.2f} MB, {times}")
    shares = content["book over plain Pyodide"].items()
    print("book over plain Pyodide:", " ".join(f"{measure} {share[1]:.2f}" for measure, share in shares))
    if options.quick:
        print("Quick run: nothing was written.")
    else:
        seconds = time.perf_counter() - start
        print("Wrote", results.save("page_python", content, command=COMMAND, seeds=[], seconds=seconds))


if __name__ == "__main__":
    main()
