// What a reader has done, kept in this browser under one key: answers to exercises, which of them are solved, and
// choices made in questions. Every write reads the key again first, so that two tabs do not lose each other's entries.
const courseStore = (() => {
  const KEY = "rnn-course";
  const LONGEST = 2_000_000; // characters of a file to import
  const NAME = /^[a-z][\w.:-]{0,99}$/i;
  const KINDS = {
    answers: (value) => typeof value === "string",
    solved: (value) => value === true,
    choices: (value) => Number.isInteger(value) && value >= 0,
  };
  const FORBIDDEN = "This browser keeps nothing for this page: what you do here is lost when you leave it.";
  const FULL = "The storage of this browser is full: what you do now is lost when you leave this page.";
  const DAMAGED = "What this browser had kept of the course could not be read, so it begins anew.";
  const watchers = [];
  const complainers = [];
  let pending = []; // changes that are not stored yet, as [kind, name, value]; undefined removes
  let complaint = "";
  let known = read();

  function empty() {
    return Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, Object.create(null)]));
  }

  // Take the good entries of `data`; the names of the others are handed to `refuse`.
  function taken(data, refuse) {
    const result = empty();
    for (const [kind, fits] of Object.entries(KINDS)) {
      const entries = data[kind] ?? {};
      if (typeof entries !== "object" || Array.isArray(entries)) refuse(kind);
      else
        for (const [name, value] of Object.entries(entries)) {
          if (NAME.test(name) && fits(value)) result[kind][name] = value;
          else refuse(`${kind}, ${name.slice(0, 60)}`);
        }
    }
    return result;
  }

  function written(entries) {
    return JSON.stringify({ version: 1, ...entries });
  }

  function read() {
    let text;
    try {
      text = localStorage.getItem(KEY);
    } catch {
      complain(FORBIDDEN);
    }
    if (!text) return empty();
    try {
      return taken(JSON.parse(text), () => complain(DAMAGED));
    } catch {
      complain(DAMAGED);
      return empty();
    }
  }

  function complain(sentence) {
    if (sentence === complaint) return;
    complaint = sentence;
    complainers.forEach((tell) => tell(complaint));
  }

  function refresh(elsewhere) {
    known = read();
    for (const [kind, name, value] of pending) {
      if (value === undefined) delete known[kind][name];
      else known[kind][name] = value;
    }
    if (elsewhere) watchers.forEach((tell) => tell({ elsewhere }));
  }

  // Store the pending changes on top of what is stored by now; return whether they are kept.
  function save() {
    refresh(false);
    try {
      localStorage.setItem(KEY, written(known));
      pending = [];
      if (complaint !== DAMAGED) complain("");
    } catch (error) {
      complain(error?.name === "SecurityError" || error instanceof ReferenceError ? FORBIDDEN : FULL);
    }
    watchers.forEach((tell) => tell({ elsewhere: false }));
    return pending.length === 0;
  }

  function change(changes) {
    pending = [...pending, ...changes].slice(-10_000);
    return save();
  }

  function check(kind, name) {
    if (!(kind in KINDS)) throw Error(`kind must be ${Object.keys(KINDS).join(" or ")}, got ${kind}`);
    if (!NAME.test(name)) throw Error(`name must be a label such as basics-ex-shapes, got ${name}`);
  }

  function entriesOf(data) {
    return Object.keys(KINDS).flatMap((kind) => Object.entries(data[kind]).map(([name, value]) => [kind, name, value]));
  }

  // What removes everything that is here by now.
  function removal() {
    return entriesOf(known).map(([kind, name]) => [kind, name, undefined]);
  }

  // Make the changes, and return a function that brings back what is here now.
  function undoable(changes) {
    refresh(false);
    const before = entriesOf(known);
    change(changes());
    return () => change([...removal(), ...before]);
  }

  if (typeof addEventListener === "function") {
    addEventListener("storage", (event) => (event.key === KEY || event.key === null) && refresh(true));
    addEventListener("pageshow", (event) => event.persisted && refresh(true)); // Back: other pages may have written
  }

  return {
    get(kind, name) {
      check(kind, name);
      return known[kind][name];
    },

    // Return a copy of all entries of a kind, {name: value}.
    all(kind) {
      check(kind, "any");
      return { ...known[kind] };
    },

    // Keep `value`; undefined removes it. Return whether the browser has stored it.
    set(kind, name, value) {
      check(kind, name);
      if (value !== undefined && !KINDS[kind](value)) throw Error(`${kind} cannot hold ${String(value)}`);
      return known[kind][name] === value && !pending.length ? true : change([[kind, name, value]]);
    },

    // Call `tell({elsewhere})` after every change; elsewhere: whether another tab made it.
    watch(tell) {
      watchers.push(tell);
    },

    // Call `tell(sentence)` when the browser cannot store, now or later, and `tell("")` when it can again.
    complaints(tell) {
      complainers.push(tell);
      if (complaint) tell(complaint);
    },

    // Return everything as the text of a file.
    exported() {
      return `${JSON.stringify({ version: 1, ...known }, null, 1)}\n`;
    },

    // Add the entries of such a file; what is here under the same name is replaced. Return a function that undoes it.
    // An Error, whose message is a sentence for the reader, and nothing is changed, if the file has another form.
    imported(text) {
      const refused = [];
      let data;
      try {
        if (text.length <= LONGEST) data = JSON.parse(text);
      } catch {} // no JSON: said below
      if (data?.version !== 1) throw Error("This is not a file with the progress of this course; nothing was changed.");
      const entries = entriesOf(taken(data, (name) => refused.push(name)));
      if (refused.length) throw Error(`The file is damaged (${refused[0]}); nothing was changed.`);
      return undoable(() => entries);
    },

    // Remove everything; return a function that brings it back, as long as the page is open.
    clear() {
      return undoable(removal);
    },
  };
})();
