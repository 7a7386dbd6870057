/* A text as words and marks, exactly as `rnnkit.text.tokenize` splits it; the steps are described there.
   The ranges are those of rnnkit/text.py, character by character. */

const HIDDEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u{e0000}-\u{e0fff}]/gu;
const OLD =
  /[\0-\u0896\u0898-\u1ace\u1b00-\uffff\u{11080}-\u{11374}\u{11400}-\u{11943}\u{2f800}-\u{2fa1d}]+/gu;
const CAPITAL = /[A-Z\u00c0-\u00d6\u00d8-\u00de]/g;
const BLANK = "\\0-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LETTER =
  "0-9a-z\\u00aa\\u00b5\\u00ba\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u167f\\u1681-\\u1fff\\u2c00-\\u2dff" +
  "\\u3040-\\ufeff\\uff10-\\uff19\\uff21-\\uff3a\\uff41-\\uff5a\\uff66-\\uffdc" +
  "\\u{10000}-\\u{1cbff}\\u{1d400}-\\u{1d7ff}\\u{1df00}-\\u{1efff}\\u{20000}-\\u{3ffff}";
const TOKEN = new RegExp(
  `n't(?![${LETTER}])|'(?:d|ll|m|re|s|ve)(?![${LETTER}])|[${LETTER}]+|[^${BLANK}]`,
  "gu", // u: a character beyond U+FFFF is one character, as in Python
);

/** @param text a string @returns its tokens, an array of strings; empty for a blank text */
function tokenize(text) {
  if (typeof text !== "string") throw new Error(`text must be a string, got ${describe(text)}`);
  const normalized = (form, some) => some.replace(OLD, (run) => run.normalize(form));
  const seen = text
    .replace(/[\u2018\u2019\u201b\u02bc]/g, "'")
    .replace(/[\u201c\u201d\u201e\u201f]/g, '"')
    .replace(HIDDEN, "");
  const small = normalized("NFD", seen).replace(CAPITAL, (letter) =>
    String.fromCharCode(letter.charCodeAt(0) + 32),
  );
  return normalized("NFC", small).replaceAll("n't", " n't").match(TOKEN) ?? [];
}
