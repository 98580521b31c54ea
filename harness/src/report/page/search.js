
// ---- search -------------------------------------------------------------------------------------------------------

/** Texts in lower case, made on the first search. */
const lower = { kinds: null, features: null, texts: null, sources: null };

function lowerCase(which) {
  return (lower[which] ??= rows[which].map((text) => text.toLowerCase()));
}

/** Returns for each text whether it contains a word. */
const having = (texts, word) => Uint8Array.from(texts, (text) => (text.includes(word) ? 1 : 0));

/** Returns the source texts in lower case; null until they are unpacked. */
function lowerSources() {
  return sources && (lower.sources ??= sources.texts.map((text) => text.toLowerCase()));
}

/** Offsets of lines in source texts, made on the first search. */
const beginnings = new Map();

function beginningsOf(source) {
  let known = beginnings.get(source);
  if (!known) {
    const text = lower.sources[source];
    const list = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) list.push(at + 1);
    beginnings.set(source, (known = Uint32Array.from(list)));
  }
  return known;
}

/** Marks the directives of a script whose source contains a word. */
function inSource(number, word, marks) {
  const script = rows.scripts[number];
  const source = sources.of[number].at(-1);
  if (source === null) return;
  const text = lower.sources[source];
  let at = text.indexOf(word);
  if (at < 0) return;
  const begins = beginningsOf(source);
  const lines = script.lines.at(-1);
  for (let i = 0; i < lines.length && at >= 0; i++) {
    if (lines[i] === 0) continue;
    let next = i + 1;
    while (next < lines.length && (lines[next] === 0 || lines[next] === lines[i])) next++;
    const end = next < lines.length ? begins[lines[next] - 1] : text.length;
    const begin = begins[lines[i] - 1];
    if (at < begin) at = text.indexOf(word, begin);
    if (at >= 0 && at < end) {
      for (let j = i; j < next; j++) if (lines[j] !== 0) marks[script.first + j] = 1;
      at = text.indexOf(word, end);
    }
    i = next - 1;
  }
}

/** Returns predicates of whether a word matches a script (its name) or a directive (line, kind, features, details, source). */
function fits(word, columns) {
  const kinds = having(lowerCase("kinds"), word);
  const features = having(lowerCase("features"), word);
  const texts = having(lowerCase("texts"), word);
  const line = /^\d+$/.test(word) ? Number(word) : 0;
  const of = columns.map((c) => details[c]);
  const anyText = texts.includes(1);
  const marks = lowerSources() && new Uint8Array(overview.directives);
  return {
    script(number) {
      const whole = rows.scripts[number].name.toLowerCase().includes(word);
      if (!whole && marks) inSource(number, word, marks);
      return whole;
    },
    directive(i) {
      if (kinds[kindOf[i]] || features[featuresOf[i]] || marks?.[i] || (line && lineOf(i) === line)) return true;
      return anyText && of.some((numbers) => numbers[i] && texts[numbers[i] - 1]);
    },
  };
}

/** Returns the directives that match the filters of an address, in order. */
function select(params) {
  const proposal = params.get("proposal");
  const file = params.get("file");
  const columns = columnsOf(params);
  const wanted = new Uint8Array(256);
  const names = params.get("outcome")?.split(",") ?? [];
  overview.outcomes.forEach((outcome) => { wanted[outcome.code.charCodeAt(0)] = names.length === 0 || names.includes(outcome.name) ? 1 : 0; });
  const only = params.get("column") ? columns.filter((c) => overview.columns[c].name === params.get("column")) : columns;
  const query = (params.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  // A word of the form `file:line` is searched as two words.
  const tests = query.flatMap((word) => /^(.+):(\d+)$/.exec(word)?.slice(1) ?? word).map((word) => fits(word, only));
  const differ = params.get("differ") === "1";
  const kind = params.get("change");
  const changes = kind ? changesBetween(params) : null;
  const found = new Uint32Array(overview.directives);
  let count = 0;
  rows.scripts.forEach((script, number) => {
    if (proposal && overview.subjects[script.subject].name !== proposal) return;
    if (file && script.name !== file) return;
    const rest = tests.filter((test) => !test.script(number));
    for (let i = script.first; i < script.end; i++) {
      if (changes ? !changes.some((change) => change(i) === kind) : !only.some((c) => wanted[codes[c][i]])) continue;
      if (differ && alike(columns, i)) continue;
      if (rest.every((test) => test.directive(i))) found[count++] = i;
    }
  });
  return found.subarray(0, count);
}

/** Returns whether a directive has the same outcome in all columns that ran it. */
function alike(columns, i) {
  let known = NOT_RUN;
  for (const c of columns) {
    const code = codes[c][i];
    if (code === NOT_RUN || code === known) continue;
    if (known !== NOT_RUN) return false;
    known = code;
  }
  return true;
}

/** Returns the columns of the list: those of the comparison, else those to show and the column filter's. */
function columnsOf(params) {
  if (params.get("change")) return [...new Set(pairsOf(params).flat())];
  const columns = shown(params);
  const one = overview.columns.findIndex((column) => column.name === params.get("column"));
  return one < 0 || columns.includes(one) ? columns : [...columns, one].sort((a, b) => a - b);
}
