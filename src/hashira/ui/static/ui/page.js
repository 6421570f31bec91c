// What scripts may add to a page that works without them. Each part looks for its markup and does nothing else.

// A summary of errors or a verdict gets the focus, so that a screen reader begins there.
document.querySelector("[data-focus]")?.focus();

// Printing: the button is hidden until something can answer it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// On a narrow screen the menu of one's work is closed at first; on a wide one it has nothing to close it by.
const wide = matchMedia("(min-width: 48rem)");
for (const menu of document.querySelectorAll("[data-menu]")) {
  menu.open = wide.matches;
  wide.addEventListener("change", () => { menu.open = wide.matches; });
}

// A counter of characters counts what the server counts: code points, and a line break as the two that are sent.
for (const counter of document.querySelectorAll("[data-count-of]")) {
  const field = document.getElementById(counter.dataset.countOf);
  const limit = Number(field?.dataset.limit);
  if (!limit) continue;
  const count = () => {
    const left = limit - [...field.value.replaceAll("\n", "\r\n")].length;
    counter.textContent = (left < 0 ? counter.dataset.over : counter.dataset.left).replace("{count}", Math.abs(left));
    counter.dataset.state = left < 0 ? "over" : "within";
  };
  field.addEventListener("input", count);
  count();
}
