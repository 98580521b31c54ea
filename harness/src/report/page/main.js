
// ---- main: switches views, handles keys and the theme -------------------------------------------------------------

const VIEWS = { matrix, directives, compare, history: past, runs };

const main = document.getElementById("main");
const root = document.documentElement;

/** The current view, the address of the last one, and the scroll positions of views that were left. */
let view = null;
let left = null;
const places = new Map();

function show() {
  const wanted = Object.hasOwn(VIEWS, current.get("view")) ? current.get("view") : "matrix";
  const next = VIEWS[wanted];
  const before = view;
  if (next.rows && !rows) {
    main.replaceChildren(h("p", { class: "note" }, "Loading the rows…"));
    view = null;
  } else if (next === view && next.refresh) {
    next.refresh(current);
  } else {
    const focus = focused();
    if (left !== null) places.set(left, scrolled());
    main.replaceChildren(...next.build(current).filter(Boolean));
    view = next;
    focus(before === next);
    if (before !== next) restore(places.get(`#${current}`));
  }
  left = `#${current}`;
  for (const entry of document.querySelectorAll("nav a")) {
    if (entry.getAttribute("href") === `#view=${wanted}`) entry.setAttribute("aria-current", "page");
    else entry.removeAttribute("aria-current");
  }
  document.title = `${next.title} - wassay`;
  root.dataset.view = wanted;
}

/** Returns a function that restores the focus to the same field, or moves it to the beginning of a new view. */
function focused() {
  const { name, selectionStart } = document.activeElement ?? {};
  return (same) => {
    const again = same && name && main.querySelector(`[name="${CSS.escape(name)}"]`);
    if (!again) {
      if (view && document.activeElement === document.body && root.dataset.view) main.focus({ preventScroll: true });
      return;
    }
    again.focus();
    if (again.type === "search") again.setSelectionRange(selectionStart, selectionStart);
  };
}

/** Returns the scroll positions of the page and its tables, and the link with the focus. */
function scrolled() {
  const boxes = [...main.querySelectorAll(".scroll")].map((box) => [box.scrollLeft, box.scrollTop]);
  return { top: scrollY, boxes, href: lastFocus };
}

function restore(place) {
  scrollTo(0, place?.top ?? 0);
  if (!place) return;
  main.querySelectorAll(".scroll").forEach((box, at) => box.scrollTo(...(place.boxes[at] ?? [0, 0])));
  const link = place.href && main.querySelector(`a[href="${CSS.escape(place.href)}"]`);
  link?.focus({ preventScroll: true });
}

/** The link that had the focus last. A link loses the focus when it is followed, before its view is left. */
let lastFocus = null;
main.addEventListener("focusin", (event) => { lastFocus = event.target.getAttribute("href"); });

window.addEventListener("hashchange", () => {
  if (location.hash === `#${current}`) return;
  clearTimeout(timer);
  current = new URLSearchParams(location.hash.slice(1));
  show();
});

document.addEventListener("keydown", (event) => {
  const search = main.querySelector("[name=q], [name=engines]");
  if (event.key === "/" && search && !event.target.matches("input, select")) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && event.target.closest?.("#list, #detail")) search?.focus();
});

// The skip link must not change the address, which belongs to the views.
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const theme = document.getElementById("theme");

function paint(kept) {
  if (kept) root.dataset.theme = kept;
  theme.textContent = (root.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark" ? "Light" : "Dark";
  theme.setAttribute("aria-label", `${theme.textContent} theme`);
}

theme.addEventListener("click", () => {
  paint(theme.textContent.toLowerCase());
  try { localStorage.setItem("wassay-theme", root.dataset.theme); } catch { /* a page from a file may have no storage */ }
});
prefersDark.addEventListener("change", () => paint());
isNarrow.addEventListener("change", () => view === directives && directives.list.draw());

/** Unpacks a part of the data, uses it, and records the time. */
async function take(part, use) {
  use(await unpack(part));
  root.dataset[part] = Math.round(performance.now());
}

async function begin() {
  let kept = null;
  try { kept = localStorage.getItem("wassay-theme"); } catch { /* as above */ }
  paint(kept);
  await take("overview", takeOverview);
  show();
  if (document.readyState === "loading") await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  await take("rows", takeRows);
  if (VIEWS[current.get("view")]?.rows) show();
  await take("sources", (unpacked) => { sources = unpacked; });
  if (view === directives) {
    // Source texts are searched too, so the search is repeated.
    directives.asked = null;
    directives.refresh(current);
  }
  root.dataset.ready = "";
}

begin().catch((error) => {
  main.replaceChildren(h("p", { class: "note", role: "alert" }, `This page cannot be shown: ${error.message}. It needs a browser of 2023 or later. The file conformance.csv in the report folder has the same rows.`));
  throw error;
});
