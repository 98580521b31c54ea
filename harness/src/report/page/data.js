"use strict";
// Data of the page. It is unpacked in three steps: the overview for the matrix, all rows, the scripts' source texts.

let overview;
let rows;
let sources;

/** Letter and style of each outcome. The letter makes the outcome readable without colours. */
const LOOKS = {
  pass: ["✓", "pass"], fail: ["F", "red"], xfail: ["~", "part"], xpass: ["X", "red"],
  unsupported: ["–", "none"], skip: ["s", "none"], crash: ["C", "red"], timeout: ["T", "red"],
};
const NOT_RUN = " ".charCodeAt(0);

/** Outcomes by code and by name. */
const byCode = [];
const byName = new Map();

/** For each directive: numbers of its script, kind and features. */
let scriptOf, kindOf, featuresOf;
/** For each column: codes of outcomes by directive, and numbers of details plus 1. */
let codes, details;

/** Makes an HTML element: `h("a", { href: "#" }, "text", child)`. */
function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Makes an SVG element. */
function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

async function unpack(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const number = (n) => n.toLocaleString("en");
const plural = (n, word) => `${number(n)} ${word}${n === 1 ? "" : "s"}`;
const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const titleOf = (subject) => subject.title || subject.name;

/** Escapes control characters and bidirectional controls in untrusted text. */
function plain(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
}

function takeOverview(unpacked) {
  overview = unpacked;
  for (const outcome of overview.outcomes) {
    [outcome.letter, outcome.style] = LOOKS[outcome.name];
    byCode[outcome.code.charCodeAt(0)] = outcome;
    byName.set(outcome.name, outcome);
  }
  const at = overview.run_columns.indexOf("started");
  const started = new Map(overview.runs.map((run) => [run[0], run[at]]));
  const all = [...overview.columns, ...overview.past];
  for (const column of all) {
    column.key = `${column.engine} ${column.mode}`;
    column.when = `${startOf(column.run, started)} ${column.run}`;
  }
  nameColumns(overview.columns, ["version", "target", "run"]);
  const targets = new Set(all.map((column) => column.target));
  for (const column of all) column.configuration = targets.size > 1 ? `${column.key} ${column.target}` : column.key;
}

/** Returns the start time of a run. Merged runs have names joined by `+`, and a name may itself be a time. */
function startOf(run, started) {
  const first = run.split("+")[0];
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(first);
  return started.get(run) ?? started.get(first) ?? (time ? `${time.slice(1, 4).join("-")}T${time.slice(4).join(":")}Z` : "");
}

/** Returns the title of a run: its name and time, or the time alone if the name is the time. */
function titleOfRun(run) {
  const at = [...overview.columns, ...overview.past].find((column) => column.run === run)?.when ?? "";
  const time = at.slice(0, 16).replace("T", " ");
  if (!/^\d{4}-/.test(at)) return plain(run);
  return /^\d{8}T\d{6}Z$/.test(run) ? time : `${plain(run)}, ${time}`;
}

/** Names columns by engine and mode, and by the other parts in which columns with the same engine and mode differ. */
function nameColumns(columns, parts) {
  const twins = grouped(columns, (column) => column.key);
  for (const column of columns) {
    const others = twins.get(column.key);
    column.more = parts.filter((part) => new Set(others.map((other) => other[part])).size > 1).map((part) => column[part]);
    column.name = [column.key, ...column.more].join(" ");
  }
}

function grouped(list, key) {
  const groups = new Map();
  for (const item of list) {
    const known = groups.get(key(item));
    if (known) known.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

function takeRows(unpacked) {
  rows = unpacked;
  const count = overview.directives;
  scriptOf = new Uint32Array(count);
  kindOf = new Uint32Array(count);
  featuresOf = new Uint32Array(count);
  let at = 0;
  rows.scripts.forEach((script, number) => {
    script.first = at;
    script.end = at + script.kinds.length;
    scriptOf.fill(number, script.first, script.end);
    kindOf.set(script.kinds, at);
    featuresOf.set(script.features, at);
    script.lines = script.lines.map(lines);
    script.name = `${overview.suites[script.suites[0]][0]}/${script.file}`;
    at = script.end;
  });
  const encoder = new TextEncoder();
  codes = rows.outcomes.map((text) => encoder.encode(text));
  details = rows.details.map((pairs) => {
    const of = new Uint32Array(count);
    for (let i = 0, directive = 0; i < pairs.length; i += 2) of[(directive += pairs[i])] = pairs[i + 1] + 1;
    return of;
  });
  rows.outcomes = rows.details = null;
}

/** Decodes line differences; a line is 0 if the revision has no such directive. */
function lines(deltas) {
  let line = 0;
  return Uint32Array.from(deltas, (delta) => (delta < 0 ? 0 : (line += delta)));
}

const detailOf = (column, i) => (details[column][i] ? plain(rows.texts[details[column][i] - 1]) : "");

/** Returns the index of the newest revision of the script that has a directive. */
function revisionOf(i) {
  const script = rows.scripts[scriptOf[i]];
  let revision = script.suites.length - 1;
  while (revision > 0 && script.lines[revision][i - script.first] === 0) revision--;
  return revision;
}

function lineOf(i) {
  const script = rows.scripts[scriptOf[i]];
  return script.lines[revisionOf(i)][i - script.first];
}

/** Returns a directive's name: suite, file and line, and its number on the line if there are several. */
function nameOf(i) {
  const script = rows.scripts[scriptOf[i]];
  const line = lineOf(i);
  let nth = 1;
  for (let j = i - 1; j >= script.first && lineOf(j) === line; j--) nth++;
  return `${script.name}:${line}${nth > 1 ? `.${nth}` : ""}`;
}

/** Returns the directive with a name; -1 if there is none. */
function named(name) {
  const parts = /^(.*):(\d+)(?:\.(\d+))?$/.exec(name ?? "");
  const script = parts && rows.scripts.find((known) => known.name === parts[1]);
  if (!script) return -1;
  for (let i = script.first, nth = Number(parts[3] ?? 1); i < script.end; i++) {
    if (lineOf(i) === Number(parts[2]) && --nth === 0) return i;
  }
  return -1;
}

/** Returns the columns to show: those of the named run, else the newest of each configuration; and of the named engines. */
function shown(params) {
  const run = params.get("run") ?? "";
  const words = (params.get("engines") ?? "").toLowerCase().split(/[\s,]+/).filter(Boolean);
  const newest = new Map();
  for (const column of overview.columns) {
    const known = newest.get(column.configuration);
    if (!known || known.when < column.when) newest.set(column.configuration, column);
  }
  const is = (column) => (run === "*" || (run ? column.run === run : newest.get(column.configuration).run === column.run))
    && (words.length === 0 || words.some((word) => column.name.toLowerCase().includes(word)));
  return overview.columns.map((_, c) => c).filter((c) => is(overview.columns[c]));
}

/** Returns the names of the runs, the oldest first. */
function runNames(columns = overview.columns) {
  const when = new Map(columns.map((column) => [column.run, column.when]));
  return [...when.keys()].sort((a, b) => order(when.get(a), when.get(b)));
}
