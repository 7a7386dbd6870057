// Formulas and tables that are wider than the screen scroll by themselves. A reader without a mouse needs to reach
// them by the Tab key to scroll them; those that fit are no stop on the way.
{
  const scrollers = ".math-formula, .output.text_html, .pst-scrollable-table-container";
  const update = () => {
    for (const box of document.querySelectorAll(scrollers)) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  addEventListener("load", update);
  addEventListener("resize", update);
}

// A link may lead into a folded section.
{
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const box = target?.closest("details.deeper") ?? target?.querySelector(":scope > details.deeper");
    if (box && !box.open) {
      box.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("load", open);
  addEventListener("hashchange", open);
}
