// Python in the page: a worker of its own, so that the page stays usable whatever a learner's code does.
//
// In:  {type: "run", id, answer, check, chapter}. Loading begins with the worker.
// Out: {type: "progress", loaded, total} in bytes, {type: "ready"}, {type: "output", id, text},
//      {type: "done", id, solved, said, error: null | {text, line}, full}, {type: "failed", id?, text}: the last one.
"use strict";

const STALLED_MS = 30000; // without a byte
const PROGRESS_MS = 100;
const EMPTY_ZIP = new Uint8Array([80, 75, 5, 6, ...new Array(18).fill(0)]);
const TRY_AGAIN = "What you typed is still there; press the button to try again.";

class Failure extends Error {}

const fetchFile = self.fetch.bind(self);
const progress = { loaded: 0, total: 0, told: 0, sizes: new Map() };
let refuse; // ends the loading with a sentence
const refused = new Promise((_, reject) => (refuse = reject));
let stalled;

function tell(force) {
  const now = Date.now();
  if (!force && now - progress.told < PROGRESS_MS) return;
  progress.told = now;
  self.postMessage({ type: "progress", loaded: Math.round(progress.loaded), total: progress.total });
}

function waitForBytes() {
  clearTimeout(stalled);
  stalled = setTimeout(() => lost("no more data came"), STALLED_MS);
}

function lost(why) {
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  const where = progress.total ? `after ${mb(progress.loaded)} of ${mb(progress.total)} MB` : "at the beginning";
  refuse(new Failure(`Python could not be loaded: the download stopped ${where} (${why}). ${TRY_AGAIN}`));
}

// Every request goes through here, Pyodide's own too: it would wait for ever for a broken download.
async function counted(resource, options) {
  if (String(resource).startsWith("data:")) return fetchFile(resource, options);
  const name = new URL(resource, self.location).pathname.split("/").pop();
  const size = progress.sizes.get(name);
  waitForBytes();
  let answer;
  try {
    answer = await fetchFile(resource, options);
  } catch (error) {
    lost("no answer");
    throw error;
  }
  if (!answer.ok) {
    lost(`${name}: ${answer.status}`);
    throw new Failure(name);
  }
  if (!size) return answer;
  const reader = answer.body.getReader();
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        waitForBytes();
        progress.loaded += (value.length * size.wire) / size.bytes;
        tell();
        controller.enqueue(value);
      } catch (error) {
        lost("the connection broke off");
        controller.error(error);
      }
    },
  });
  // Some servers call it something else, and then no browser compiles it.
  const type = name.endsWith(".wasm") ? "application/wasm" : answer.headers.get("Content-Type");
  return new Response(body, { headers: { "Content-Type": type } });
}

// Pyodide would wait for ever for WebAssembly that does not compile.
function watched(compile) {
  return (...source) => {
    const compiled = compile(...source);
    compiled.catch(refuse);
    return compiled;
  };
}

// The files of an archive, as tools/sphinxext/page_python/archive.py packs them: [path, bytes].
async function unpacked(name) {
  const packed = await self.fetch(name);
  const stream = packed.body.pipeThrough(new DecompressionStream("gzip"));
  const content = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(content.buffer).getUint32(0, true);
  const list = JSON.parse(new TextDecoder().decode(content.subarray(4, 4 + length)));
  let end = 4 + length;
  return list.map(([path, size]) => [`/${path}`, content.subarray(end, (end += size))]);
}

function install(FS, files) {
  const folders = new Set();
  for (const [path, content] of files) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!folders.has(folder)) FS.mkdirTree(folder);
    folders.add(folder);
    FS.writeFile(path, content);
  }
}

function script(name) {
  try {
    importScripts(name);
  } catch (error) {
    lost(name);
    throw error;
  }
  progress.loaded += progress.sizes.get(name).wire;
  tell();
}

async function load() {
  if (typeof WebAssembly !== "object" || typeof DecompressionStream !== "function") {
    throw new Failure("This browser is too old to run Python in a page. The exercise works in the notebook.");
  }
  self.fetch = counted;
  WebAssembly.instantiateStreaming = watched(WebAssembly.instantiateStreaming);
  const { version, files } = await (await self.fetch("files.json")).json();
  for (const file of files) progress.sizes.set(file.name, file);
  progress.total = files.reduce((sum, file) => sum + file.wire, 0);
  tell(true);
  const archives = files.filter((file) => file.name.endsWith(".bin")).map((file) => unpacked(file.name));
  for (const archive of archives) archive.catch(refuse);
  script("pyodide.js");
  script("pyodide.asm.js");
  const lock = JSON.stringify({ info: { version }, packages: {} });
  const python = await self.loadPyodide({
    indexURL: "./",
    // All modules lie in folders; Pyodide still wants its zip file.
    stdLibURL: URL.createObjectURL(new Blob([EMPTY_ZIP])),
    lockFileURL: `data:application/json,${encodeURIComponent(lock)}`,
    fsInit: async (FS) => {
      for (const archive of archives) install(FS, await archive);
      clearTimeout(stalled);
    },
    stdin: () => null,
    stdout: () => {},
    stderr: () => {},
  });
  const run = python.runPython("from rnnkit.check.in_page import run_as_json; run_as_json");
  progress.loaded = progress.total;
  tell(true);
  self.postMessage({ type: "ready" });
  return run;
}

function sentence(error) {
  if (error instanceof Failure) return error.message;
  return `Python could not start in this browser (${String(error).split("\n")[0]}). ${TRY_AGAIN}`;
}

let broken = "";
const loading = Promise.race([load(), refused]);
loading.catch((error) => {
  clearTimeout(stalled);
  broken = sentence(error);
  self.postMessage({ type: "failed", text: broken });
});

self.onmessage = async ({ data }) => {
  const { id, answer, check, chapter } = data;
  let run;
  try {
    run = await loading;
  } catch {
    return; // said above
  }
  if (broken) return void self.postMessage({ type: "failed", id, text: broken });
  try {
    const send = (text) => self.postMessage({ type: "output", id, text });
    self.postMessage({ type: "done", id, ...JSON.parse(run(answer, check, chapter, send)) });
  } catch (error) {
    // Not an error of the code, which comes back in words: the stack or the memory of WebAssembly itself is broken.
    const why = String(error).split("\n")[0];
    broken = `Python broke down while it ran your code (${why}). Does something call itself without end? ${TRY_AGAIN}`;
    self.postMessage({ type: "failed", id, text: broken });
  }
};
