//! Modules with exceptions, for tests and benchmarks.

/// A module in which `run(times, depth)` catches an exception from `depth` frames below, `times` times. `leave(times, depth)` calls
/// as deep and returns. Calls go through a table, so that each has a frame.
pub(crate) const THROW: &str = r#"(module
    (type $down (func (param i32) (result i32)))
    (tag $t (param i32))
    (table funcref (elem $throwing $returning))
    (func $throwing (type $down)
      (if (i32.eqz (local.get 0)) (then (throw $t (i32.const 1))))
      (i32.add (i32.const 1)
        (call_indirect (type $down) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))
    (func $returning (type $down)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
      (i32.add (i32.const 1)
        (call_indirect (type $down) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1))))
    (func $times (param $times i32) (param $depth i32) (param $function i32) (result i32)
      (local $caught i32)
      (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
      (loop $again
        (block $return
          (block $catch (result i32)
            (try_table (catch $t $catch)
              (drop (call_indirect (type $down) (local.get $depth) (local.get $function))))
            (br $return))
          (local.set $caught (i32.add (local.get $caught))))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (local.get $caught))
    (func (export "run") (param i32 i32) (result i32)
      (call $times (local.get 0) (local.get 1) (i32.const 0)))
    (func (export "leave") (param i32 i32) (result i32)
      (call $times (local.get 0) (local.get 1) (i32.const 1))))"#;

/// Names of three loops that call a function which does not throw: without `try_table`, inside one, and with one around each call.
/// [`loops`] exports them in this order. The first function of the module is `$work`.
pub(crate) const LOOPS: [&str; 3] = ["plain", "around", "inside"];

/// Returns a module with [`LOOPS`].
pub(crate) fn loops() -> String {
    let call = "(local.set $sum (i32.add (local.get $sum) (call_indirect (type $f) (local.get $n) (i32.const 0))))";
    let next = "(br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))";
    let bodies = [
        format!("(loop $again {call} {next})"),
        format!("(block $caught (try_table (catch_all $caught) (loop $again {call} {next})))"),
        format!("(loop $again (block $caught (try_table (catch_all $caught) {call})) {next})"),
    ];
    let function = |(name, body): (&str, String)| {
        format!("(func (export \"{name}\") (param $n i32) (result i32) (local $sum i32) {body} (local.get $sum))")
    };
    let functions: String = LOOPS.into_iter().zip(bodies).map(function).collect();
    format!(
        "(module (type $f (func (param i32) (result i32))) (table 1 1 (ref null $f)) (elem (table 0) (i32.const 0) (ref null $f) (ref.func $work))
           (func $work (type $f) (i32.xor (local.get 0) (i32.const 5))) {functions})"
    )
}
