
// ---- matrix -------------------------------------------------------------------------------------------------------

/** Counts in words: `3 pass, 1 fail`. */
const inWords = (counts) => head.outcomes.map(({ name }, o) => counts[o] && `${number(counts[o])} ${name}`).filter(Boolean).join(", ");

function sum(counts) {
  const of = (name) => counts[head.outcomes.findIndex((outcome) => outcome.name === name)] ?? 0;
  const total = counts.reduce((sum, n) => sum + n, 0) - of("skip");
  const red = head.outcomes.reduce((sum, outcome, o) => sum + (outcome.red ? counts[o] : 0), 0);
  return { total, pass: of("pass"), red };
}

function added(all) {
  return head.outcomes.map((_, o) => all.reduce((sum, counts) => sum + counts[o], 0));
}

/** A share in per cent. It is rounded down: 100 is all of them, and 0 none. */
function percent(pass, total) {
  if (pass === total) return "100";
  if (pass === 0) return "0";
  return Math.max(0.1, Math.floor((1000 * pass) / total) / 10).toFixed(1);
}

function cell(counts, href, how) {
  const { total, pass, red } = sum(counts);
  if (total === 0) return h("td", { class: "cell" }, h("span", { class: "dim" }, "·", h("span", { class: "sr" }, "not run")));
  const style = red ? "red" : pass === total ? "pass" : pass > 0 ? "part" : "none";
  const text = how === "counts" ? `${pass}/${total}` : percent(pass, total);
  return h("td", { class: `cell ${style}`, style: `--share:${((100 * pass) / total).toFixed(1)}%` },
    h("a", { href, title: `${pass}/${total}: ${inWords(counts)}`, tabindex: -1 }, text, red > 0 && h("b", {}, ` !${red}`)));
}

/** Two rows of heads: engines, and their modes. */
function heads(columns, before) {
  const runs = [];
  for (const c of columns) {
    if (runs.at(-1)?.engine === head.columns[c].engine) runs.at(-1).span++;
    else runs.push({ engine: head.columns[c].engine, span: 1 });
  }
  const what = (c) => [head.columns[c].version, head.columns[c].target, `run ${head.columns[c].run}`].join("\n");
  return h("thead", {},
    h("tr", {}, h("th", { scope: "col", rowspan: 2, class: "first" }, before), runs.map(({ engine, span }) => h("th", { scope: "colgroup", colspan: span, class: "engine" }, engine))),
    h("tr", {}, columns.map((c) => h("th", { scope: "col", class: `mode ${starts(columns, c)}`, title: what(c) }, [head.columns[c].mode, ...head.columns[c].more].join(" ")))));
}

/** Whether an engine's first column is meant: a line is drawn before it. */
const starts = (columns, c) => (head.columns[columns[columns.indexOf(c) - 1]]?.engine === head.columns[c].engine ? "" : "starts");

/** What a row stands below: a version of the spec, or a phase. */
const groupOf = (subject) => (subject.spec ? `WebAssembly ${subject.spec}` : subject.phase === null ? "Others" : `Proposals in phase ${subject.phase}`);

const matrix = {
  title: "Matrix",
  build(params) {
    const columns = shown(params);
    const how = params.get("show") ?? "";
    const to = (more) => link({ view: "directives", ...Object.fromEntries(["run", "engines"].map((name) => [name, params.get(name)])), ...more });
    const line = (title, counts, proposal, attributes) => h("tr", attributes,
      h("th", { scope: "row" }, h("a", { href: to({ proposal }), tabindex: -1, title: proposal ?? "" }, title)),
      columns.map((c) => {
        const made = cell(counts(c), to({ proposal, column: head.columns[c].name }), how);
        if (starts(columns, c)) made.classList.add("starts");
        return made;
      }));
    const body = h("tbody", {}, line("All", (c) => added(head.counts[c]), undefined, { class: "all" }));
    let above = null;
    head.subjects.forEach((subject, s) => {
      if (!columns.some((c) => head.counts[c][s].some(Boolean))) return;
      if (groupOf(subject) !== above) {
        above = groupOf(subject);
        body.append(h("tr", { class: "group" }, h("th", { colspan: columns.length + 1, scope: "rowgroup" }, h("span", {}, above))));
      }
      body.append(line(titleOf(subject), (c) => head.counts[c][s], subject.name, {}));
    });
    const shows = [["", "per cent"], ["counts", "numbers"]];
    return [
      h("h1", {}, "WebAssembly conformance"),
      facts(columns),
      h("form", { class: "filters", role: "search", "aria-label": "Columns", onsubmit: (event) => event.preventDefault() }, columnFilters(),
        choice("Cells", "show", how, shows, { onchange: (event) => go({ show: event.target.value }) })),
      columns.length === 0 ? h("p", { class: "note" }, head.columns.length ? "No engine is called that." : "There are no rows in these reports.")
        : grid(h("table", { id: "matrix" }, caption(legend()), heads(columns, "Version or proposal"), body), "Matrix"),
    ];
  },
};

function legend() {
  const key = (style, text) => h("span", { class: `key ${style}` }, text);
  return ["Share of directives that pass. ", key("pass", "100"), " all, ", key("part", "42.0"), " some, ", key("none", "0"), " none, ",
    h("span", { class: "key red" }, "99.9 ", h("b", {}, "!2")), " as many are not as expected. Each cell leads to its directives; arrow keys go from cell to cell."];
}

/** What this is and when it was. */
function facts(columns) {
  const runs = runNames(columns.map((c) => head.columns[c]));
  const of = (name) => [...new Set(head.runs.filter((run) => runs.some((name) => name.split("+").includes(run[0]))).map((run) => run[head.run_columns.indexOf(name)]))].filter(Boolean);
  const days = of("started").map((time) => time.slice(0, 10)).sort();
  const when = days.length === 0 ? runs.join(", ") : days[0] === days.at(-1) ? days[0] : `${days[0]} to ${days.at(-1)}`;
  const engines = new Set(columns.map((c) => head.columns[c].engine)).size;
  const targets = [...new Set(columns.map((c) => head.columns[c].target))];
  const parts = [when, `${plural(engines, "engine")} in ${plural(columns.length, "configuration")}`,
    `${plural(head.directives, "directive")} of ${plural(head.scripts, "script")}`,
    head.suites.map(([suite, revision]) => (revision.startsWith(suite) ? revision : `${suite} ${revision.slice(0, 20)}`)).join(", "), targets.join(", "), of("cpu").join(", ")];
  return h("p", { class: "facts" }, parts.filter(Boolean).map((part) => h("span", {}, plain(part))));
}

/** A table of links that scrolls under its heads, with arrow keys from cell to cell. */
function grid(table, label) {
  const cells = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("group")).map((row) => [...row.cells]);
  const inside = (cell) => cell?.querySelector("a");
  const enter = (link) => {
    for (const other of table.querySelectorAll("a[tabindex='0']")) other.tabIndex = -1;
    link.tabIndex = 0;
  };
  const first = table.querySelector("tbody a");
  if (first) enter(first);
  table.addEventListener("focusin", (event) => event.target.matches("tbody a") && enter(event.target));
  table.addEventListener("keydown", (event) => {
    const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], Home: [0, -Infinity], End: [0, Infinity] }[event.key];
    const at = event.target.closest("td, th");
    const row = cells.findIndex((row) => row.includes(at));
    if (!step || row < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    let [r, c] = [row, cells[row].indexOf(at)];
    // A cell that was not run has no link and is passed over.
    do {
      r += step[0];
      c = step[1] === Infinity ? cells[row].length - 1 : Math.max(c + step[1], step[1] === -Infinity ? 0 : -1);
    } while (cells[r]?.[c] && !inside(cells[r][c]) && Number.isFinite(step[1]));
    inside(cells[r]?.[c])?.focus();
  });
  return h("div", { class: "scroll grid", role: "region", "aria-label": label, tabindex: first ? undefined : 0 }, table);
}
