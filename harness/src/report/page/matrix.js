
// ---- matrix -------------------------------------------------------------------------------------------------------

/** Formats counts as `3 pass, 1 fail`. */
const inWords = (counts) => overview.outcomes.map(({ name }, o) => counts[o] && `${number(counts[o])} ${name}`).filter(Boolean).join(", ");

/** Returns the numbers of directives that ran, that passed, and that had unexpected outcomes. */
function sum(counts) {
  const of = (name) => counts[overview.outcomes.findIndex((outcome) => outcome.name === name)] ?? 0;
  const total = counts.reduce((sum, n) => sum + n, 0) - of("skip");
  const red = overview.outcomes.reduce((sum, outcome, o) => sum + (outcome.red ? counts[o] : 0), 0);
  return { total, pass: of("pass"), red };
}

/** Adds counts. */
function added(all) {
  return overview.outcomes.map((_, o) => all.reduce((sum, counts) => sum + counts[o], 0));
}

/** Formats a share in per cent. It is rounded so that only all directives give 100 and only none give 0. */
function percent(pass, total) {
  if (pass === total) return "100";
  if (pass === 0) return "0";
  return Math.max(0.1, Math.floor((1000 * pass) / total) / 10).toFixed(1);
}

/** Makes a cell of the matrix, with a link to its directives. */
function cell(counts, href, how) {
  const { total, pass, red } = sum(counts);
  if (total === 0) return h("td", { class: "cell" }, h("span", { class: "dim" }, "·", h("span", { class: "sr" }, "not run")));
  const style = red ? "red" : pass === total ? "pass" : pass > 0 ? "part" : "none";
  const text = how === "counts" ? `${pass}/${total}` : percent(pass, total);
  return h("td", { class: `cell ${style}`, style: `--share:${((100 * pass) / total).toFixed(1)}%` },
    h("a", { href, title: `${pass}/${total}: ${inWords(counts)}`, tabindex: -1 }, text, red > 0 && h("b", {}, ` !${red}`)));
}

/** Makes the two header rows: engines, and their modes. */
function heads(columns, before) {
  const runs = [];
  for (const c of columns) {
    if (runs.at(-1)?.engine === overview.columns[c].engine) runs.at(-1).span++;
    else runs.push({ engine: overview.columns[c].engine, span: 1 });
  }
  const what = (c) => [overview.columns[c].version, overview.columns[c].target, `run ${overview.columns[c].run}`].join("\n");
  return h("thead", {},
    h("tr", {}, h("th", { scope: "col", rowspan: 2, class: "first" }, before), runs.map(({ engine, span }) => h("th", { scope: "colgroup", colspan: span, class: "engine" }, engine))),
    h("tr", {}, columns.map((c) => h("th", { scope: "col", class: `mode ${starts(columns, c)}`, title: what(c) }, [overview.columns[c].mode, ...overview.columns[c].more].join(" ")))));
}

/** Returns the style of an engine's first column, which has a line before it. */
const starts = (columns, c) => (overview.columns[columns[columns.indexOf(c) - 1]]?.engine === overview.columns[c].engine ? "" : "starts");

/** Returns the group heading of a row: a version of the spec, or a phase. */
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
        const made = cell(counts(c), to({ proposal, column: overview.columns[c].name }), how);
        if (starts(columns, c)) made.classList.add("starts");
        return made;
      }));
    const body = h("tbody", {}, line("All", (c) => added(overview.counts[c]), undefined, { class: "all" }));
    let above = null;
    overview.subjects.forEach((subject, s) => {
      if (!columns.some((c) => overview.counts[c][s].some(Boolean))) return;
      if (groupOf(subject) !== above) {
        above = groupOf(subject);
        body.append(h("tr", { class: "group" }, h("th", { colspan: columns.length + 1, scope: "rowgroup" }, h("span", {}, above))));
      }
      body.append(line(titleOf(subject), (c) => overview.counts[c][s], subject.name, {}));
    });
    const shows = [["", "per cent"], ["counts", "counts"]];
    return [
      h("h1", {}, "WebAssembly conformance"),
      facts(columns),
      h("form", { class: "filters", role: "search", "aria-label": "Columns", onsubmit: (event) => event.preventDefault() }, columnFilters(),
        choice("Cells", "show", how, shows, { onchange: (event) => go({ show: event.target.value }) })),
      columns.length === 0 ? h("p", { class: "note" }, overview.columns.length ? "No engine matches this name." : "These reports have no rows.")
        : grid(h("table", { id: "matrix" }, caption(legend()), heads(columns, "Version or proposal"), body), "Matrix"),
    ];
  },
};

function legend() {
  const key = (style, text) => h("span", { class: `key ${style}` }, text);
  return ["Share of directives that pass, in per cent: ", key("pass", "100"), " all, ", key("part", "42.0"), " some, ", key("none", "0"), " none, ",
    h("span", { class: "key red" }, "99.9 ", h("b", {}, "!2")), " two unexpected outcomes. Cells link to their directives; arrow keys move between cells."];
}

/** Describes the runs: dates, engines, directives, suites, targets and processors. */
function facts(columns) {
  const runs = runNames(columns.map((c) => overview.columns[c]));
  const of = (name) => [...new Set(overview.runs.filter((run) => runs.some((name) => name.split("+").includes(run[0]))).map((run) => run[overview.run_columns.indexOf(name)]))].filter(Boolean);
  const days = of("started").map((time) => time.slice(0, 10)).sort();
  const when = days.length === 0 ? runs.join(", ") : days[0] === days.at(-1) ? days[0] : `${days[0]} to ${days.at(-1)}`;
  const engines = new Set(columns.map((c) => overview.columns[c].engine)).size;
  const targets = [...new Set(columns.map((c) => overview.columns[c].target))];
  const parts = [when, `${plural(engines, "engine")} in ${plural(columns.length, "configuration")}`,
    `${plural(overview.directives, "directive")} of ${plural(overview.scripts, "script")}`,
    overview.suites.map(([suite, revision]) => (revision.startsWith(suite) ? revision : `${suite} ${revision.slice(0, 20)}`)).join(", "), targets.join(", "), of("cpu").join(", ")];
  return h("p", { class: "facts" }, parts.filter(Boolean).map((part) => h("span", {}, plain(part))));
}

/** Makes a scrolling table of links with fixed headers. Arrow keys move between its cells. */
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
    // A cell without directives has no link and is skipped.
    do {
      r += step[0];
      c = step[1] === Infinity ? cells[row].length - 1 : Math.max(c + step[1], step[1] === -Infinity ? 0 : -1);
    } while (cells[r]?.[c] && !inside(cells[r][c]) && Number.isFinite(step[1]));
    inside(cells[r]?.[c])?.focus();
  });
  return h("div", { class: "scroll grid", role: "region", "aria-label": label, tabindex: first ? undefined : 0 }, table);
}
