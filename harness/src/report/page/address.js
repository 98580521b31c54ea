
// ---- address: the URL fragment is the whole state of a view, so the same address always shows the same ------------

let current = new URLSearchParams(location.hash.slice(1));
let timer;

/** Returns an address with changed parameters. The default base is empty. */
function link(changes, base = new URLSearchParams()) {
  const params = new URLSearchParams(base);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) params.delete(name);
    else params.set(name, value);
  }
  return `#${params}`;
}

/** Changes parameters of the current address and shows the result. With `replace`, the browser's history gets no entry. */
function go(changes, replace = false) {
  const to = link(changes, current);
  if (to === `#${current}`) return;
  clearTimeout(timer);
  current = new URLSearchParams(to.slice(1));
  // Browsers limit the rate of changes, so typing changes the address with a delay.
  if (replace) timer = setTimeout(() => history.replaceState(null, "", to), 200);
  else history.pushState(null, "", to);
  show();
}

/** Announces a text to screen readers. */
const say = (text) => { document.getElementById("status").textContent = text; };

/** Makes a table's caption, which stays in sight when the table is scrolled. */
const caption = (...children) => h("caption", {}, h("span", { class: "legend" }, children));

/** Makes a region that scrolls a table, also by keyboard. */
const scrolling = (label, table) => h("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 }, table);

/** Makes a drop-down list of options, which are pairs of a value and a text. */
function choice(label, name, chosen, options, attributes = {}) {
  return h("label", {}, label, h("select", { name, ...attributes }, options.map(([value, text]) =>
    h("option", { value, selected: String(value) === String(chosen ?? "") }, text))));
}

/** Makes a text field. The view follows each change at once. */
function words(label, name, placeholder, type = "search") {
  const oninput = (event) => go({ [name]: event.target.value }, true);
  return h("label", {}, label, h("input", { type, name, placeholder, oninput, value: current.get(name) ?? "", spellcheck: "false", autocomplete: "off" }));
}

/** Makes the filters of columns: engines, and the run if there are several. */
function columnFilters() {
  const names = runNames();
  const onchange = (event) => go({ run: event.target.value });
  return [
    words("Engines", "engines", "all, or names: vm, wasmi"),
    names.length > 1 && choice("Run", "run", current.get("run"), [["", "newest per engine"], ["*", "all"], ...names.map((run) => [run, titleOfRun(run)])], { onchange }),
  ];
}
