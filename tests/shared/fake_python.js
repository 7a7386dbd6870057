// Stands for Python in tests of the page: it speaks the same messages, and does what the answer's comments ask for.
// `mode` comes from exercise_pages.py: "lost" ends at half of the download, "mute" says nothing, "" loads.
const SIZE = 8_900_000;
const post = (message) => postMessage(message);
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function load() {
  if (mode === "mute") return;
  for (const part of [0.1, 0.5, 1]) {
    if (mode === "lost" && part > 0.5) return post({ type: "failed", text: "The connection was lost at 50 %." });
    post({ type: "progress", loaded: SIZE * part, total: SIZE });
    await wait(20);
  }
  post({ type: "ready" });
}

onmessage = async ({ data: { id, answer, check, chapter } }) => {
  const said = `${chapter}: ${check}\n`;
  const done = (solved, error = null) => post({ type: "done", id, solved, said, error, full: answer.includes("# full") });
  if (answer.includes("# crash")) setTimeout(() => { throw Error("out of memory"); });
  else if (answer.includes("# loop")) for (;;);
  else if (answer.includes("# many")) {
    for (let k = 0; k < 1000; k++) post({ type: "output", id, text: `${k}\n`.repeat(10) });
    done(false);
  } else if (answer.includes("# error")) {
    const line = answer.split("\n").findIndex((text) => text.includes("# error")) + 1;
    done(null, { text: `Line ${line}: NameError: name 'hh' is not defined`, line });
  } else done(answer.includes("return"));
};

load();
