// What this browser has solved, shown at the exercises, in the sidebar and on the cards of the landing page.

function courseElement(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const courseMarks = (() => {
  const table = JSON.parse(document.getElementById("course-exercises")?.textContent ?? "{}");
  const home = new URL(document.documentElement.dataset.content_root ?? "./", location.href);
  const labelsAt = new Map(
    Object.entries(table).map(([page, labels]) => [new URL(`${page}.html`, home).pathname, labels]),
  );
  const places = ".bd-links li > a[href], .sd-card a.sd-stretched-link[href]";

  // Let `parent` end with a span of this class and text; an empty text removes it.
  function mark(parent, name, text) {
    const old = parent.querySelector(`:scope > .${name}`);
    if (!text) old?.remove();
    else if (old?.textContent !== text) (old ?? parent.appendChild(courseElement("span", { class: name }))).textContent = text;
  }

  function show() {
    const solved = courseStore.all("solved");
    for (const link of document.querySelectorAll(places)) {
      const labels = labelsAt.get(new URL(link.href).pathname);
      if (!labels) continue;
      const count = labels.filter((label) => solved[label]).length;
      const card = link.closest(".sd-card")?.querySelector(".sd-card-body");
      const text = count ? `${count} of ${labels.length}` : "";
      mark(card ?? link, "try-count", card && text ? `${text} exercises solved` : text);
    }
    for (const label of labelsAt.get(location.pathname) ?? []) {
      const title = document.getElementById(label)?.querySelector(".admonition-title");
      if (title) mark(title, "try-solved", solved[label] ? "✓ solved in this browser" : "");
    }
  }

  courseStore.watch(show);
  show();
  return { labels: Object.values(table).flat() }; // of all exercises of the book
})();
