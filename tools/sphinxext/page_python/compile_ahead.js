// Usage: node compile_ahead.js PYODIDE VERSION PROGRAM SOURCES COMPILED
// Starts the Pyodide in the folder PYODIDE and runs the Python file PROGRAM, which makes of the zip file SOURCES the
// zip file COMPILED.
const fs = require("node:fs");
const path = require("node:path");

async function main(pyodide, version, program, sources, compiled) {
  const { loadPyodide } = require(path.join(pyodide, "pyodide.js"));
  // Pyodide wants a list of packages, and stops if it is not of its own version.
  const lock = path.join(path.dirname(compiled), "pyodide-lock.json");
  fs.writeFileSync(lock, JSON.stringify({ info: { version }, packages: {} }));
  const python = await loadPyodide({ indexURL: pyodide, lockFileURL: lock });
  python.FS.writeFile("/sources.zip", fs.readFileSync(sources));
  python.runPython(fs.readFileSync(program, "utf8"));
  fs.writeFileSync(compiled, python.FS.readFile("/compiled.zip"));
}

main(...process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(String(error));
    process.exit(1);
  },
);
