/* Which words exist: the packed list of rnnkit/language/dictionary.py, of which only what is asked for is unpacked. */

const unpackedParts = new WeakMap(); // by dictionary: its words so far, by their beginning

/** @returns whether `word` is in the list `dictionary` */
function exists(word, dictionary) {
  if (!unpackedParts.has(dictionary)) unpackedParts.set(dictionary, new Map());
  const parts = unpackedParts.get(dictionary);
  const beginning = word.slice(0, 2);
  if (!parts.has(beginning)) {
    const packed = Object.hasOwn(dictionary, beginning) ? dictionary[beginning] : "";
    parts.set(beginning, wordsIn(packed));
  }
  return parts.get(beginning).has(word.slice(2));
}

function wordsIn(packed) {
  const words = new Set();
  let word = "";
  for (const [, shared, rest] of packed.matchAll(/([A-Z])([a-z]*)/g)) {
    word = word.slice(0, shared.charCodeAt(0) - 65) + rest;
    words.add(word);
  }
  return words;
}
