"use strict";
// The page: rows are unpacked once, and every view is made from the address's fragment, so that an address shows the same.

const OUTCOMES = [
  // Code, name, letter, style.
  ["p", "pass", "✓", "pass"], ["f", "fail", "F", "red"], ["x", "xfail", "x", "amber"], ["X", "xpass", "X", "red"],
  ["u", "unsupported", "–", "grey"], ["s", "skip", "s", "grey"], ["c", "crash", "C", "red"], ["t", "timeout", "T", "red"],
];
const BY_CODE = Object.fromEntries(OUTCOMES.map(([code, name, letter, style]) => [code, { name, letter, style }]));
const RED = new Set(["f", "X", "c", "t"]);
const ROW = 28;

const main = document.getElementById("main");
const say = (text) => { document.getElementById("status").textContent = text; };

/** Makes an element: `h("a", { href: "#" }, "text", child)`. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

async function unpack(id) {
  const text = document.getElementById(id).textContent.trim();
  if (!text) return null;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

let data;
let sources;
/** Of each directive: its file, line, kind and features, by number. */
let fileOf, lineOf, kindOf, featuresOf;
/** Of each column: detail by directive. */
let details;

function index() {
  const count = data.files.reduce((sum, file) => sum + file.lines.length, 0);
  fileOf = new Uint32Array(count);
  lineOf = new Uint32Array(count);
  kindOf = new Uint16Array(count);
  featuresOf = new Uint16Array(count);
  let at = 0;
  data.files.forEach((file, number) => {
    let line = 0;
    file.first = at;
    file.lines.forEach((step, i) => {
      line += step;
      fileOf[at] = number;
      lineOf[at] = line;
      kindOf[at] = file.kinds[i];
      featuresOf[at] = file.features[i];
      at++;
    });
  });
  details = data.details.map((pairs) => {
    const map = new Map();
    let directive = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      directive += pairs[i];
      map.set(directive, pairs[i + 1]);
    }
    return map;
  });
  const heads = data.columns.map((column) => `${column.engine} ${column.mode}`);
  data.columns.forEach((column, i) => {
    const twins = data.columns.filter((_, j) => heads[j] === heads[i]);
    const parts = [heads[i]];
    for (const part of ["version", "target", "run"]) {
      if (new Set(twins.map((twin) => twin[part])).size > 1) parts.push(column[part]);
    }
    column.head = parts.join(" ");
  });
}

// ---- the address --------------------------------------------------------------------------------------------------

const address = () => new URLSearchParams(location.hash.slice(1));
function link(changes, base = new URLSearchParams()) {
  const params = new URLSearchParams(base);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) params.delete(name);
    else params.set(name, value);
  }
  return "#" + params;
}
function go(changes, replace = false) {
  const to = link(changes, address());
  if (replace) {
    history.replaceState(null, "", to);
    show();
  } else location.hash = to;
}

// ---- matrix -------------------------------------------------------------------------------------------------------

function counts() {
  const cells = data.subjects.map(() => data.columns.map(() => ({})));
  data.columns.forEach((_, column) => {
    const codes = data.outcomes[column];
    for (const file of data.files) {
      const cell = cells[file.subject][column];
      for (let i = file.first; i < file.first + file.lines.length; i++) {
        const code = codes[i];
        if (code !== " ") cell[code] = (cell[code] ?? 0) + 1;
      }
    }
  });
  return cells;
}

function sum(cell) {
  const total = Object.entries(cell).reduce((sum, [code, n]) => sum + (code === "s" ? 0 : n), 0);
  const red = [...RED].reduce((sum, code) => sum + (cell[code] ?? 0), 0);
  return { total, pass: cell.p ?? 0, red, xfail: cell.x ?? 0, unsupported: cell.u ?? 0 };
}

function cellOf(cell, href) {
  const { total, pass, red, xfail, unsupported } = sum(cell);
  if (total === 0) return h("td", { class: "cell" }, h("span", { class: "dim" }, "·"));
  const style = red ? "red" : pass === total ? "pass" : pass > 0 ? "amber" : "grey";
  const title = Object.entries(cell).map(([code, n]) => `${n} ${BY_CODE[code].name}`).join(", ");
  const text = [`${pass}/${total}`, red && `!${red}`, xfail && `~${xfail}`, unsupported && `–${unsupported}`];
  return h("td", { class: `cell ${style}` }, h("a", { href, title, "aria-label": title }, text.filter(Boolean).join(" ")));
}

function matrix() {
  const cells = counts();
  // A version of the spec, then the proposals that entered it; those in flight last, the further the earlier.
  const versions = [...new Set(data.subjects.map((subject) => subject.spec))].filter(Boolean).sort();
  const rank = (subject) => [subject.spec ? versions.indexOf(subject.spec) : versions.length, subject.version ? 0 : 1,
    subject.spec ? 0 : -(subject.phase ?? -1), subject.order];
  const ranks = data.subjects.map(rank);
  const compareRanks = (a, b) => a.map((part, i) => part - b[i]).find((difference) => difference !== 0) ?? 0;
  const order = data.subjects.map((_, i) => i).sort((a, b) => compareRanks(ranks[a], ranks[b]));
  const body = h("tbody");
  let group = null;
  for (const i of order) {
    const subject = data.subjects[i];
    const title = subject.spec ? `WebAssembly ${subject.spec}` : "Proposals in flight";
    if (title !== group) {
      group = title;
      body.append(h("tr", { class: "group" }, h("th", { colspan: data.columns.length + 2, scope: "rowgroup" }, title)));
    }
    const name = h("a", { href: link({ view: "directives", proposal: subject.name }) }, subject.title || subject.name);
    body.append(h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "n" }, String(subject.phase ?? "")),
      cells[i].map((cell, column) => cellOf(cell, link({ view: "directives", proposal: subject.name, column })))));
  }
  const totals = data.columns.map((_, column) => {
    const all = {};
    for (const row of cells) for (const [code, n] of Object.entries(row[column])) all[code] = (all[code] ?? 0) + n;
    return cellOf(all, link({ view: "directives", column }));
  });
  body.append(h("tr", { class: "group" }, h("th", { colspan: 2, scope: "row" }, "All"), totals));
  return [
    h("h2", {}, "Who passes what"),
    h("div", { class: "scroll" }, h("table", { id: "matrix" },
      h("caption", {}, "Directives that pass, of those that were run. ", h("span", {}, "!n: not as expected; ~n: known to fail; –n: unsupported. A cell leads to its directives.")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Version or proposal"), h("th", { scope: "col", class: "n" }, "Phase"),
        data.columns.map((column) => h("th", { scope: "col", class: "n", title: `${column.version}, ${column.target}, ${column.run}` }, column.head)))),
      body)),
  ];
}

// ---- directives ---------------------------------------------------------------------------------------------------

/** What changed for a directive between two columns: a closed set. */
function change(before, after) {
  if (before === after) return "same";
  if (before === " ") return "new";
  if (after === " ") return "removed";
  if (!RED.has(before) && RED.has(after)) return "regression";
  if (RED.has(before) && after === "p") return "fix";
  if (after === "p") return "fix";
  if (before === "p") return "regression";
  return "other";
}

function select(params) {
  const proposal = params.get("proposal");
  const subject = data.subjects.findIndex((known) => known.name === proposal);
  const column = params.has("column") ? Number(params.get("column")) : null;
  const wanted = params.get("outcome")?.split(",").map((name) => OUTCOMES.find((known) => known[1] === name)?.[0]);
  const words = (params.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const differ = params.get("differ") === "1";
  const [a, b] = [Number(params.get("a") ?? 0), Number(params.get("b") ?? data.columns.length - 1)];
  const kind = params.get("change");
  const columns = column === null ? data.columns.map((_, i) => i) : [column];
  const file = params.get("file");
  const found = [];
  for (const [number, of] of data.files.entries()) {
    if (proposal && of.subject !== subject) continue;
    if (file && of.file !== file) continue;
    const name = `${data.suites[of.suite].name}/${of.file}`.toLowerCase();
    const rest = words.filter((word) => !name.includes(word));
    for (let i = of.first; i < of.first + of.lines.length; i++) {
      if (kind && change(data.outcomes[a][i], data.outcomes[b][i]) !== kind) continue;
      let seen = false;
      let fits = false;
      for (const c of columns) {
        const code = data.outcomes[c][i];
        if (code === " ") continue;
        seen = true;
        if (!wanted || wanted.includes(code)) { fits = true; break; }
      }
      if (!kind && (!seen || !fits)) continue;
      if (differ) {
        const codes = data.columns.map((_, c) => data.outcomes[c][i]).filter((code) => code !== " ");
        if (codes.every((code) => code === codes[0])) continue;
      }
      if (rest.length) {
        const text = `${lineOf[i]} ${data.kinds[kindOf[i]]} ${data.features[featuresOf[i]]} ${columns.map((c) => data.texts[details[c].get(i)] ?? "").join(" ")}`.toLowerCase();
        if (!rest.every((word) => text.includes(word))) continue;
      }
      found.push(i);
    }
  }
  return found;
}

function filters(params) {
  const option = (value, text, chosen) => h("option", { value, selected: chosen }, text);
  const outcomes = new Set(params.get("outcome")?.split(",") ?? []);
  const update = (form) => {
    const chosen = [...form.querySelectorAll("[name=outcome]:checked")].map((box) => box.value).join(",");
    go({ q: form.q.value, proposal: form.proposal.value, column: form.column.value, outcome: chosen,
      differ: form.differ.checked ? "1" : "", file: "", d: "" }, true);
  };
  let timer;
  const form = h("form", { class: "filters", role: "search", onsubmit: (event) => { event.preventDefault(); update(form); },
    onchange: () => update(form), oninput: (event) => {
      if (event.target.name !== "q") return;
      clearTimeout(timer);
      timer = setTimeout(() => update(form), 200);
    } },
  h("label", {}, "Search", h("input", { type: "search", name: "q", value: params.get("q") ?? "", placeholder: "file, line, kind, feature, detail" })),
  h("label", {}, "Proposal", h("select", { name: "proposal" }, option("", "all", false),
    data.subjects.map((subject) => option(subject.name, subject.name, subject.name === params.get("proposal"))))),
  h("label", {}, "Column", h("select", { name: "column" }, option("", "any", false),
    data.columns.map((column, i) => option(i, column.head, String(i) === params.get("column"))))),
  h("fieldset", {}, h("legend", { class: "sr" }, "Outcomes"), OUTCOMES.map(([, name]) =>
    h("label", { class: "inline" }, h("input", { type: "checkbox", name: "outcome", value: name, checked: outcomes.has(name) }), name))),
  h("label", { class: "inline" }, h("input", { type: "checkbox", name: "differ", checked: params.get("differ") === "1" }), "columns differ"));
  return form;
}

function mark(code) {
  const known = BY_CODE[code];
  return known
    ? h("span", { class: `mark ${known.style}`, title: known.name }, known.letter)
    : h("span", { class: "mark", title: "not run" }, " ");
}

/** A list of which only the rows in sight are in the document. */
function list(found, chosen, choose) {
  const box = h("div", { class: "list", role: "listbox", tabindex: 0, "aria-label": "Directives", id: "list" });
  const space = h("div", { style: `height:${found.length * ROW}px` });
  box.append(space);
  let drawn = new Map();
  const columns = data.columns.map((_, i) => i);
  function row(at) {
    const i = found[at];
    const file = data.files[fileOf[i]];
    const why = columns.map((c) => details[c].get(i)).find((text) => text !== undefined);
    const selected = i === chosen;
    return h("div", { class: "row", role: "option", id: `row-${at}`, style: `top:${at * ROW}px`, "aria-selected": String(selected),
      "aria-setsize": found.length, "aria-posinset": at + 1, onclick: () => choose(i) },
    h("span", { class: "marks" }, columns.map((c) => mark(data.outcomes[c][i]))),
    h("span", { class: "where" }, `${data.suites[file.suite].name}/${file.file}:${lineOf[i]}`),
    h("span", { class: "kind" }, data.kinds[kindOf[i]]),
    h("span", { class: "why" }, why === undefined ? "" : data.texts[why]));
  }
  function draw() {
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - 10);
    const last = Math.min(found.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + 10);
    const next = new Map();
    for (let at = first; at < last; at++) {
      const element = drawn.get(at) ?? row(at);
      if (!drawn.has(at)) box.append(element);
      next.set(at, element);
    }
    for (const [at, element] of drawn) if (!next.has(at)) element.remove();
    drawn = next;
    const at = found.indexOf(chosen);
    if (at >= 0) box.setAttribute("aria-activedescendant", `row-${at}`);
  }
  box.addEventListener("scroll", () => requestAnimationFrame(draw));
  box.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || found.length === 0) return;
    event.preventDefault();
    const at = found.indexOf(chosen);
    const to = at < 0 ? 0 : Math.min(found.length - 1, Math.max(0, at + steps[event.key]));
    choose(found[to]);
  });
  queueMicrotask(() => {
    const at = found.indexOf(chosen);
    if (at >= 0) box.scrollTop = Math.max(0, at * ROW - box.clientHeight / 2);
    draw();
  });
  return box;
}

function directives(params) {
  const found = select(params);
  const chosen = params.has("d") ? Number(params.get("d")) : found.length && found.length <= 50 ? found[0] : null;
  const focused = document.activeElement?.id === "list";
  const box = list(found, chosen, (i) => go({ d: i }, true));
  if (focused) queueMicrotask(() => box.focus({ preventScroll: true }));
  say(`${found.length} directives`);
  const what = params.get("change") ? `${params.get("change")}: from ${data.columns[Number(params.get("a") ?? 0)].head} to ${data.columns[Number(params.get("b") ?? 0)].head}` : "";
  return [
    h("h2", {}, `${found.length.toLocaleString("en")} directives`, what ? h("span", { class: "dim" }, ` — ${what}`) : ""),
    filters(params),
    box,
    h("p", { class: "key" }, "Marks, in this order: ", data.columns.map((column, i) => h("span", {}, i ? ", " : "", column.head)), ". ",
      OUTCOMES.map(([code, name]) => [mark(code), ` ${name}  `])),
    chosen === null || chosen >= fileOf.length ? null : detail(chosen),
  ];
}

function detail(i) {
  const file = data.files[fileOf[i]];
  const suite = data.suites[file.suite];
  const rows = data.columns.map((column, c) => {
    const code = data.outcomes[c][i];
    if (code === " ") return null;
    return h("tr", {}, h("th", { scope: "row" }, column.head), h("td", { class: BY_CODE[code].style }, BY_CODE[code].name),
      h("td", {}, data.texts[details[c].get(i)] ?? ""));
  });
  const features = data.features[featuresOf[i]];
  return h("section", { id: "detail", "aria-label": "The directive" },
    h("h2", {}, `${suite.name}/${file.file}:${lineOf[i]} `, h("span", { class: "dim" }, data.kinds[kindOf[i]])),
    h("p", { class: "dim" }, `${suite.revision}${features ? `; needs ${features.split("+").join(", ")}` : ""}. `,
      h("a", { href: link({ view: "directives", file: file.file }) }, "All of this file")),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Column", "Outcome", "Seen instead"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows))),
    source(i));
}

function source(i) {
  const text = sources?.[fileOf[i]];
  if (text === undefined || text === null) return h("p", { class: "note" }, "The script's text is not in this page.");
  const lines = text.split("\n");
  const begin = lineOf[i];
  const next = fileOf[i + 1] === fileOf[i] ? lineOf[i + 1] : lines.length + 1;
  const end = Math.max(begin, Math.min(next - 1, begin + 40));
  const box = h("pre", { class: "source", tabindex: 0, "aria-label": "Source" });
  for (let line = Math.max(1, begin - 6); line <= Math.min(lines.length, end + 4); line++) {
    box.append(h("span", { class: line >= begin && line <= end ? "at" : "" }, h("b", {}, String(line)), lines[line - 1]));
  }
  return box;
}

// ---- compare ------------------------------------------------------------------------------------------------------

function compare(params) {
  const [a, b] = [Number(params.get("a") ?? 0), Number(params.get("b") ?? data.columns.length - 1)];
  const kinds = ["regression", "fix", "other", "new", "removed"];
  const found = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const bySubject = data.subjects.map(() => ({}));
  for (let i = 0; i < fileOf.length; i++) {
    const kind = change(data.outcomes[a][i], data.outcomes[b][i]);
    if (kind === "same") continue;
    found[kind]++;
    const of = bySubject[data.files[fileOf[i]].subject];
    of[kind] = (of[kind] ?? 0) + 1;
  }
  const choice = (name, value, text) => h("label", {}, text, h("select", { name, onchange: (event) => go({ [name]: event.target.value }) },
    data.columns.map((column, i) => h("option", { value: i, selected: i === value }, column.head))));
  const to = (kind, proposal) => link({ view: "directives", change: kind, a, b, proposal });
  const style = { regression: "red", fix: "pass", other: "amber", new: "grey", removed: "grey" };
  const cell = (kind, n, proposal) => h("td", { class: `cell ${n ? style[kind] : ""}` }, n ? h("a", { href: to(kind, proposal) }, String(n)) : h("span", { class: "dim" }, "·"));
  say(`${found.regression} regressions, ${found.fix} fixes`);
  return [
    h("h2", {}, "What differs"),
    h("form", { class: "filters" }, choice("a", a, "From"), choice("b", b, "To")),
    h("div", { class: "scroll" }, h("table", { id: "compare" }, h("caption", {}, "Directives whose outcome is not the same in both columns."),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Version or proposal"), kinds.map((kind) => h("th", { scope: "col", class: "n" }, kind)))),
      h("tbody", {}, data.subjects.map((subject, i) => Object.keys(bySubject[i]).length === 0 ? null
        : h("tr", {}, h("th", { scope: "row" }, subject.title || subject.name), kinds.map((kind) => cell(kind, bySubject[i][kind] ?? 0, subject.name)))),
      h("tr", { class: "group" }, h("th", { scope: "row" }, "All"), kinds.map((kind) => cell(kind, found[kind], "")))))),
  ];
}

// ---- history and runs ---------------------------------------------------------------------------------------------

function past() {
  const series = new Map();
  for (const point of data.history) {
    const key = `${point.engine} ${point.mode}`;
    if (!series.has(key)) series.set(key, []);
    series.get(key).push(point);
  }
  for (const points of series.values()) points.sort((a, b) => (a.run < b.run ? -1 : 1));
  const runs = [...new Set(data.history.map((point) => point.run))].sort();
  const [width, height, pad] = [900, 260, 40];
  const x = (run) => (runs.length < 2 ? width / 2 : pad + (runs.indexOf(run) * (width - 2 * pad)) / (runs.length - 1));
  const rates = data.history.map((point) => point.pass / Math.max(1, point.total));
  const low = Math.min(0.99, ...rates);
  const y = (rate) => height - pad - ((rate - low) / Math.max(1e-9, 1 - low)) * (height - 2 * pad);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "Share of directives that pass, run by run; the table below has the numbers");
  const add = (tag, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== undefined) element.textContent = text;
    svg.append(element);
  };
  for (const rate of [low, (low + 1) / 2, 1]) {
    add("line", { x1: pad, x2: width - pad, y1: y(rate), y2: y(rate), stroke: "var(--line)" });
    add("text", { x: 2, y: y(rate) + 4 }, `${(100 * rate).toFixed(1)}%`);
  }
  [...series].forEach(([key, points], i) => {
    const color = `hsl(${(i * 137) % 360} 60% 50%)`;
    add("polyline", { fill: "none", stroke: color, "stroke-width": 2, points: points.map((p) => `${x(p.run)},${y(p.pass / Math.max(1, p.total))}`).join(" ") });
    for (const p of points) add("circle", { cx: x(p.run), cy: y(p.pass / Math.max(1, p.total)), r: 3.5, fill: color });
    const last = points[points.length - 1];
    add("text", { x: Math.min(width - 130, x(last.run) + 6), y: y(last.pass / Math.max(1, last.total)) - 6 - 12 * (i % 4) }, key);
  });
  return [
    h("h2", {}, "Run by run"), svg,
    h("div", { class: "scroll" }, h("table", { id: "history" }, h("caption", {}, "Directives that pass, of all that were run."),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Run"), [...series.keys()].map((key) => h("th", { scope: "col", class: "n" }, key)))),
      h("tbody", {}, runs.map((run) => h("tr", {}, h("th", { scope: "row" }, run), [...series.values()].map((points) => {
        const point = points.find((known) => known.run === run);
        return h("td", { class: "n" }, point ? `${point.pass}/${point.total}` : "·");
      })))))),
  ];
}

function runs() {
  return [
    h("h2", {}, "Runs and columns"),
    h("div", { class: "scroll" }, h("table", { id: "runs" }, h("thead", {}, h("tr", {}, data.run_columns.map((name) => h("th", { scope: "col" }, name.replaceAll("_", " "))))),
      h("tbody", {}, data.runs.map((run) => h("tr", {}, run.map((text) => h("td", {}, text))))))),
    h("h2", {}, "Columns"),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Engine", "Mode", "Version", "Target", "Run"].map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, data.columns.map((c) => h("tr", {}, [c.engine, c.mode, c.version, c.target, c.run].map((text) => h("td", {}, text))))))),
    h("h2", {}, "Suites"),
    h("ul", {}, data.suites.map((suite) => h("li", {}, `${suite.name} ${suite.revision}`))),
  ];
}

// ---- the whole ----------------------------------------------------------------------------------------------------

const VIEWS = { matrix, directives, compare, history: past, runs };

function show() {
  const params = address();
  const view = params.get("view") in VIEWS ? params.get("view") : "matrix";
  const name = document.activeElement?.form?.classList.contains("filters") ? document.activeElement.name : null;
  const caret = document.activeElement?.selectionStart;
  main.replaceChildren(...VIEWS[view](params).filter((part) => part !== null));
  for (const entry of document.querySelectorAll("nav a")) {
    if (entry.getAttribute("href") === `#view=${view}`) entry.setAttribute("aria-current", "page");
    else entry.removeAttribute("aria-current");
  }
  const again = name && main.querySelector(`.filters [name="${name}"]`);
  if (again) {
    again.focus();
    if (again.type === "search") again.setSelectionRange(caret, caret);
  }
  document.title = `wassay: ${view}`;
  document.documentElement.dataset.view = view;
}

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("wassay-theme", root.dataset.theme); } catch { /* a page from a file may have no storage */ }
});
try {
  const kept = localStorage.getItem("wassay-theme");
  if (kept) document.documentElement.dataset.theme = kept;
} catch { /* as above */ }

(async () => {
  const begun = performance.now();
  data = await unpack("data");
  index();
  show();
  window.addEventListener("hashchange", show);
  document.documentElement.dataset.ready = Math.round(performance.now() - begun);
  sources = await unpack("sources");
  if (address().get("view") === "directives") show();
  document.documentElement.dataset.sources = "ready";
})();
