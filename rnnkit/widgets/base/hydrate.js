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

const ownAddress = document.currentScript?.src;

/** Load _static/weights/NAME.js, which calls rnnWeights("NAME", weights): a script, since file:// has no fetch.
 *  @returns promise of the weights */
function loadWeights(name) {
  const arrived = (globalThis.rnnWeightsArrived ??= {});
  globalThis.rnnWeights ??= (key, weights) => (arrived[key] = weights);
  return new Promise((resolve, reject) => {
    const script = make("script", { src: new URL(`../weights/${name}.js`, ownAddress).href });
    const fail = () => reject(new Error(`its weights (weights/${name}.js) could not be loaded`));
    script.addEventListener("error", fail);
    script.addEventListener("load", () => (name in arrived ? resolve(arrived[name]) : fail()));
    document.head.append(script);
  });
}

/** Call `action` once, when `el` comes near the window. */
function whenNear(el, action) {
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      action();
    },
    { rootMargin: "50%" },
  );
  watcher.observe(el);
}

function hydrate(module, figure) {
  for (const el of document.querySelectorAll(`.rnn-widget[data-module="${module}"]`)) {
    const { weights, later } = el.dataset;
    const start = (props) => {
      const model = localModel(props);
      figure.render({ model, el });
      for (const [trait, name] of Object.entries(JSON.parse(later ?? "{}"))) {
        const set = (value) => model.set(trait, value);
        whenNear(el, () => loadWeights(name).then(set, () => set(null)));
      }
    };
    let props;
    try {
      props = JSON.parse(el.dataset.props ?? "");
    } catch {
      props = undefined;
    }
    if (props === null || typeof props !== "object" || Array.isArray(props)) {
      showProblem(el, "its settings (data-props) are not an object in JSON");
    } else if (weights === undefined) {
      start(props);
    } else {
      const load = () => loadWeights(weights).then((weights) => start({ ...props, weights }));
      whenNear(el, () => load().catch((error) => showProblem(el, error.message)));
    }
  }
}
