/* The browser's own voice. It cannot read phones, only letters: it gets a respelling, which the figure shows. */

/** @returns an English voice that computes on this machine, or undefined: nothing that is typed may leave it */
function localVoice() {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  return voices.find(({ localService, lang }) => localService && /^en\b/i.test(lang));
}

/** A button that lets the browser read what `follow` was given last; shut where there is no voice on this machine,
 *  or no phone to read.
 *  @returns {element, stop, follow} */
function voiceButton() {
  const { element } = button("Say it", () => {
    const said = new SpeechSynthesisUtterance(spelling);
    said.voice = localVoice();
    said.lang = said.voice.lang;
    speechSynthesis.cancel(); // what it is still saying
    speechSynthesis.speak(said);
  });
  let spelling = "";
  const note = make("span", { class: "say-voice" });
  element.prepend(note);
  const show = () => {
    const found = localVoice() !== undefined;
    const reads = spelling ? `Your browser's voice reads “${spelling}”` : "There is nothing to read";
    element.querySelector("button").disabled = !found || !spelling;
    setText(note, found ? reads : "No voice on this machine");
  };
  globalThis.speechSynthesis?.addEventListener?.("voiceschanged", show); // they may come late
  show();
  return {
    element,
    stop: () => globalThis.speechSynthesis?.removeEventListener?.("voiceschanged", show),
    follow(text) {
      spelling = text;
      show();
    },
  };
}
