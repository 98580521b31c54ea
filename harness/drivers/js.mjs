// Drives the WebAssembly engine of a JavaScript host for wassay: Node.js, Deno, Bun and whatever else has `node:fs`, and
// shells that have `readline` and `print` instead, such as `jsc` and SpiderMonkey's `js`. The protocol is described in
// DRIVERS.md.
//
// What JavaScript can't hold exactly goes through small modules made here: a NaN's payload may be lost in a JavaScript
// number, and a v128 can't be one at all. So functions and globals of such types are wrapped in wasm that reads its
// arguments from memory and writes its results there.

const PROTOCOL = 2;

// ---- values -------------------------------------------------------------------------------------------------------

const HEAPS = {
  func: 0x70, extern: 0x6f, any: 0x6e, eq: 0x6d, i31: 0x6c, struct: 0x6b, array: 0x6a,
  none: 0x71, noextern: 0x72, nofunc: 0x73, exn: 0x69, noexn: 0x74, cont: 0x68, nocont: 0x75,
};
const NUMBERS = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** Values of the host by the number that scripts know them by: one object each, so that identity is kept. */
const hosts = new Map();
const hostNumbers = new WeakMap();
/** References that were given out, so that they can come back as arguments. */
let references = [];

function host(number) {
  let object = hosts.get(number);
  if (object === undefined) {
    object = { wassay: number };
    hosts.set(number, object);
    hostNumbers.set(object, number);
  }
  return object;
}

/** A type such as `i32`, `(ref null any)` or `(ref $struct)`, taken apart. */
function parseType(text) {
  if (text in NUMBERS) return { number: text };
  const [, nullable, concrete, heap] = /^\(ref (null )?(\$)?([a-z0-9]+)\)$/.exec(text);
  return { heap, nullable: nullable !== undefined, concrete: concrete !== undefined };
}

function hexToBytes(hex, bytes) {
  const out = new Uint8Array(bytes);
  const digits = hex.slice(2).padStart(2 * bytes, "0");
  for (let i = 0; i < bytes; i++) out[i] = parseInt(digits.substr(2 * (bytes - 1 - i), 2), 16);
  return out;
}

function bytesToHex(bytes) {
  let digits = "";
  for (let i = bytes.length - 1; i >= 0; i--) digits += bytes[i].toString(16).padStart(2, "0");
  return "0x" + digits;
}

const view = new DataView(new ArrayBuffer(8));

/** A value of the protocol as a JavaScript value. */
function fromWire(value) {
  const [kind, content] = Object.entries(value)[0];
  switch (kind) {
    case "i32": return content;
    case "i64": return BigInt.asIntN(64, BigInt(content));
    case "f32": view.setUint32(0, Number(content)); return view.getFloat32(0);
    case "f64": view.setBigUint64(0, BigInt(content)); return view.getFloat64(0);
    case "ref":
      if (content === "null") return null;
      if (content === "extern" || content === "host") return host(value.host);
      if (value.id !== undefined) return references[value.id];
  }
  throw new Stop({ stop: "unsupported", feature: "js-api", what: `an argument ${JSON.stringify(value)}` });
}

/** A JavaScript value as one of the protocol. */
function toWire(value, type) {
  switch (type.number) {
    case "i32": return { i32: value };
    case "i64": return { i64: value.toString() };
    case "f32": view.setFloat32(0, value); return { f32: "0x" + view.getUint32(0).toString(16) };
    case "f64": view.setFloat64(0, value); return { f64: "0x" + view.getBigUint64(0).toString(16) };
  }
  if (value === null || value === undefined) return { ref: "null", heap: type.concrete ? "concrete" : type.heap };
  const id = references.push(value) - 1;
  const number = typeof value === "object" ? hostNumbers.get(value) : undefined;
  switch (type.heap) {
    case "func": case "nofunc": return { ref: "func", id };
    case "extern": case "noextern": return number === undefined ? { ref: "extern", id } : { ref: "extern", host: number };
    case "exn": return { ref: "exn", id };
  }
  if (number !== undefined) return { ref: "host", host: number };
  if (typeof value === "number") return { ref: "i31", id };
  return { ref: classify(value) ?? type.heap, id };
}

// ---- modules made here --------------------------------------------------------------------------------------------

const leb = (value) => {
  const out = [];
  do {
    const byte = value & 0x7f;
    value >>>= 7;
    out.push(value ? byte | 0x80 : byte);
  } while (value);
  return out;
};
const vec = (items) => [...leb(items.length), ...items.flat()];
/** A name; those used here are of ASCII letters. */
const text = (string) => vec(Array.from(string, (char) => char.charCodeAt(0)));
const section = (id, content) => [id, ...leb(content.length), ...content];
const typeBytes = (type) => {
  if (type.number) return [NUMBERS[type.number]];
  const heap = HEAPS[type.heap];
  return type.nullable ? [heap] : [0x64, heap];
};
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const SLOT = 16;
const LOADS = { f32: [0x2a, 2], f64: [0x2b, 3], v128: [0xfd, 0, 4] };
const STORES = { f32: [0x38, 2], f64: [0x39, 3], v128: [0xfd, 11, 4] };
/** Whether a value of the type passes through memory. */
const through = (type) => type.number in LOADS;
const plain = (type) => type.number !== undefined || !type.concrete;

function compileParts(parts) {
  return new WebAssembly.Module(new Uint8Array([...HEADER, ...parts.flat()]));
}

/** Whether a reference of `any` is a struct, an array or another thing of `eq`; nothing where the host has no GC. */
const classify = (() => {
  let test;
  return (value) => {
    if (test === undefined) {
      try {
        const check = (heap) => [0x20, 0, 0xfb, 0x14, HEAPS[heap]];
        const choose = (heap, number, other) => [...check(heap), 0x04, 0x7f, 0x41, number, 0x05, ...other, 0x0b];
        const body = [0, ...choose("struct", 1, choose("array", 2, choose("i31", 3, choose("eq", 4, [0x41, 0])))), 0x0b];
        const module = compileParts([
          section(1, vec([[0x60, ...vec([HEAPS.any]), ...vec([0x7f])]])), section(3, vec([0])),
          section(7, vec([[...text("f"), 0, 0]])), section(10, vec([[...leb(body.length), ...body]])),
        ]);
        test = new WebAssembly.Instance(module).exports.f;
      } catch {
        test = null;
      }
    }
    return test ? [undefined, "struct", "array", "i31", "eq"][test(value)] : undefined;
  };
})();

/** Where wrapped functions find their arguments and leave their results: room for 1,000 of each, and more. */
let scratch;
/** Wrapped functions by what they wrap. */
const wrappers = new WeakMap();

/** A function that takes and gives in memory what JavaScript can't hold. */
function wrapFunction(func, params, results) {
  let wrapped = wrappers.get(func);
  if (wrapped) return wrapped;
  const passed = params.filter((type) => !through(type));
  const body = [];
  // The results come off the operand stack in reverse, into locals.
  const locals = results.map((type) => [1, ...typeBytes(type)]);
  const slots = [];
  let next = 0;
  let local = 0;
  for (const type of params) {
    if (through(type)) {
      const at = SLOT * next++;
      body.push(0x41, ...sleb(at), ...LOADS[type.number], 0);
      slots.push(at);
    } else {
      body.push(0x20, ...leb(local++));
      slots.push(null);
    }
  }
  body.push(0x10, 0);
  for (let i = results.length - 1; i >= 0; i--) body.push(0x21, ...leb(passed.length + i));
  const given = [];
  const outs = results.map((type, i) => {
    const read = [0x20, ...leb(passed.length + i)];
    if (!through(type)) {
      given.push(...read);
      return null;
    }
    const at = SLOT * next++;
    body.push(0x41, ...sleb(at), ...read, ...STORES[type.number], 0);
    return at;
  });
  body.push(...given, 0x0b);
  const code = [...vec(locals), ...body];
  const kept = results.filter((type) => !through(type));
  const module = compileParts([
    section(1, vec([
      [0x60, ...vec(params.map(typeBytes)), ...vec(results.map(typeBytes))],
      [0x60, ...vec(passed.map(typeBytes)), ...vec(kept.map(typeBytes))],
    ])),
    section(2, vec([[...text("m"), ...text("f"), 0, 0], [...text("m"), ...text("m"), 2, 0, 1]])),
    section(3, vec([1])),
    section(7, vec([[...text("f"), 0, 1]])),
    section(10, vec([[...leb(code.length), ...code]])),
  ]);
  scratch ??= new WebAssembly.Memory({ initial: 1 });
  const instance = new WebAssembly.Instance(module, { m: { f: func, m: scratch } });
  wrapped = { call: instance.exports.f, slots, outs };
  wrappers.set(func, wrapped);
  return wrapped;
}

function sleb(value) {
  const out = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) return [...out, byte];
    out.push(byte | 0x80);
  }
}

const SIZES = { f32: 4, f64: 8, v128: 16 };

function callWrapped(func, params, results, args) {
  const wrapped = wrapFunction(func, params, results);
  const passed = [];
  args.forEach((arg, i) => {
    const at = wrapped.slots[i];
    if (at === null) return passed.push(fromWire(arg));
    const kind = params[i].number;
    new Uint8Array(scratch.buffer).set(hexToBytes(arg[kind], SIZES[kind]), at);
  });
  const direct = list(wrapped.call(...passed), wrapped.outs.filter((at) => at === null).length);
  return results.map((type, i) => {
    const at = wrapped.outs[i];
    if (at === null) return toWire(direct.shift(), type);
    const bytes = new Uint8Array(scratch.buffer, at, SIZES[type.number]);
    return { [type.number]: bytesToHex(bytes) };
  });
}

/** What a function returned, as a list. */
function list(value, count) {
  return count === 0 ? [] : count === 1 ? [value] : [...value];
}

function getWrapped(global, type, mutable) {
  const module = compileParts([
    section(1, vec([[0x60, 0, ...vec([typeBytes(type)])]])),
    section(2, vec([[...text("m"), ...text("g"), 3, ...typeBytes(type), mutable ? 1 : 0]])),
    section(3, vec([0])), section(7, vec([[...text("f"), 0, 0]])),
    section(10, vec([[4, 0, 0x23, 0, 0x0b]])),
  ]);
  const instance = new WebAssembly.Instance(module, { m: { g: global } });
  return callWrapped(instance.exports.f, [], [type], [])[0];
}

// ---- how calls end ------------------------------------------------------------------------------------------------

class Stop {
  constructor(answer) {
    this.answer = answer;
  }
}

const NULL = [
  "null reference", "null function reference", "null structure reference", "null array reference", "null i31 reference",
  "null exception reference", "null continuation reference", "null descriptor reference",
];

/** The suite's words for those of the engine; more than one where the engine has one message for several traps. */
const TRAPS = [
  [/unreachable/i, ["unreachable"]],
  [/divide by zero|remainder by zero|division by zero/i, ["integer divide by zero"]],
  [/divide result unrepresentable|integer overflow/i, ["integer overflow"]],
  [/unrepresentable in integer range/i, ["integer overflow", "invalid conversion to integer"]],
  [/out of bounds trunc/i, ["integer overflow", "invalid conversion to integer"]],
  // JavaScriptCore's word for whatever is wrong with a wait or a notification.
  [/^Out of bounds memory access/, ["out of bounds memory access", "unaligned atomic", "expected shared memory"]],
  // SpiderMonkey's word for memories, tables and segments.
  [/^index out of bounds/,
    ["out of bounds memory access", "out of bounds table access", "undefined element", "out of bounds array access"]],
  [/memory access out of bounds|out of bounds memory access/i, ["out of bounds memory access"]],
  [/to a null reference/, NULL],
  [/data segment|element segment|segment index is out of|array\.(new|init)_(data|elem)/i,
    ["out of bounds memory access", "out of bounds table access", "out of bounds array access"]],
  [/array (element )?access out of bounds|out of bounds array|requested new array is too large/i,
    ["out of bounds array access", "out of bounds memory access", "out of bounds table access"]],
  [/table index (is )?out of bounds|out of bounds table|out of bounds call_indirect|table access/i,
    ["undefined element", "out of bounds table access"]],
  [/^null function$|call_indirect to a null|indirect call to null/i, ["uninitialized element"]],
  [/signature mismatch|call_indirect to a signature/i, ["indirect call type mismatch", "uninitialized element"]],
  [/illegal cast|ref\.cast failed|cast fail/i, ["cast failure", "descriptor cast failure"]],
  [/dereferencing a null|null reference|null pointer|ref\.as_non_null/i, NULL],
  [/resuming an invalid continuation/, ["continuation already consumed"]],
  [/unaligned/i, ["unaligned atomic"]],
  [/expected shared memory|atomics\.wait|non-shared|not.*shared/i, ["expected shared memory"]],
  [/allocation|out of memory/i, ["allocation failed", "out of memory"]],
];

function stopOf(error) {
  const message = String(error?.message ?? error);
  if (error instanceof Stop) return error.answer;
  if (error instanceof WebAssembly.CompileError) return { stop: "invalid", message };
  if (error instanceof WebAssembly.LinkError) return { stop: "unlinkable", message };
  if (WebAssembly.Exception && error instanceof WebAssembly.Exception) return { stop: "exception", message: "uncaught" };
  if (/unhandled suspend/.test(message)) return { stop: "suspension", message: "unhandled" };
  const exhausted = /stack|recursion/i.test(message) && (error instanceof RangeError || error?.name === "InternalError");
  if (exhausted) return { stop: "exhaustion", message: "call stack exhausted" };
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    const known = TRAPS.find(([pattern]) => pattern.test(message));
    return { stop: "trap", message, as: known ? known[1] : [] };
  }
  return { stop: "error", message: `${error?.name}: ${message}` };
}

// ---- requests -----------------------------------------------------------------------------------------------------

let modules = [];
let instances = [];
let registered = new Map();

/** The bytes that a text in base64 stands for. Shells have no `atob`. */
function bytes(base64) {
  const digits = base64.replace(/=+$/, "");
  const out = new Uint8Array((digits.length * 3) >> 2);
  let [bits, held, next] = [0, 0, 0];
  for (const digit of digits) {
    bits = ((bits << 6) | BASE64.indexOf(digit)) & 0xffff;
    held += 6;
    if (held >= 8) out[next++] = bits >> (held -= 8);
  }
  return out;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const { Deno, Bun, process } = globalThis;
const version = (() => {
  if (Deno) return `${Deno.version.deno} (V8 ${Deno.version.v8})`;
  if (Bun) return `${Bun.version} (JavaScriptCore ${process.versions.webkit?.slice(0, 8) ?? ""})`;
  if (process) return `${process.versions.node} (V8 ${process.versions.v8})`;
  // Shells do not tell.
  return "";
})();

const REQUESTS = {
  hello: () => ({ protocol: PROTOCOL, version, selects_features: false }),
  session() {
    modules = [];
    instances = [];
    registered = new Map();
    references = [];
    return null;
  },
  compile({ wasm }) {
    return modules.push(new WebAssembly.Module(bytes(wasm))) - 1;
  },
  validate({ wasm }) {
    // Not `WebAssembly.validate`, which does not say why.
    new WebAssembly.Module(bytes(wasm));
    return null;
  },
  instantiate({ module }) {
    try {
      return instances.push(new WebAssembly.Instance(modules[module], Object.fromEntries(registered)).exports) - 1;
    } catch (error) {
      // This is how JavaScript says that there is no such module to import from.
      if (error instanceof TypeError) throw new Stop({ stop: "unlinkable", message: error.message });
      throw error;
    }
  },
  register({ name, instance }) {
    registered.set(name, instances[instance]);
    return null;
  },
  invoke({ instance, name, params, results, args }) {
    const func = instances[instance][name];
    if (typeof func !== "function") throw new Stop({ stop: "error", message: `no function ${name}` });
    const [takes, gives] = [params.map(parseType), results.map(parseType)];
    const types = [...takes, ...gives];
    if (types.some(through)) {
      if (types.every(plain)) {
        let wrappable = true;
        try {
          wrapFunction(func, takes, gives);
        } catch (error) {
          if (!(error instanceof WebAssembly.LinkError || error instanceof WebAssembly.CompileError)) throw error;
          // The type is one of a recursion group, or not final: a wrapper can't name it.
          wrappable = false;
        }
        if (wrappable) return callWrapped(func, takes, gives, args);
      }
      if (types.some((type) => type.number === "v128")) {
        throw new Stop({ stop: "unsupported", feature: "js-api", what: "v128 in a signature with a type of its own" });
      }
    }
    const exn = types.find((type) => type.heap === "exn" || type.heap === "noexn" || type.heap === "cont");
    if (exn) throw new Stop({ stop: "unsupported", feature: "js-api", what: `a reference of ${exn.heap} in JavaScript` });
    return list(func(...args.map(fromWire)), gives.length).map((value, i) => toWire(value, gives[i]));
  },
  get({ instance, name, type, mutable }) {
    const global = instances[instance][name];
    if (!(global instanceof WebAssembly.Global)) throw new Stop({ stop: "error", message: `no global ${name}` });
    const of = parseType(type);
    return through(of) ? getWrapped(global, of, mutable) : toWire(global.value, of);
  },
};

function answer(line) {
  const request = JSON.parse(line);
  try {
    return { id: request.id, ok: REQUESTS[request.do](request) };
  } catch (error) {
    return { id: request.id, ...stopOf(error) };
  }
}

/** What a shell has read. Some make a character of each byte. */
function unicode(line) {
  try {
    return line && decodeURIComponent(escape(line));
  } catch {
    return line;
  }
}

/** Functions that read a line, nothing at the end, and write one. They wait: nothing else runs here. */
async function lines() {
  if (!Deno && !process) return [() => unicode(readline()) || null, print];
  const { readSync, writeSync } = await import("node:fs");
  const { Buffer } = await import("node:buffer");
  const chunk = Buffer.alloc(1 << 16);
  let rest = Buffer.alloc(0);
  const read = () => {
    for (;;) {
      const end = rest.indexOf(10);
      if (end >= 0) {
        const line = rest.toString("utf8", 0, end);
        rest = rest.subarray(end + 1);
        return line;
      }
      const length = readSync(0, chunk);
      if (length === 0) return null;
      rest = Buffer.concat([rest, chunk.subarray(0, length)]);
    }
  };
  const write = (line) => {
    let out = Buffer.from(line + "\n");
    while (out.length) out = out.subarray(writeSync(1, out));
  };
  return [read, write];
}

const [read, write] = await lines();
for (let line = read(); line !== null; line = read()) write(JSON.stringify(answer(line)));
