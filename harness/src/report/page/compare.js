
// ---- compare ------------------------------------------------------------------------------------------------------

/** Kinds of changes, the same as in `wassay compare`. */
const CHANGES = {
  regression: { many: "regressions", style: "red" },
  accepted: { many: "accepted regressions", style: "part" },
  fix: { many: "fixes", style: "pass" },
  skip: { many: "skipped on one side", style: "none" },
  suite: { many: "changed with the suite", style: "none" },
  expectation: { many: "changed with the expectations", style: "none" },
  new: { many: "new", style: "none" },
  removed: { many: "removed", style: "none" },
};

/** Returns the severity of a result, independent of expectations; null if the directive was skipped. */
function rankOf(c, i) {
  const { name, rank } = byCode[codes[c][i]];
  const dead = name === "xfail" && / \((crash|timeout): /.test(rows.texts[details[c][i] - 1] ?? "");
  return dead ? byName.get("crash").rank : rank;
}

const revisionRun = (script, c) => (script.ran.length ? script.ran[c] : 0);

/** Returns whether two revisions of a script have the same shape: the same directives on the same lines. */
function alikeRevisions(script, a, b) {
  const [before, now] = [script.lines[a], script.lines[b]];
  return before.every((line, at) => line === now[at]);
}

/** Returns whether two columns are from the same build of the harness. A build with uncommitted changes has no identity. */
function sameHarness(a, b) {
  const at = overview.run_columns.indexOf("revision_of_wassay");
  const of = (c) => [...new Set(overview.runs.filter((run) => overview.columns[c].run.split("+").includes(run[0])).map((run) => run[at]))];
  const [before, now] = [of(a), of(b)];
  return before.length === 1 && now.length === 1 && before[0] === now[0] && !before[0].endsWith("-dirty");
}

/** Returns a function that returns the kind of change of a directive between two columns, or null. */
function changeBetween([a, b]) {
  const sameEngine = overview.columns[a].version === overview.columns[b].version && sameHarness(a, b);
  // Cached for each script: same revision, same shape, and whether it failed as a whole in the later run.
  const known = [];
  const about = (number) => {
    const script = rows.scripts[number];
    const [before, now] = [revisionRun(script, a), revisionRun(script, b)];
    let [had, broken] = [false, false];
    for (let i = script.first; i < script.end; i++) {
      had ||= codes[a][i] !== NOT_RUN;
      broken ||= isScript(i) && codes[b][i] !== NOT_RUN && byCode[codes[b][i]].red;
    }
    return { pinned: before === now, alike: alikeRevisions(script, before, now), broken: broken && had };
  };
  const change = (i) => {
    const [before, now] = [codes[a][i], codes[b][i]];
    if (before === now && !(byCode[before]?.name === "xfail")) return null;
    const { pinned, alike, broken } = (known[scriptOf[i]] ??= about(scriptOf[i]));
    if (before === NOT_RUN) return broken && isScript(i) ? "regression" : "new";
    if (now === NOT_RUN) return "removed";
    const [was, is] = [rankOf(a, i), rankOf(b, i)];
    if (was === null || is === null) return before === now ? null : "skip";
    const judged = [before, now].some((code) => byCode[code].name.startsWith("x"));
    if (was === is) return before !== now && judged ? "expectation" : null;
    if (!pinned && (!alike || sameEngine)) return "suite";
    if (is < was) return "fix";
    return byCode[now].name === "xfail" ? "accepted" : "regression";
  };
  return Object.assign(change, { a, b });
}

const isScript = (i) => rows.kinds[kindOf[i]] === "script";

/** Formats a change as `pass → fail on vm o3`; null if there is none. */
function moved(change, i) {
  if (!change(i)) return null;
  const side = (c) => byCode[codes[c][i]]?.name ?? "not run";
  return `${side(change.a)} → ${side(change.b)} on ${overview.columns[change.b].key}`;
}

/** Returns the possible sides of a comparison: runs and columns. */
const sides = () => [...runNames().map((run) => [`run:${run}`, `run ${titleOfRun(run)}`]), ...overview.columns.map((column) => [column.name, column.name])];

/** Returns the last two runs that have a configuration in common, if there are any. */
function lastRuns() {
  const names = runNames();
  const of = new Map(names.map((run) => [run, new Set(overview.columns.filter((column) => column.run === run).map((column) => column.configuration))]));
  for (const b of names.toReversed()) {
    const a = names.slice(0, names.indexOf(b)).findLast((run) => [...of.get(run)].some((configuration) => of.get(b).has(configuration)));
    if (a) return { a, b };
  }
  return null;
}

/** Returns a side of the comparison: from the address, else one of the last two runs, else the first or last column. */
function side(params, which) {
  const named = params.get(which);
  if (named && sides().some(([value]) => value === named)) return named;
  const runs = lastRuns();
  if (runs) return `run:${runs[which]}`;
  return overview.columns.at(which === "a" ? 0 : -1)?.name ?? "";
}

const sideName = (params, which) => sides().find(([value]) => value === side(params, which))?.[1] ?? "";

/** Returns the pairs of columns to compare. The columns of two runs are paired by engine, mode and target. */
function pairsOf(params) {
  const of = (which) => overview.columns.map((_, c) => c).filter((c) => `run:${overview.columns[c].run}` === side(params, which) || overview.columns[c].name === side(params, which));
  const [before, now] = [of("a"), of("b")];
  if (![side(params, "a"), side(params, "b")].some((value) => value.startsWith("run:"))) return before.length && now.length ? [[before[0], now[0]]] : [];
  const same = (a, b) => overview.columns[a].key === overview.columns[b].key && overview.columns[a].target === overview.columns[b].target;
  // If a run has several versions of an engine, columns are paired by version too.
  const several = [before, now].some((list) => list.some((c, at) => list.some((d, other) => at !== other && same(c, d))));
  return before.flatMap((a) => now.filter((b) => same(a, b) && (!several || overview.columns[a].version === overview.columns[b].version)).map((b) => [a, b]));
}

const changesBetween = (params) => pairsOf(params).map(changeBetween);

const compare = {
  title: "Compare",
  rows: true,
  build(params) {
    const changes = changesBetween(params);
    const kinds = Object.keys(CHANGES);
    const none = () => Object.fromEntries(kinds.map((kind) => [kind, 0]));
    const bySubject = overview.subjects.map(none);
    const byColumn = changes.map(none);
    const all = none();
    changes.forEach((change, at) => {
      for (let i = 0; i < overview.directives; i++) {
        if (codes[change.a][i] === NOT_RUN && codes[change.b][i] === NOT_RUN) continue;
        const kind = change(i);
        if (!kind) continue;
        all[kind]++;
        byColumn[at][kind]++;
        bySubject[rows.scripts[scriptOf[i]].subject][kind]++;
      }
    });
    const [a, b] = [side(params, "a"), side(params, "b")];
    const to = (change, more = {}) => link({ view: "directives", change, a, b, ...more });
    const cellOf = (kind, n, more) => h("td", { class: `cell ${n ? CHANGES[kind].style : ""}` }, n ? h("a", { href: to(kind, more), tabindex: -1 }, number(n)) : h("span", { class: "dim" }, "·"));
    const table = (id, what, first, lines) => grid(h("table", { id }, caption(what),
      h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "first" }, first), kinds.map((kind) => h("th", { scope: "col", class: "mode" }, CHANGES[kind].many)))),
      h("tbody", {}, lines)), what);
    const line = (title, counts, more) => h("tr", {}, h("th", { scope: "row" }, title), kinds.map((kind) => cellOf(kind, counts[kind], more)));
    const any = (counts) => kinds.some((kind) => counts[kind]);
    say(`${plural(all.regression, "regression")}, ${plural(all.fix, "fix").replace("fixs", "fixes")}`);
    return [
      h("h1", {}, "Changes"),
      h("form", { class: "filters", onsubmit: (event) => event.preventDefault() },
        ["a", "b"].map((which) => choice(which === "a" ? "From" : "To", which, side(params, which), sides(), { onchange: (event) => go({ [which]: event.target.value }) })),
        h("button", { type: "button", onclick: () => go({ a: b, b: a }) }, "Swap")),
      changes.length === 0 ? h("p", { class: "note" }, "The two sides have no engine and mode in common.") : [
        h("ul", { class: "tiles" }, kinds.filter((kind) => all[kind] || kind === "regression" || kind === "fix").map((kind) =>
          h("li", { class: all[kind] ? CHANGES[kind].style : "" }, h("a", { href: to(kind) }, h("b", {}, number(all[kind])), ` ${CHANGES[kind].many}`)))),
        h("p", { class: "note" }, "A regression is a change to a higher severity: pass, unsupported, fail, crash or timeout. Changes that come from an expectation or from another revision of the script are listed apart."),
        any(all) && table("compare", "Changes by proposal", "Version or proposal",
          [line("All", all, {}), ...overview.subjects.map((subject, s) => any(bySubject[s]) && line(titleOf(subject), bySubject[s], { proposal: subject.name }))]),
        any(all) && changes.length > 1 && table("compare-columns", "Changes by engine", "Engine and mode",
          changes.map((change, at) => any(byColumn[at]) && line(overview.columns[change.b].key, byColumn[at], { a: overview.columns[change.a].name, b: overview.columns[change.b].name }))),
      ],
    ].flat();
  },
};
