/* On a page without a kernel: gives each figure a model with anywidget's interface, made of its data-props. */

function localModel(props) {
  const listeners = new Map();
  const call = (event) => listeners.get(event)?.forEach((listener) => listener());
  return {
    get: (name) => props[name],
    set(name, value) {
      if (props[name] === value) return;
      props[name] = value;
      call(`change:${name}`);
      call("change");
    },
    save_changes() {}, // there is nobody to tell
    on(event, listener) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event).add(listener);
    },
    off(event, listener) {
      listeners.get(event)?.delete(listener);
    },
  };
}

function hydrate(module, figure) {
  for (const el of document.querySelectorAll(`.rnn-widget[data-module="${module}"]`)) {
    let props;
    try {
      props = JSON.parse(el.dataset.props ?? "");
    } catch {
      props = undefined;
    }
    if (props === null || typeof props !== "object" || Array.isArray(props)) {
      showProblem(el, "its settings (data-props) are not an object in JSON");
    } else {
      figure.render({ model: localModel(props), el });
    }
  }
}
