"use strict";
// What the page knows. It is unpacked in three steps: what the matrix needs, every row, the scripts' texts.

let head;
let rows;
let sources;

/** How outcomes look: a letter, so that nothing is said by colour alone, and a style. */
const LOOKS = {
  pass: ["✓", "pass"], fail: ["F", "red"], xfail: ["~", "part"], xpass: ["X", "red"],
  unsupported: ["–", "none"], skip: ["s", "none"], crash: ["C", "red"], timeout: ["T", "red"],
};
const ABSENT = " ".charCodeAt(0);

/** Outcomes by the code that they are packed as, and by name. */
const byCode = [];
const byName = new Map();

/** Of each directive: its script, its kind and its features. */
let scriptOf, kindOf, featuresOf;
/** Of each column: codes of outcomes by directive, and 1 + numbers of details. */
let codes, details;

/** Makes an element: `h("a", { href: "#" }, "text", child)`. */
function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a piece of a drawing. */
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

/** Text of somebody else: what would change how the page reads (controls, reversed writing) is shown as what it is. */
function plain(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
}

function takeHead(unpacked) {
  head = unpacked;
  for (const outcome of head.outcomes) {
    [outcome.letter, outcome.style] = LOOKS[outcome.name];
    byCode[outcome.code.charCodeAt(0)] = outcome;
    byName.set(outcome.name, outcome);
  }
  const at = head.run_columns.indexOf("started");
  const started = new Map(head.runs.map((run) => [run[0], run[at]]));
  const all = [...head.columns, ...head.past];
  for (const column of all) {
    column.key = `${column.engine} ${column.mode}`;
    column.when = `${startOf(column.run, started)} ${column.run}`;
  }
  nameColumns(head.columns, ["version", "target", "run"]);
  const targets = new Set(all.map((column) => column.target));
  for (const column of all) column.configuration = targets.size > 1 ? `${column.key} ${column.target}` : column.key;
}

/** When a run began. Parts of a whole, merged, have all of their names with `+` between; a name can be a time. */
function startOf(run, started) {
  const first = run.split("+")[0];
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(first);
  return started.get(run) ?? started.get(first) ?? (time ? `${time.slice(1, 4).join("-")}T${time.slice(4).join(":")}Z` : "");
}

/** A run as people say it: the time for one that is only named after it. */
function titleOfRun(run) {
  const at = [...head.columns, ...head.past].find((column) => column.run === run)?.when ?? "";
  const time = at.slice(0, 16).replace("T", " ");
  if (!/^\d{4}-/.test(at)) return plain(run);
  return /^\d{8}T\d{6}Z$/.test(run) ? time : `${plain(run)}, ${time}`;
}

/** Names columns by engine and mode, and what else tells them from others. */
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
  const count = head.directives;
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
    script.name = `${head.suites[script.suites[0]][0]}/${script.file}`;
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

/** Lines from steps; 0 where a revision has no such directive. */
function lines(steps) {
  let line = 0;
  return Uint32Array.from(steps, (step) => (step < 0 ? 0 : (line += step)));
}

const detailOf = (column, i) => (details[column][i] ? plain(rows.texts[details[column][i] - 1]) : "");

/** The newest revision of its script that has a directive, as an index. */
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

/** A directive's name: where it is, and which of those on its line if there are more. */
function nameOf(i) {
  const script = rows.scripts[scriptOf[i]];
  const line = lineOf(i);
  let nth = 1;
  for (let j = i - 1; j >= script.first && lineOf(j) === line; j--) nth++;
  return `${script.name}:${line}${nth > 1 ? `.${nth}` : ""}`;
}

/** The directive of a name; -1 if there is none. */
function named(name) {
  const parts = /^(.*):(\d+)(?:\.(\d+))?$/.exec(name ?? "");
  const script = parts && rows.scripts.find((known) => known.name === parts[1]);
  if (!script) return -1;
  for (let i = script.first, nth = Number(parts[3] ?? 1); i < script.end; i++) {
    if (lineOf(i) === Number(parts[2]) && --nth === 0) return i;
  }
  return -1;
}

/** Columns that are to be shown: of each configuration its newest run if no run is named, and only those engines. */
function shown(params) {
  const run = params.get("run") ?? "";
  const words = (params.get("engines") ?? "").toLowerCase().split(/[\s,]+/).filter(Boolean);
  const newest = new Map();
  for (const column of head.columns) {
    const known = newest.get(column.configuration);
    if (!known || known.when < column.when) newest.set(column.configuration, column);
  }
  const is = (column) => (run === "*" || (run ? column.run === run : newest.get(column.configuration).run === column.run))
    && (words.length === 0 || words.some((word) => column.name.toLowerCase().includes(word)));
  return head.columns.map((_, c) => c).filter((c) => is(head.columns[c]));
}

/** Names of the runs, the oldest first. */
function runNames(columns = head.columns) {
  const when = new Map(columns.map((column) => [column.run, column.when]));
  return [...when.keys()].sort((a, b) => order(when.get(a), when.get(b)));
}
