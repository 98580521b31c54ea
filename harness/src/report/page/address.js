
// ---- the address: every view is made from its fragment, so that an address always shows the same -----------------

let current = new URLSearchParams(location.hash.slice(1));
let timer;

/** An address with some parts changed, from nothing if not said otherwise. */
function link(changes, base = new URLSearchParams()) {
  const params = new URLSearchParams(base);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) params.delete(name);
    else params.set(name, value);
  }
  return `#${params}`;
}

/** Shows the address with some parts changed. `replace`: what was before is not worth coming back to. */
function go(changes, replace = false) {
  const to = link(changes, current);
  if (to === `#${current}`) return;
  clearTimeout(timer);
  current = new URLSearchParams(to.slice(1));
  // Browsers refuse an address that changes with every stroke of a key.
  if (replace) timer = setTimeout(() => history.replaceState(null, "", to), 200);
  else history.pushState(null, "", to);
  show();
}

/** Says something to those who do not see the page. */
const say = (text) => { document.getElementById("status").textContent = text; };

/** A table's caption, which stays in sight when the table is scrolled. */
const caption = (...children) => h("caption", {}, h("span", { class: "legend" }, children));

/** A table that scrolls by itself, by keyboard as well. */
const scrolling = (label, table) => h("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 }, table);

/** A choice among values: pairs of a value and what it is called. */
function choice(label, name, chosen, options, attributes = {}) {
  return h("label", {}, label, h("select", { name, ...attributes }, options.map(([value, text]) =>
    h("option", { value, selected: String(value) === String(chosen ?? "") }, text))));
}

/** A field for words. Each change is shown at once. */
function words(label, name, placeholder, type = "search") {
  const oninput = (event) => go({ [name]: event.target.value }, true);
  return h("label", {}, label, h("input", { type, name, placeholder, oninput, value: current.get(name) ?? "", spellcheck: "false", autocomplete: "off" }));
}

/** The filters that choose columns; the run only where there is a choice. */
function columnFilters() {
  const names = runNames();
  const onchange = (event) => go({ run: event.target.value });
  return [
    words("Engines", "engines", "all; or vm, wasmi"),
    names.length > 1 && choice("Run", "run", current.get("run"), [["", "newest of each"], ["*", "all"], ...names.map((run) => [run, titleOfRun(run)])], { onchange }),
  ];
}
