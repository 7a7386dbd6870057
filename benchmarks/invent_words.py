"""How fast a page invents words: `python -m benchmarks.invent_words`, about a minute.

The script of InventWords in Chromium, and `rnnkit.models.generating.generate` on the same network in PyTorch,
write the same 1,000 words in turn, one letter after the other, each on one thread. Both count the time of the
processor. Writes data/results/invent_words_speed.json. With --quick each writes 20 words, and nothing is
stored.
"""

import argparse
import json
import os
import shutil
import time

import numpy as np
from playwright.sync_api import sync_playwright
from tqdm import tqdm

from benchmarks import timing
from rnnkit import language, results
from rnnkit.language import END, WORDS
from rnnkit.models.generating import generate
from rnnkit.widgets.base.scripts import script_source
from rnnkit.widgets.base.weights import read_weights
from rnnkit.widgets.invent_words.figure import NAME
from rnnkit.widgets.invent_words.network import MOST

COMMAND = "python -m benchmarks.invent_words"
ROUNDS = 10
COUNT = 1000  # words
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A page knows the states after beginnings that it has read, but each round begins with none.
WRITE = """
const settings = { prefix: "", temperature: 1, top_k: SYMBOLS.length };
globalThis.prepare = (weights) => { globalThis.reader = unpacked(weights); };
globalThis.invent = (first, count) => {
  reader.known.clear();
  return Array.from({ length: count }, (_, k) => write(newWord(first + k), MOST, settings, reader).letters);
};"""


def in_torch(model, first, count):
    """Return `count` words that PyTorch writes, with the seeds from `first` on, and the seconds."""
    clock = getattr(time, timing.CLOCK)
    start = clock()
    words = [
        WORDS.decode(generate(model, WORDS.encode(END), end=0, most=MOST, seed=seed).symbols)
        for seed in range(first, first + count)
    ]
    return words, clock() - start


def in_page(page, metrics, first, count):
    """Return the same of the page."""
    start = metrics()
    words = page.evaluate("([first, count]) => invent(first, count)", [first, count])
    return words, metrics() - start


def run(chromium, rounds, count):
    """Let both write `count` words `rounds` times, in turn, and return what was measured."""
    weights = read_weights(NAME)
    model, seconds, same = language.load("words")[0].float(), {"page": [], "torch": []}, []
    page = chromium.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})  # time of the processor

    def metrics():
        found = session.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in found if metric["name"] == "TaskDuration")

    page.evaluate(f"weights => {{ {script_source('invent_words')}\n{WRITE}\nprepare(weights); }}", weights)
    in_page(page, metrics, 0, count)  # the first round compiles
    in_torch(model, 0, min(count, 20))
    for turn in tqdm(range(rounds), disable=None, desc="words"):
        written = {}
        for way in ("page", "torch")[:: 1 if turn % 2 else -1]:
            first = turn * count
            found = in_page(page, metrics, first, count) if way == "page" else in_torch(model, first, count)
            written[way], taken = found
            seconds[way].append(taken)
        same.append(np.mean([a == b for a, b in zip(*written.values(), strict=True)]))
    page.close()
    return {
        "rounds": rounds,
        "words": count,
        "hidden_size": model.rnn.hidden_size,
        "chromium": chromium.version,
        "share of equal words": float(np.mean(same)),
        "seconds": {way: timing.quartiles(np.array(of)) for way, of in seconds.items()},
        "page over torch": timing.quartiles(np.divide(seconds["page"], seconds["torch"])),
    }


def main(arguments=None):
    """Compare both, print what each needs, and store the results."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 words once; writes no file")
    quick = parser.parse_args(arguments).quick
    start = time.perf_counter()
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with timing.one_core(), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        content = run(chromium, *((1, 20) if quick else (ROUNDS, COUNT)))
        chromium.close()
    print(json.dumps(content, indent=1))
    if quick:
        print("Quick run: nothing was written.")
    else:
        seconds = time.perf_counter() - start
        path = results.save("invent_words_speed", content, command=COMMAND, seeds=[0], seconds=seconds)
        print("Wrote", path)


if __name__ == "__main__":
    main()
