
// ---- directives ---------------------------------------------------------------------------------------------------

/** Maximum number of columns for which the list shows a mark each. For more columns it shows counts. */
const MARKS = 24;

/** Lines of source to show before and after a directive, and maximum number of lines of the directive itself. */
const CONTEXT = 8;
const LONGEST = 60;

function mark(code) {
  const outcome = byCode[code];
  return outcome ? h("span", { class: `mark ${outcome.style}` }, outcome.letter) : h("span", { class: "mark" });
}

const isNarrow = matchMedia("(max-width: 48rem)");

/** Returns the height of a row of the list, as in the style sheet. */
const rowHeight = () => (isNarrow.matches ? 46 : 24);

/** Virtual list: only the visible rows are in the document, whatever the length of the list. */
class List {
  constructor() {
    this.space = h("div");
    this.box = h("div", { class: "list", role: "listbox", tabindex: 0, "aria-label": "Directives", id: "list" }, this.space);
    this.drawn = new Map();
    this.box.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()));
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) choose(this.found[Number(row.id.slice(4))], false);
    });
    new ResizeObserver(() => this.draw()).observe(this.box);
  }

  /** Sets the directives and columns to show. */
  set(found, columns, changes) {
    Object.assign(this, { found, columns, changes });
    this.clear();
    this.box.scrollTop = 0;
  }

  clear() {
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
  }

  /** Selects a directive and scrolls to it. */
  choose(i) {
    const old = this.at;
    this.at = place(this.found, i);
    for (const at of [old, this.at]) this.drawn.get(at)?.setAttribute("aria-selected", String(at === this.at));
    const height = rowHeight();
    const top = this.at * height;
    if (this.at >= 0 && top < this.box.scrollTop) this.box.scrollTop = top;
    else if (this.at >= 0 && top + height > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + height - this.box.clientHeight;
    this.draw();
  }

  draw() {
    if (!this.found) return;
    const height = rowHeight();
    if (height !== this.height) this.clear();
    this.height = height;
    this.space.style.height = `${this.found.length * height}px`;
    this.box.style.setProperty("--all", this.space.style.height);
    const first = Math.max(0, Math.floor(this.box.scrollTop / height) - 5);
    const last = Math.min(this.found.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / height) + 5);
    for (const [at, row] of this.drawn) {
      if (at >= first && at < last) continue;
      row.remove();
      this.drawn.delete(at);
    }
    const fresh = [];
    for (let at = first; at < last; at++) {
      if (this.drawn.has(at)) continue;
      const row = this.row(at);
      this.drawn.set(at, row);
      fresh.push(row);
    }
    this.box.append(...fresh);
    if (this.drawn.has(this.at)) this.box.setAttribute("aria-activedescendant", `row-${this.at}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  row(at) {
    const i = this.found[at];
    const counts = this.counts(i);
    const saying = this.columns.filter((c) => details[c][i]);
    const why = saying.find((c) => byCode[codes[c][i]].red) ?? saying[0];
    const place = `${rows.scripts[scriptOf[i]].name}:${lineOf(i)}`;
    const moves = this.changes?.map((change) => moved(change, i)).filter(Boolean);
    return h("div", { class: "row", role: "option", id: `row-${at}`, style: `top:${at * this.height}px`, "aria-selected": String(at === this.at),
      "aria-setsize": this.found.length, "aria-posinset": at + 1 },
    moves ? h("span", { class: "moves" }, moves.slice(0, 2).join(", "), moves.length > 2 && ` and ${moves.length - 2} more`)
      : h("span", { class: "marks", "aria-hidden": "true" }, this.columns.length <= MARKS && !isNarrow.matches ? this.columns.map((c) => mark(codes[c][i]))
        : overview.outcomes.map(({ letter, style }, o) => counts[o] > 0 && h("span", { class: `key ${style}` }, `${letter} ${counts[o]}`))),
    h("span", { class: "where" }, h("bdi", {}, plain(place))),
    h("span", { class: "kind" }, plain(rows.kinds[kindOf[i]])),
    moves ? null : h("span", { class: "sr" }, inWords(counts)),
    h("span", { class: "why" }, why === undefined ? "" : detailOf(why, i).slice(0, 200)));
  }

  counts(i) {
    const codesHere = this.columns.map((c) => codes[c][i]);
    return overview.outcomes.map((outcome) => codesHere.filter((code) => byCode[code] === outcome).length);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / rowHeight()) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") document.getElementById("detail")?.focus();
    if (step === undefined || this.found.length === 0) return;
    event.preventDefault();
    const at = this.at < 0 ? 0 : Math.min(this.found.length - 1, Math.max(0, this.at + step));
    choose(this.found[at], true);
  }
}

/** Returns the index of a directive in a sorted list by binary search; -1 if it is not there. */
function place(found, i) {
  let [low, high] = [0, found.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (found[middle] < i) low = middle + 1;
    else high = middle;
  }
  return found[low] === i ? low : -1;
}

const choose = (i, replace) => go({ d: nameOf(i) }, replace);

const directives = {
  title: "Directives",
  rows: true,
  build(params) {
    this.list = new List();
    this.count = h("h1");
    this.note = h("p", { class: "facts" });
    this.form = filters(params);
    this.heads = h("div", { class: "heads", "aria-hidden": "true" });
    this.panel = h("section", { id: "detail", tabindex: -1, "aria-label": "The directive" });
    this.asked = null;
    this.refresh(params);
    return [this.count, this.note, this.form, h("div", { class: "panes" }, h("div", {}, this.heads, this.list.box), this.panel)];
  },
  /** Shows another address without rebuilding the view. */
  refresh(params) {
    const asked = link({ d: "", view: "" }, params);
    if (asked !== this.asked) {
      this.asked = asked;
      this.found = select(params);
      const columns = columnsOf(params);
      const changes = params.get("change") ? changesBetween(params) : null;
      this.list.set(this.found, columns, changes);
      this.heads.replaceChildren(...(changes || columns.length > MARKS ? [] : columns.map((c) => h("span", {}, overview.columns[c].name))));
      this.count.textContent = plural(this.found.length, "directive");
      this.note.replaceChildren(...about(params));
      showFilters(this.form, params);
      say(plural(this.found.length, "directive"));
    }
    const wanted = named(params.get("d"));
    const chosen = wanted >= 0 ? wanted : this.found[0];
    this.panel.replaceChildren(...(chosen === undefined ? [h("p", { class: "note" }, "No directive matches these filters.")] : detail(chosen, columnsOf(params))));
    queueMicrotask(() => this.list.choose(chosen));
  },
};

/** Describes the filters that have no field in the form, each with a link that removes it. */
function about(params) {
  const without = (text, changes) => h("span", {}, plain(text), " ", h("a", { href: link({ ...changes, d: "" }, params) }, "show all"));
  return [
    params.get("file") && without(`Only ${params.get("file")}.`, { file: "" }),
    params.get("change") && without(`Only ${CHANGES[params.get("change")]?.many ?? "nothing"}, ${sideName(params, "a")} to ${sideName(params, "b")}.`, { change: "", a: "", b: "" }),
  ].filter(Boolean);
}

function filters(params) {
  const set = (name) => ({ onchange: (event) => go({ [name]: event.target.value, d: "" }) });
  const form = h("form", { class: "filters", role: "search", "aria-label": "Directives", onsubmit: (event) => event.preventDefault() },
    words("Search", "q", "file, line, kind, feature, detail, source"),
    choice("Proposal", "proposal", params.get("proposal"), [["", "all"], ...overview.subjects.map((subject) => [subject.name, titleOf(subject)])], set("proposal")),
    choice("Column", "column", params.get("column"), [["", "any"], ...overview.columns.map((column) => [column.name, column.name])], set("column")),
    columnFilters(),
    h("fieldset", {}, h("legend", {}, "Outcomes"), overview.outcomes.map(({ name, letter, style }) => h("label", { class: "inline" },
      h("input", { type: "checkbox", name: "outcome", value: name, onchange: () => {
        const chosen = [...form.querySelectorAll("[name=outcome]:checked")].map((box) => box.value).join(",");
        go({ outcome: chosen, d: "" });
      } }), h("span", { class: `mark ${style}`, "aria-hidden": "true" }, letter), name))),
    h("label", { class: "inline" }, h("input", { type: "checkbox", name: "differ",
      onchange: (event) => go({ differ: event.target.checked ? "1" : "", d: "" }) }), "columns differ"));
  return form;
}

/** Sets the fields from the address, except for the one with the focus. */
function showFilters(form, params) {
  const outcomes = new Set(params.get("outcome")?.split(",") ?? []);
  for (const field of form.elements) {
    if (field.name === "outcome") field.checked = outcomes.has(field.value);
    else if (field.name === "differ") field.checked = params.get("differ") === "1";
    else if (field.name && field !== document.activeElement) field.value = params.get(field.name) ?? "";
  }
}

/** Shows a directive: its results, grouped by columns that agree, and its source. */
function detail(i, columns) {
  const script = rows.scripts[scriptOf[i]];
  const revision = overview.suites[script.suites[revisionOf(i)]][1];
  const features = rows.features[featuresOf[i]];
  const ran = columns.filter((c) => codes[c][i] !== NOT_RUN);
  // Unexpected outcomes come first.
  const alike = [...grouped(ran, (c) => `${codes[c][i]} ${details[c][i]}`).values()].sort((a, b) => byCode[codes[b[0]][i]].red - byCode[codes[a[0]][i]].red);
  const subject = overview.subjects[script.subject];
  return [
    h("h2", {}, h("bdi", {}, plain(`${script.name}:${lineOf(i)}`)), " ", h("span", { class: "dim" }, plain(rows.kinds[kindOf[i]]))),
    h("p", { class: "facts" }, h("span", {}, h("a", { href: link({ view: "directives", proposal: subject.name }) }, titleOf(subject))),
      features && h("span", {}, `needs ${plain(features.split("+").join(", "))}`), h("span", {}, plain(revision)),
      h("span", {}, h("a", { href: link({ view: "directives", file: script.name }) }, "all directives of this script"))),
    h("table", { class: "results" }, h("caption", { class: "sr" }, "Results"),
      h("thead", {}, h("tr", {}, ["Outcome", "Detail", "Columns"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, alike.map((group) => {
        const outcome = byCode[codes[group[0]][i]];
        return h("tr", {}, h("th", { scope: "row", class: outcome.style }, `${outcome.letter} ${outcome.name}`), h("td", {}, h("bdi", { class: "long" }, detailOf(group[0], i) || "as the script says")),
          h("td", {}, group.map((c) => overview.columns[c].name).join(", ")));
      }))),
    source(i),
  ];
}

function source(i, all = false) {
  const script = rows.scripts[scriptOf[i]];
  const revision = revisionOf(i);
  const at = sources?.of[scriptOf[i]][revision];
  if (!sources) return h("p", { class: "note" }, "Loading the script's text…");
  if (at === null || at === undefined) return h("p", { class: "note" }, "The script's text is not in this page: it was not found in this revision.");
  const text = sources.texts[at].split("\n");
  const begin = lineOf(i);
  const next = script.lines[revision].find((line) => line > begin) ?? text.length + 1;
  let end = Math.max(begin, next - 1);
  // Blank lines and comments between two directives belong to neither.
  while (end > begin && /^\s*(;;.*)?$/.test(text[end - 1] ?? "")) end--;
  const until = all ? text.length : Math.min(text.length, Math.min(end, begin + LONGEST) + CONTEXT);
  const from = all ? 1 : Math.max(1, begin - CONTEXT);
  const box = h("pre", { class: "source", tabindex: 0, role: "region", "aria-label": "Source" });
  for (let line = from; line <= until; line++) {
    const inside = line >= begin && line <= end;
    box.append(h("span", { class: inside ? "at" : "" }, h("b", { "aria-hidden": "true" }, String(line)), plain(text[line - 1]), "\n"));
  }
  const whole = h("button", { type: "button", onclick: () => {
    const made = source(i, true);
    holder.replaceWith(made);
    made.querySelector(".at").scrollIntoView({ block: "center" });
  } }, `Show all ${number(text.length)} lines`);
  const holder = h("div", {}, box, all || (from === 1 && until === text.length) ? null : whole);
  return holder;
}
