
// ---- history and runs ---------------------------------------------------------------------------------------------

/** Maximum number of lines in the chart. */
const LINES = 24;

/** Returns for each configuration its runs, the oldest first, each with its counts by subject. */
function pastOf() {
  const all = [...overview.columns.map((column, c) => ({ column, counts: overview.counts[c] })), ...overview.past.map((past) => ({ column: past, counts: past.counts }))];
  const known = grouped(all, ({ column }) => column.configuration);
  for (const points of known.values()) points.sort((a, b) => order(a.column.when, b.column.when));
  return known;
}

/** Returns the counts to plot: those of one subject, or the sums over all subjects. */
const countsOf = (point, s) => sum(s < 0 ? added(point.counts) : point.counts[s]);

const past = {
  title: "History",
  build(params) {
    const s = overview.subjects.findIndex((subject) => subject.name === params.get("proposal"));
    const wanted = (params.get("engines") ?? "").toLowerCase().split(/[\s,]+/).filter(Boolean);
    const lines = [...pastOf()].filter(([name]) => wanted.length === 0 || wanted.some((word) => name.toLowerCase().includes(word))).sort((a, b) => order(a[0], b[0]));
    const runs = runNames([...overview.columns, ...overview.past]);
    const title = s < 0 ? "all" : titleOf(overview.subjects[s]);
    say(`${plural(runs.length, "run")}, ${title}`);
    return [
      h("h1", {}, "History"),
      h("form", { class: "filters", role: "search", "aria-label": "Lines", onsubmit: (event) => event.preventDefault() },
        choice("Proposal", "proposal", params.get("proposal"), [["", "all"], ...overview.subjects.map((subject) => [subject.name, titleOf(subject)])],
          { onchange: (event) => go({ proposal: event.target.value }) }),
        words("Engines", "engines", "all, or names: vm, wasmi")),
      lines.length === 0 ? h("p", { class: "note" }, "No engine matches this name.") : [
        scrolling("Chart", plot(lines.slice(0, LINES), runs, s)),
        lines.length > LINES ? h("p", { class: "note" }, `The chart shows the first ${LINES} of ${lines.length} lines; the tables have all of them.`) : null,
        runTable(lines, runs, s, title),
        sparklines(lines, runs, params),
      ],
    ].flat();
  },
};

/** Draws the chart: one line per configuration, each with its name at the end and its own dash pattern. */
function plot(lines, runs, s) {
  const [width, pad, right] = [1000, 46, 190];
  const height = Math.max(240, 60 + 15 * lines.length);
  const series = lines.map(([name, points]) => ({ name, points: points.map((point) => ({ run: point.column.run, ...countsOf(point, s) })).filter((point) => point.total) }))
    .filter((line) => line.points.length);
  const rates = series.flatMap((line) => line.points.map(({ pass, total }) => pass / total));
  const low = Math.max(0, Math.floor(20 * Math.min(0.95, ...rates)) / 20);
  const x = (run) => (runs.length < 2 ? width - right : pad + (runs.indexOf(run) * (width - pad - right)) / (runs.length - 1));
  const y = (rate) => height - 26 - ((rate - low) / (1 - low)) * (height - 44);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Share of directives that pass, by run; the table below has the numbers" });
  for (const rate of [low, (low + 1) / 2, 1]) {
    svg.append(draw("line", { x1: pad, x2: width - right, y1: y(rate), y2: y(rate), class: "rule" }), draw("text", { x: pad - 6, y: y(rate) + 4, "text-anchor": "end" }, `${(100 * rate).toFixed(1)}`));
  }
  for (const run of runs.length > 1 ? [runs[0], runs.at(-1)] : runs) {
    svg.append(draw("text", { x: x(run), y: height - 6, "text-anchor": run === runs[0] && runs.length > 1 ? "start" : "end" }, titleOfRun(run).slice(0, 40)));
  }
  // Labels are placed beside the ends of their lines, without overlapping.
  const last = (line) => y(line.points.at(-1).pass / line.points.at(-1).total);
  let free = 0;
  const below = series.toSorted((a, b) => last(a) - last(b));
  below.forEach((line, at) => {
    const label = Math.max(free, Math.min(last(line), height - 12 - 14 * (below.length - at)));
    free = label + 14;
    const style = `--hue:${(lines.findIndex(([name]) => name === line.name) * 137) % 360}`;
    const dash = ["", "7 3", "2 3", "9 3 2 3"][at % 4];
    const end = line.points.at(-1);
    svg.append(draw("g", { class: "line", style },
      draw("polyline", { points: line.points.map(({ run, pass, total }) => `${x(run)},${y(pass / total)}`).join(" "), "stroke-dasharray": dash }),
      line.points.map(({ run, pass, total }) => draw("circle", { cx: x(run), cy: y(pass / total), r: 3 }, draw("title", {}, `${line.name}, ${run}: ${pass}/${total}`))),
      draw("path", { class: "lead", d: `M${x(end.run)},${last(line)} H${width - right + 4} L${width - right + 14},${label}` }),
      draw("text", { x: width - right + 18, y: label + 4 }, `${line.name} ${percent(end.pass, end.total)}`)));
  });
  return svg;
}

function runTable(lines, runs, s, title) {
  return scrolling("Runs", h("table", { id: "history" }, caption(`Directives that pass / directives that were run: ${title}`),
    h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "first" }, "Run"), lines.map(([name]) => h("th", { scope: "col", class: "mode" }, name)))),
    h("tbody", {}, runs.toReversed().map((run) => h("tr", {}, h("th", { scope: "row" }, titleOfRun(run)), lines.map(([, points]) => {
      const point = points.findLast((point) => point.column.run === run);
      const { pass, total } = point ? countsOf(point, s) : { total: 0 };
      return h("td", { class: "n" }, total ? `${pass}/${total}` : "·");
    }))))));
}

/** Draws a sparkline for each proposal and configuration, with its last share and its change since the first run. */
function sparklines(lines, runs, params) {
  const subjects = [-1, ...overview.subjects.map((_, s) => s)];
  const [width, height] = [56, 16];
  const x = (run) => (runs.length < 2 ? width / 2 : 3 + (runs.indexOf(run) * (width - 6)) / (runs.length - 1));
  const line = (points, s) => {
    const known = points.map((point) => ({ run: point.column.run, ...countsOf(point, s) })).filter((point) => point.total);
    if (known.length === 0) return h("td", { class: "cell" }, h("span", { class: "dim" }, "·", h("span", { class: "sr" }, "not run")));
    const [first, last] = [known[0], known.at(-1)];
    const rates = known.map(({ pass, total }) => pass / total);
    const [low, high] = [Math.min(...rates), Math.max(...rates)];
    const y = (rate) => (high === low ? height / 2 : height - 3 - ((rate - low) / (high - low)) * (height - 6));
    const gained = last.pass - first.pass;
    const sign = gained > 0 ? `▲${gained}` : gained < 0 ? `▼${-gained}` : "";
    const words = `${percent(first.pass, first.total)} to ${percent(last.pass, last.total)} per cent in ${plural(known.length, "run")}`;
    return h("td", { class: `cell ${gained > 0 ? "pass" : gained < 0 ? "red" : ""}`, title: words },
      h("span", {}, h("span", { class: "sr" }, `${words} `), draw("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" },
        draw("polyline", { points: known.map(({ run }, at) => `${x(run)},${y(rates[at])}`).join(" ") }),
        draw("circle", { cx: x(last.run), cy: y(rates.at(-1)), r: 2 })),
      h("span", { "aria-hidden": "true" }, percent(last.pass, last.total)), sign && h("b", {}, ` ${sign}`)));
  };
  return grid(h("table", { id: "sparklines" }, caption("Share of directives that pass, by proposal: course, last value in per cent, and change in directives since the first run"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "first" }, "Version or proposal"), lines.map(([name]) => h("th", { scope: "col", class: "mode" }, name)))),
    h("tbody", {}, subjects.map((s) => h("tr", { class: s < 0 ? "all" : "" },
      h("th", { scope: "row" }, h("a", { href: link({ proposal: s < 0 ? "" : overview.subjects[s].name }, params), tabindex: -1 }, s < 0 ? "All" : titleOf(overview.subjects[s]))),
      lines.map(([, points]) => line(points, s)))))), "Sparklines");
}

const runs = {
  title: "Runs",
  build() {
    const table = (what, names, lines) => scrolling(what, h("table", {}, caption(what),
      h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name.replaceAll("_", " "))))),
      h("tbody", {}, lines.map((line) => h("tr", {}, line.map((text) => h("td", { class: text.length > 60 ? "long" : "" }, h("bdi", {}, plain(text)))))))));
    return [
      h("h1", {}, "Runs"),
      table("Runs", overview.run_columns, overview.runs),
      table("Columns", ["Engine", "Mode", "Version", "Target", "Run"], overview.columns.map((c) => [c.engine, c.mode, c.version, c.target, c.run])),
      table("Suites", ["Suite", "Revision"], overview.suites),
    ];
  },
};
