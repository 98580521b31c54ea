//! Uses of continuations, and the values that are passed to and from them.

use super::{call, in_every_mode};
use std::fmt::Write;
use wassay_vm::{Instance, Module, Store, Val};

/// A generator of the numbers from its argument down, and a consumer that adds them up.
const GENERATOR: &str = r#"(module
    (type $f (func (param i64))) (type $k (cont $f))
    (type $g (func)) (type $kg (cont $g))
    (tag $yield (param i64))
    (func $generate (type $f)
      (loop $next
        (suspend $yield (local.get 0))
        (br_if $next (i64.ne (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0)))))
    (func (export "sum") (param i64) (result i64) (local $sum i64) (local $k (ref null $kg))
      (local.set $k (cont.bind $k $kg (local.get 0) (cont.new $k (ref.func $generate))))
      (loop $next
        (block $on (result i64 (ref $kg))
          (resume $kg (on $yield $on) (local.get $k))
          (return (local.get $sum)))
        (local.set $k)
        (local.set $sum (i64.add (local.get $sum)))
        (br $next))
      unreachable)
    (elem declare func $generate))"#;

#[test]
fn a_generator_yields_all_its_numbers() {
    in_every_mode(GENERATOR, |mode, mut store, instance| {
        for n in [1_i64, 2, 1000, 1_000_000] {
            let sum: i64 = call(&mut store, &instance, "sum", (n,)).unwrap();
            assert_eq!(sum, n * (n + 1) / 2, "{mode}");
        }
    });
}

const TYPES: [&str; 5] = ["i32", "f64", "i64", "f32", "v128"];

/// Returns the n-th constant of a list whose types repeat.
fn constant(n: usize) -> String {
    match n % 5 {
        4 => format!("(v128.const i32x4 {n} 1 2 {n})"),
        _ => format!("({}.const {n})", TYPES[n % 5]),
    }
}

/// Checks whether the n-th value equals the n-th constant.
fn is_right(n: usize, value: Val) -> bool {
    match value {
        Val::I32(value) => value as usize == n,
        Val::I64(value) => value as usize == n,
        Val::F32(bits) => f32::from_bits(bits) == n as f32,
        Val::F64(bits) => f64::from_bits(bits) == n as f64,
        Val::V128(bits) => bits == (n as u128) << 96 | 2 << 64 | 1 << 32 | n as u128,
        _ => false,
    }
}

fn list(of: impl Fn(usize) -> String, count: usize) -> String {
    (0..count).fold(String::new(), |mut text, n| {
        write!(text, "{} ", of(n)).unwrap();
        text
    })
}

/// Values are passed to a function when it starts, from it with a tag, to it when it is resumed, and from it when it returns.
/// `cont.bind` passes some of them earlier, before the start and before the resumption.
fn round_trip(count: usize) -> String {
    let types = list(|n| TYPES[n % 5].to_owned(), count);
    let rest = list(|n| TYPES[(n + count / 3) % 5].to_owned(), count - count / 3);
    let gets = list(|n| format!("(local.get {n})"), count);
    let first = list(constant, count / 3);
    let last = list(|n| constant(n + count / 3), count - count / 3);
    format!(
        r#"(module
        (type $f (func (param {types}) (result {types}))) (type $k (cont $f))
        (type $part (func (param {rest}) (result {types}))) (type $kpart (cont $part))
        (tag $t (param {types}) (result {types}))
        (func $run (type $f) (suspend $t {gets}))
        (func (export "f") (result {types})
          (block $on (result {types} (ref $k))
            (resume $kpart (on $t $on) {last} (cont.bind $k $kpart {first} (cont.new $k (ref.func $run))))
            unreachable)
          (call $again))
        (func $again (param {types} (ref $k)) (result {types}) (local $part (ref $kpart))
          (local.set $part (cont.bind $k $kpart {first} (local.get {count})))
          (resume $kpart {after} (local.get $part)))
        (elem declare func $run))"#,
        after = list(|n| format!("(local.get {})", n + count / 3), count - count / 3),
    )
}

#[test]
fn any_number_of_values_is_passed() {
    for (mode, engine) in super::support::engines_with_all_features() {
        for count in [0, 1, 2, 3, 4, 6, 11, 14, 30, 199, 999] {
            let module = Module::new(&engine, crate::support::wat(&round_trip(count))).unwrap();
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let f = instance.get_func(&mut store, "f").unwrap();
            let mut results = vec![Val::I32(-1); count];
            for _ in 0..3 {
                f.call(&mut store, &[], &mut results).unwrap();
                for (n, &value) in results.iter().enumerate() {
                    assert!(is_right(n, value), "{mode} {count}: value {n} is {value:?}");
                }
            }
        }
    }
}

/// Each continuation switches to the next with its number plus one. The next was suspended in a `switch` itself.
#[test]
fn continuations_switch_in_a_ring() {
    let text = r#"(module
        (rec (type $f (func (param i64 (ref null $k)) (result i64))) (type $k (cont $f)))
        (tag $t (result i64))
        (table $ring 10 (ref null $k))
        (global $end (mut i64) (i64.const 0))
        (func $member (type $f)
          (loop $next
            (if (ref.is_null (local.get 1)) (then)
              (else (table.set $ring (i32.wrap_i64 (i64.rem_u (i64.add (local.get 0) (i64.const 9)) (i64.const 10)))
                                     (local.get 1))))
            (if (i64.ge_u (local.get 0) (global.get $end)) (then (return (local.get 0))))
            (i64.add (local.get 0) (i64.const 1))
            (table.get $ring (i32.wrap_i64 (i64.rem_u (i64.add (local.get 0) (i64.const 1)) (i64.const 10))))
            (switch $k $t)
            (local.set 1) (local.set 0)
            (br $next))
          unreachable)
        (func (export "run") (param i64) (result i64) (local $i i32)
          (global.set $end (local.get 0))
          (loop $fill
            (table.set $ring (local.get $i) (cont.new $k (ref.func $member)))
            (br_if $fill (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
          (resume $k (on $t switch) (i64.const 0) (ref.null $k) (table.get $ring (i32.const 0))))
        (elem declare func $member))"#;
    in_every_mode(text, |mode, mut store, instance| {
        for end in [0_i64, 1, 9, 10, 11, 100_000] {
            let last: i64 = call(&mut store, &instance, "run", (end,)).unwrap();
            assert_eq!(last, end, "{mode}");
        }
    });
}

/// The innermost `resume` that has a clause for the tag handles it. The fibers between are suspended too, and their clauses still
/// apply when all are resumed by another `resume`.
#[test]
fn several_fibers_suspend_as_one() {
    let text = r#"(module
        (type $f (func (result i32))) (type $k (cont $f))
        (tag $inner (result i32)) (tag $outer (result i32))
        (type $i (func (param i32) (result i32))) (type $ki (cont $i))
        (func $leaf (type $f)
          ;; 1000 * value from the outer resume + value from the middle one
          (i32.add (i32.mul (suspend $outer) (i32.const 1000)) (suspend $inner)))
        (func $middle (type $f)
          (block $on (result (ref $ki))
            (resume $k (on $inner $on) (cont.new $k (ref.func $leaf)))
            (return))
          (resume $ki (i32.const 7))
          )
        (func (export "run") (param i32) (result i32)
          (block $on (result (ref $ki))
            (resume $k (on $inner $wrong) (on $outer $on) (cont.new $k (ref.func $middle)))
            (return (i32.const -1)))
          (call $elsewhere (local.get 0)))
        (func $elsewhere (param (ref $ki) i32) (result i32)
          (resume $ki (local.get 1) (local.get 0)))
        (elem declare func $leaf $middle))"#
        .replace("(on $inner $wrong) ", "")
        .replace("(call $elsewhere (local.get 0))", "(local.get 0) (call $elsewhere)")
        .replace("(resume $ki (i32.const 7))\n", "(call $give)\n")
        .replace(
            "(func $middle",
            "(func $give (param (ref $ki)) (result i32) (resume $ki (i32.const 7) (local.get 0)))\n(func $middle",
        );
    in_every_mode(&text, |mode, mut store, instance| {
        let sum: i32 = call(&mut store, &instance, "run", (3_i32,)).unwrap();
        assert_eq!(sum, 3007, "{mode}");
    });
}

/// A `resume` with a very large number of clauses.
#[test]
fn resume_finds_its_clause_among_many() {
    let count = 2000;
    let tags = list(|n| format!("(tag $t{n})"), count);
    let clauses = list(|n| format!("(on $t{n} $l{})", n % 3), count);
    let text = format!(
        r#"(module
        (type $f (func)) (type $k (cont $f)) {tags}
        (func $first (suspend $t0)) (func $last (suspend $t{last}))
        (func (export "run") (param i32) (result i32)
          (block $l2 (result (ref $k)) (block $l1 (result (ref $k)) (block $l0 (result (ref $k))
            (resume $k {clauses}
              (cont.new $k (if (result (ref $f)) (local.get 0) (then (ref.func $last)) (else (ref.func $first)))))
            (return (i32.const -1)))
            (drop) (return (i32.const 0)))
            (drop) (return (i32.const 1)))
          (drop) (i32.const 2))
        (elem declare func $first $last))"#,
        last = count - 1
    );
    in_every_mode(&text, |mode, mut store, instance| {
        assert_eq!(call::<_, i32>(&mut store, &instance, "run", (0_i32,)).unwrap(), 0, "{mode}");
        assert_eq!(call::<_, i32>(&mut store, &instance, "run", (1_i32,)).unwrap(), (count as i32 - 1) % 3, "{mode}");
    });
}
