//! Families of modules of any size that are small to write and expensive to compile.
//!
//! Each family repeats a construct for which some compiler needs time or memory that grows faster than the module.

use std::fmt::Write as _;

/// A family of modules. `text` returns the module with `count` repetitions in the text format.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// The most repetitions for which the module is valid.
    pub(crate) most: usize,
    text: fn(usize) -> String,
}

impl Family {
    /// Returns the module with `count` repetitions in the binary format.
    pub(crate) fn module(&self, count: usize) -> Vec<u8> {
        let text = (self.text)(count.min(self.most));
        let buffer = wast::parser::ParseBuffer::new(&text).expect("tokens");
        wast::parser::parse::<wast::Wat<'_>>(&buffer).expect("a module's text").encode().expect("a module")
    }

    /// Returns a module of at most about `bytes` bytes, and its number of repetitions.
    pub(crate) fn of_size(&self, bytes: usize) -> (Vec<u8>, usize) {
        let mut count = 64;
        let mut module = self.module(count);
        for _ in 0..3 {
            // Sizes grow linearly, but for encodings of numbers, which get a little longer.
            let half = self.module(count / 2);
            let each = (module.len() - half.len()).max(1) as f64 / (count - count / 2) as f64;
            let fixed = module.len() as f64 - each * count as f64;
            let next = (((bytes as f64 - fixed) / each).max(2.0) as usize).min(self.most);
            if next == count {
                break;
            }
            count = next;
            module = self.module(count);
        }
        (module, count)
    }
}

/// Returns `count` pieces of text, each made from its number.
fn each(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, i| {
        let _ = write!(all, " {}", piece(i));
        all
    })
}

/// Returns a module like [`body`], with local 2 of another type, whose final value is stored.
fn body_of(ty: &str, code: &str) -> String {
    let read = if ty == "v128" { "v128.store" } else { "f64.store" };
    body(
        MEMORY,
        &format!("(local {ty})"),
        &format!(
            "local.get 0 {load} local.set 2 {code} local.get 0 local.get 2 {read}",
            load = read.replace("store", "load")
        ),
    )
}

fn times(piece: &str, count: usize) -> String {
    format!(" {piece}").repeat(count)
}

/// Returns a module with one large function that takes and returns an `i32`. Local 1 is another `i32`. `fields` has the other
/// definitions.
fn body(fields: &str, locals: &str, code: &str) -> String {
    format!(
        "(module {fields} (func (export \"run\") (param i32) (result i32) (local i32) {locals} \
         local.get 0 local.set 1 {code} local.get 1))"
    )
}

/// Returns repeated `local 1 = op(local 1, local 0)`.
fn chain(operator: &str, count: usize) -> String {
    body("", "", &times(&format!("local.get 1 local.get 0 {operator} local.set 1"), count))
}

const LEAF: &str = "(func $leaf (param i32) (result i32) local.get 0 i32.const 7 i32.mul)";
const MEMORY: &str = "(memory 1)";
/// A function type with a thousand parameters and results.
const WIDE: usize = 1000;

fn wide() -> String {
    let many = times("i32", WIDE);
    format!("(type $wide (func (param {many}) (result {many})))")
}

macro_rules! families {
    ($($name:ident $(($most:expr))?: |$n:ident| $text:expr;)*) => {
        /// All families.
        pub(crate) const FAMILIES: &[Family] = &[$({
            #[allow(unused_mut, unused_assignments, reason = "only some have a most")]
            let mut most = usize::MAX;
            $(most = $most;)?
            Family { name: stringify!($name), most, text: |$n| $text }
        }),*];
    };
}

families! {
    // One local that is compared repeatedly. Each comparison guards a call.
    guarded_calls: |n| body(LEAF, "", &each(n, |i| format!(
        "local.get 0 i32.const {i} i32.eq if local.get 1 call $leaf local.set 1 end")));
    // Unused locals.
    fifty_thousand_locals(64): |n| {
        let function = format!("(func (local {}))", times("i32 i64 f32 f64 v128", 10_000));
        format!("(module {})", times(&function, n))
    };
    used_locals(40_000): |n| body("", &format!("(local {})", times("i32", n)), &format!("{} {}",
        each(n, |i| format!("local.get 1 i32.const {i} i32.add local.set {}", i + 2)),
        each(n, |i| format!("local.get 1 local.get {} i32.xor local.set 1", i + 2))));
    // Many locals that are set and live where equally many branches join.
    phi_web(20_000): |n| body("", &format!("(local {})", times("i32", n)), &format!("block {} end {}",
        each(n, |i| format!("local.get {i} i32.const {i} i32.add local.tee {} br_if 0", i + 1)),
        each(n, |i| format!("local.get 1 local.get {} i32.xor local.set 1", i + 1))));
    // The same with values of blocks.
    block_results: |n| body("", "", &format!(
        "block (result {wide}) {zero} {} end {}",
        times("local.get 0 br_if 0", n), times("drop", WIDE), wide = times("i32", WIDE), zero = times("local.get 0", WIDE)));
    loop_parameters: |n| body(&format!("(type $loop (func (param {0}) (result {0})))", times("i32", WIDE)), "", &format!(
        "{} {} {}", times("local.get 0", WIDE), times("loop (type $loop) end", n), times("drop", WIDE)));
    loops_with_locals(10_000): |n| body("", &format!("(local {})", times("i32", n)), &each(n, |i| format!(
        "loop local.get {0} local.get 1 i32.add local.tee {0} br_if 0 end", i + 1)));
    if_values: |n| body("", "", &each(n, |i| format!(
        "local.get 0 i32.const {i} i32.and if (result i32) local.get 1 i32.const 3 i32.mul else local.get 0 end local.set 1")));
    wide_calls: |n| format!("(module {} (func $f (type $wide) {gets}) (func (type $wide) {gets} {}))", wide(),
        times("call $f", n), gets = each(WIDE, |i| format!("local.get {i}")));
    wide_functions: |n| format!("(module {} {})", wide(), times("(func (type $wide) unreachable)", n));
    wide_used: |n| format!("(module {} {})", wide(), times("(func (type $wide) local.get 999 drop unreachable)", n));
    twenty_arguments: |n| body(&format!("(func $f (param {}) (result i32) local.get 19)", times("i32", 20)), "", &times(
        &format!("{} call $f local.set 1", times("local.get 1", 20)), n));
    deep_stack: |n| body("", "", &format!("{} {} local.set 1", times("local.get 0", n), times("i32.mul", n - 1)));
    deep_stack_of_calls: |n| body(LEAF, "", &format!("{} {} local.set 1",
        times("local.get 0 call $leaf", n), times("i32.mul", n - 1)));
    inlined_calls: |n| body(LEAF, "", &times("local.get 1 call $leaf local.set 1", n));
    inlined_larger: |n| body(&format!(
        "(func $f (param i32) (result i32) {} local.get 0)", times("local.get 0 i32.const 3 i32.mul i32.const 5 i32.xor local.set 0", 20)),
        "", &times("local.get 1 call $f local.set 1", n));
    imported_calls: |n| body("(import \"\" \"f\" (func $f (param i32) (result i32)))", "",
        &times("local.get 1 call $f local.set 1", n));
    indirect_calls: |n| body("(type $f (func (param i32) (result i32))) (table 10 funcref)", "", &times(
        "local.get 1 local.get 0 call_indirect (type $f) local.set 1", n));
    loops: |n| body("", "", &times("loop local.get 1 i32.const 1 i32.sub local.tee 1 br_if 0 end local.get 0 local.set 1", n));
    counted_loops: |n| body(MEMORY, "(local i32)", &each(n, |i| format!(
        "i32.const 0 local.set 2 loop local.get 2 i32.load offset={} local.get 1 i32.add local.set 1 \
         local.get 2 i32.const 4 i32.add local.tee 2 local.get 0 i32.lt_u br_if 0 end", i * 4)));
    guarded_loops: |n| body(MEMORY, "(local i32 i32)", &each(n, |i| format!(
        "local.get 1 local.get 0 i32.lt_u if loop local.get 1 local.get 3 i32.store offset={i} \
         local.get 1 i32.const 1 i32.add local.tee 1 local.get 0 i32.lt_u br_if 0 end i32.const 0 i32.load local.set 0 end")));
    loops_of_calls: |n| body(LEAF, "", &times("loop local.get 1 call $leaf local.tee 1 br_if 0 end", n));
    nested_loops(20_000): |n| body("", "", &format!("{} local.get 1 local.get 0 i32.add local.set 1 {}",
        times("loop", n), times("local.get 1 br_if 0 end", n)));
    nested_blocks(20_000): |n| body("", "", &format!("{} {}", times("block", n), times("local.get 1 br_if 0 end", n)));
    nested_ifs(20_000): |n| body("", "", &format!("{} {}", times("local.get 1 if", n),
        times("local.get 1 i32.const 1 i32.add local.set 1 end", n)));
    loop_of_branches: |n| body("", "", &format!("loop {} end", each(n, |i| format!(
        "local.get 0 i32.const {i} i32.add local.tee 0 i32.const 7 i32.and br_if 0"))));
    tiny_functions: |n| format!("(module {})", times("(func)", n));
    small_functions: |n| format!("(module {})", times("(func (param i32) (result i32) local.get 0 i32.const 1 i32.add)", n));
    calling_functions: |n| format!("(module (func $f0) {})", each(n, |i| format!("(func $f{} call $f{i})", i + 1)));
    division: |n| chain("i32.div_s", n);
    divisions_of_one: |n| body(MEMORY, "", &each(n, |i| format!(
        "i32.const 0 i32.load offset={} local.get 0 i32.div_s local.get 1 i32.add local.set 1", i % 9999 * 4)));
    remainders: |n| body(MEMORY, "", &each(n, |i| format!(
        "i32.const 0 i64.load offset={} local.get 0 i64.extend_i32_u i64.rem_s i32.wrap_i64 local.get 1 i32.xor local.set 1", i % 9999 * 4)));
    casts: |n| body("(type $s (sub (struct (field i32)))) (global $g (mut anyref) (ref.null any))", "", &times(
        "global.get $g ref.test (ref $s) local.get 1 i32.add local.set 1", n));
    casts_of_many: |n| body("(type $s (sub (struct (field anyref))))", "(local anyref)", &times(
        "local.get 2 ref.cast (ref $s) struct.get $s 0 local.set 2", n));
    casts_of_one: |n| body("(type $s (sub (struct (field i32))))", "(local anyref)", &times(
        "local.get 2 ref.cast (ref $s) struct.get $s 0 local.get 1 i32.add local.set 1", n));
    cast_branches: |n| body("(type $s (sub (struct (field i32))))", "(local anyref)", &format!(
        "block (result anyref) {} local.get 2 end drop", times("local.get 2 br_on_cast 0 anyref (ref $s) drop", n)));
    wide_arithmetic: |n| body("", "(local i64 i64)", &times(
        "local.get 2 local.get 3 local.get 3 local.get 2 i64.add128 local.set 2 local.set 3", n));
    long_loop: |n| body(MEMORY, "", &format!("loop {} local.get 1 br_if 0 end", each(n, |i| format!(
        "local.get 1 local.get 0 i32.load offset={} i32.const 1 i32.add i32.store offset={}", i % 9999 * 4, i % 777 * 4))));
    stores: |n| body(MEMORY, "", &each(n, |i| format!("i32.const {} local.get 0 i32.store", i * 4 % 65_536)));
    loads: |n| body(MEMORY, "", &each(n, |i| format!("local.get 0 i32.load8_u offset={i} local.get 1 i32.add local.set 1")));
    memory64: |n| body("(memory i64 1)", "(local i64)", &each(n, |i| format!(
        "local.get 2 i32.load offset={} local.get 1 i32.add local.set 1", i % 1000)));
    atomics: |n| body("(memory 1 1 shared)", "", &times("local.get 0 local.get 1 i32.atomic.rmw.add local.set 1", n));
    lane_shifts: |n| body_of("v128", &format!("local.get 2 {} i64x2.extract_lane 0 i32.wrap_i64 local.set 1",
        times("local.get 0 i8x16.shl", n)));
    lane_shifts_of_locals: |n| body_of("v128", &times("local.get 2 local.get 0 i8x16.shl local.set 2", n));
    lane_products: |n| body_of("v128", &times("local.get 2 local.get 2 i64x2.mul local.set 2", n));
    shuffles: |n| body_of("v128", &each(n, |i| format!(
        "local.get 2 local.get 2 i8x16.shuffle {} local.set 2", each(16, |k| format!("{}", (k * 7 + i) % 32)))));
    truncations: |n| body_of("v128", &times("local.get 2 i32x4.trunc_sat_f64x2_u_zero local.set 2", n));
    minima: |n| body_of("f64", &times("local.get 2 f64.const 3.5 f64.min f64.nearest local.set 2", n));
    conversions: |n| body_of("f64", &times("local.get 2 i32.trunc_f64_u f64.convert_i32_u local.set 2", n));
    selects: |n| body("", "", &times("local.get 1 local.get 0 local.get 1 select local.set 1", n));
    constants: |n| body("", "", &each(n, |i| format!("local.get 1 i32.const {} i32.xor local.set 1", i * 7919)));
    additions: |n| chain("i32.add", n);
    rotations: |n| chain("i32.rotl", n);
    dropped_constants: |n| body("", "", &times("i32.const 1 drop", n));
    returns: |n| body("", "", &times("local.get 0 if local.get 1 return end", n));
    unreachables: |n| body("", "", &times("local.get 0 if unreachable end", n));
    targets(65_000): |n| body("", "", &format!("block block block local.get 0 br_table {} 0 end i32.const 1 local.set 1 end end",
        each(n, |i| format!("{}", i % 3))));
    tables_of_targets: |n| body("", "", &times("block block local.get 0 br_table 0 1 0 1 0 end local.get 0 local.set 1 end", n));
    blocks_of_targets(10_000): |n| body("", "", &format!("{} local.get 0 br_table {} {}",
        times("block", n), each(n, |i| format!("{i}")), times("local.get 1 i32.const 5 i32.mul local.set 1 end", n)));
    handlers: |n| body("(import \"\" \"f\" (func $f)) (tag $t (param i32))", "", &times(
        "block (result i32) try_table (catch $t 0) call $f end local.get 0 end local.set 1", n));
    nested_handlers(5_000): |n| body("(import \"\" \"f\" (func $f))", "", &format!("{} call $f {}",
        times("block try_table (catch_all 0) call $f", n), times("end end", n)));
    throws: |n| body("(tag $t (param i32))", "", &times("local.get 0 if local.get 1 throw $t end", n));
    globals: |n| {
        let globals = each(n, |i| format!("(global (mut i32) (i32.const {i}))"));
        body(&globals, "", &each(n, |i| format!("local.get 1 global.get {i} i32.add global.set {i}")))
    };
    one_global: |n| body("(global (mut i32) (i32.const 0))", "", &times(
        "global.get 0 local.get 0 i32.add global.set 0", n));
    global_list: |n| format!("(module {})", times("(global i32 (i32.const 1))", n));
    exports: |n| format!("(module (func $f) {})", each(n, |i| format!("(export \"{i}\" (func $f))")));
    types: |n| format!("(module {})", each(n, |i| format!("(type (func (param {})))", each(20, |bit|
        (if i >> bit & 1 == 0 { "i32" } else { "f64" }).into()))));
    fields(10_000): |n| body(&format!("(type $s (struct {}))", times("(field (mut i64))", n)), "(local (ref null $s))", &format!(
        "struct.new_default $s local.set 2 {}", each(n, |i| format!("local.get 2 i64.const 1 struct.set $s {i}"))));
    large_objects: |n| body(&format!("(type $s (struct {}))", times("(field i64)", 200)), "", &times("struct.new_default $s drop", n));
    objects: |n| body("(type $s (struct (field i32)))", "(local (ref null $s))", &times(
        "local.get 1 struct.new $s local.tee 2 struct.get $s 0 local.set 1", n));
    fixed_arrays(10_000): |n| body("(type $a (array i32))", "", &format!("{} array.new_fixed $a {n} drop", times("local.get 0", n)));
    array_elements: |n| body("(type $a (array (mut i32)))", "(local (ref null $a))", &times(
        "local.get 2 local.get 0 local.get 2 local.get 1 array.get $a array.set $a", n));
    function_table: |n| format!("(module (table {n} funcref) (func $f) (elem (i32.const 0) func {}))", times("$f", n));
    expressions: |n| format!("(module (table {n} funcref) (func $f) (elem (i32.const 0) funcref {}))", times("(ref.func $f)", n));
    references: |n| body("(elem declare func $f) (func $f) (table 10 funcref)", "", &times("local.get 0 ref.func $f table.set 0", n));
    data_segments: |n| format!("(module (memory 1) {})", times("(data (i32.const 0) \"x\")", n));
    copies: |n| body(MEMORY, "", &times("local.get 0 local.get 1 local.get 0 memory.copy", n));
    table_elements: |n| body("(table 10 funcref)", "", &times("local.get 0 local.get 1 table.get 0 table.set 0", n));
    tail_calls: |n| body(LEAF, "", &times("local.get 0 if local.get 1 return_call $leaf end", n));
    calls_of_references: |n| body("(type $f (func (param i32) (result i32)))", "(local (ref null $f))", &times(
        "local.get 1 local.get 2 call_ref $f local.set 1", n));
    resumes: |n| body(
        "(type $f (func)) (type $c (cont $f)) (tag $t)", "(local (ref null $c))", &format!(
        "block (result (ref null $c)) {} local.get 2 end drop", times("local.get 2 resume $c (on $t 0)", n)));
    clauses(9_999): |n| body(
        "(type $f (func)) (type $c (cont $f)) (tag $t)", "(local (ref null $c))", &format!(
        "block (result (ref null $c)) local.get 2 resume $c {} local.get 2 end drop", times("(on $t 0)", n)));
}
