// Python in this page: one worker, started with the first run and kept for the others. Runs wait for each other.
//
// run({answer, check, chapter}, name, tell) calls `tell` with what happens: waiting(name of the one at work),
// loading(bytes, all), starting(), running(), slow(whether it loads), output(text), and at the end one of
// done({solved, said, error}), stopped(), failed(sentence).

function makeEngine(address) {
  const SLOW = 10_000; // milliseconds of a run, and of a download without news, after which something is said
  const runs = []; // the first is at work, the others wait
  let worker = null;
  let ready = false;
  let last = 0;
  let clock = 0;

  const cannot = () => {
    if (location.protocol === "file:")
      return (
        "Python cannot start on a page that was opened as a file. Run “make serve” in the folder of the course, or " +
        "“python -m http.server” in the folder of these pages, and open the address that it names."
      );
    if (typeof Worker !== "function" || typeof WebAssembly !== "object")
      return "This browser is too old to run Python in a page: it has no WebAssembly. A newer one can do it.";
    return "";
  };

  function start() {
    ready = false;
    try {
      worker = new Worker(address);
    } catch (error) {
      return fail(`Python could not start in this browser (${error.message}).`);
    }
    worker.addEventListener("message", ({ data }) => heard(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const reason = event.message ? ` (${event.message})` : "";
      fail(
        ready
          ? `Python broke down${reason}. Your text is safe; the next Check starts it again.`
          : `Python could not be loaded${reason}. Is the connection alive? Press Check to try again.`,
      );
    });
  }

  function end() {
    clearTimeout(clock);
    worker?.terminate();
    worker = null;
    ready = false;
  }

  function fail(sentence) {
    end();
    for (const { tell } of runs.splice(0)) tell.failed(sentence);
  }

  // Say after a while that nothing has come; news start the while anew.
  function watch(say) {
    clearTimeout(clock);
    clock = setTimeout(say, SLOW);
  }

  function begin() {
    const [run] = runs;
    if (!run) return;
    if (!worker) start();
    if (!worker) return;
    if (!ready) {
      run.tell.loading(0, 0);
      watch(() => run.tell.slow(true));
      return;
    }
    run.tell.running();
    watch(() => run.tell.slow(false));
    worker.postMessage({ type: "run", id: run.id, ...run.job });
  }

  function heard(data) {
    const [run] = runs;
    if (data.type === "ready") {
      ready = true;
      begin();
    } else if (data.type === "failed") fail(data.text);
    else if (data.type === "progress" && run && !ready) {
      watch(() => run.tell.slow(true));
      if (data.loaded < data.total) run.tell.loading(data.loaded, data.total);
      else run.tell.starting();
    } else if (run && data.id === run.id) {
      if (data.type === "output") run.tell.output(data.text);
      if (data.type === "done") {
        clearTimeout(clock);
        runs.shift();
        run.tell.done(data);
        if (data.full) {
          end(); // what Python has taken of the memory it never gives back
          start();
        }
        begin();
      }
    }
  }

  return {
    cannot,

    // Begin a run, or let it wait; return its number, which `stop` takes.
    run(job, name, tell) {
      const reason = cannot();
      if (reason) return tell.failed(reason);
      runs.push({ id: ++last, job, name, tell });
      if (runs.length === 1) begin();
      else tell.waiting(runs[0].name);
      return last;
    },

    // End a run. Python cannot be interrupted, so its worker goes, and another is made ready for the next run.
    stop(id) {
      const place = runs.findIndex((run) => run.id === id);
      if (place < 0) return;
      const [{ tell }] = runs.splice(place, 1);
      if (place === 0) {
        const wasReady = ready;
        end();
        if (wasReady || runs.length) start();
      }
      tell.stopped();
      if (place === 0) begin();
    },
  };
}
