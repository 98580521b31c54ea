//! Structures and arrays, beyond the tests of the official suite.

use crate::support::{engines, instantiate, trap, wat};
use std::fmt::Write as _;
use wassay_vm::{Error, Instance, Module, Store, Trap, Val};

const TYPES: &str = "
    (type $point (struct (field $x (mut i32)) (field $next (mut (ref null $point)))))
    (type $bytes (array (mut i8)))
    (type $longs (array (mut i64)))
    (type $points (array (mut (ref null $point))))
    (data $data \"\\01\\02\\03\\04\\05\\06\\07\\08\")
    (elem $points_of (ref null $point) (item (ref.null $point)) (item (struct.new $point (i32.const 9) (ref.null $point))))";

#[test]
fn every_access_traps_with_its_code() {
    use Trap::{
        AllocationFailed, ArrayOutOfBounds, CastFailure, MemoryOutOfBounds, NullArrayReference, NullStructureReference,
        TableOutOfBounds,
    };
    const NO_BYTES: &str = "(ref.null $bytes)";
    const BYTES: &str = "(array.new_default $bytes (i32.const 5))";
    const ALL: &str = "(i32.const -1)";
    let all: &[(&str, String, Trap)] = &[
        ("get", "(drop (struct.get $point $x (ref.null $point)))".into(), NullStructureReference),
        ("set", "(struct.set $point $x (ref.null $point) (i32.const 1))".into(), NullStructureReference),
        ("array.get", format!("(drop (array.get_s $bytes {NO_BYTES} (i32.const 0)))"), NullArrayReference),
        ("array.set", format!("(array.set $bytes {NO_BYTES} (i32.const 0) (i32.const 0))"), NullArrayReference),
        ("len", format!("(drop (array.len {NO_BYTES}))"), NullArrayReference),
        ("fill", format!("(array.fill $bytes {NO_BYTES} {ALL} (i32.const 1) {ALL})"), NullArrayReference),
        ("copy to", format!("(array.copy $bytes $bytes {NO_BYTES} {ALL} {BYTES} {ALL} {ALL})"), NullArrayReference),
        ("copy from", format!("(array.copy $bytes $bytes {BYTES} {ALL} {NO_BYTES} {ALL} {ALL})"), NullArrayReference),
        ("init", format!("(array.init_data $bytes $data {NO_BYTES} {ALL} {ALL} {ALL})"), NullArrayReference),
        ("past", format!("(drop (array.get_u $bytes {BYTES} (i32.const 5)))"), ArrayOutOfBounds),
        ("far past", format!("(drop (array.get_u $bytes {BYTES} {ALL}))"), ArrayOutOfBounds),
        ("set past", format!("(array.set $bytes {BYTES} (i32.const 5) (i32.const 5))"), ArrayOutOfBounds),
        (
            "fill past",
            format!("(array.fill $bytes {BYTES} (i32.const 5) (i32.const 5) (i32.const 1))"),
            ArrayOutOfBounds,
        ),
        ("fill, sum wraps", format!("(array.fill $bytes {BYTES} (i32.const 1) (i32.const 5) {ALL})"), ArrayOutOfBounds),
        (
            "nothing past",
            format!("(array.fill $bytes {BYTES} (i32.const 6) (i32.const 5) (i32.const 0))"),
            ArrayOutOfBounds,
        ),
        (
            "copy, sum wraps",
            format!("(array.copy $bytes $bytes {BYTES} (i32.const 1) {BYTES} (i32.const 0) {ALL})"),
            ArrayOutOfBounds,
        ),
        (
            "copy from past",
            format!("(array.copy $bytes $bytes {BYTES} (i32.const 0) {BYTES} {ALL} (i32.const 1))"),
            ArrayOutOfBounds,
        ),
        (
            "array before data",
            format!("(array.init_data $bytes $data {BYTES} (i32.const 0) {ALL} (i32.const 6))"),
            ArrayOutOfBounds,
        ),
        (
            "data past",
            format!("(array.init_data $bytes $data {BYTES} (i32.const 0) (i32.const 4) (i32.const 5))"),
            MemoryOutOfBounds,
        ),
        (
            "data past, in bytes",
            "(array.init_data $longs $data (array.new_default $longs (i32.const 2))
                (i32.const 0) (i32.const 0) (i32.const 2))"
                .into(),
            MemoryOutOfBounds,
        ),
        (
            "no array of that data",
            format!("(drop (array.new_data $longs $data (i32.const 0) {ALL}))"),
            MemoryOutOfBounds,
        ),
        (
            "no array of elements",
            format!("(drop (array.new_elem $points $points_of (i32.const 1) {ALL}))"),
            TableOutOfBounds,
        ),
        (
            "elements past",
            "(array.init_elem $points $points_of (array.new_default $points (i32.const 3))
                (i32.const 0) (i32.const 0) (i32.const 3))"
                .into(),
            TableOutOfBounds,
        ),
        ("too large", format!("(drop (array.new_default $longs {ALL}))"), AllocationFailed),
        ("too large, filled", format!("(drop (array.new $longs (i64.const 1) {ALL}))"), AllocationFailed),
        ("cast", format!("(drop (ref.cast (ref $point) {BYTES}))"), CastFailure),
        ("cast of null", "(drop (ref.cast (ref $point) (ref.null any)))".into(), CastFailure),
        ("cast of i31", "(drop (ref.cast (ref null $point) (ref.i31 (i32.const 8))))".into(), CastFailure),
    ];
    let mut module = format!("(module {TYPES}");
    for (name, code, _) in all {
        write!(module, "(func (export \"{name}\") {code})").unwrap();
    }
    module.push(')');
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, &module);
        for (name, _, expected) in all {
            let func = instance.get_typed_func::<(), ()>(&mut store, name).unwrap();
            assert_eq!(trap(func.call(&mut store, ())), *expected, "{name} in {mode}");
        }
    }
}

#[test]
fn packed_fields_are_cut_and_extended() {
    let module = r#"(module
        (type $small (struct (field $a (mut i8)) (field $b (mut i16)) (field $c i8) (field $d (mut i8))))
        (type $halves (array (mut i16)))
        (global $kept (mut (ref null $small)) (ref.null $small))
        (func (export "make") (param i32)
          (global.set $kept (struct.new $small (local.get 0) (local.get 0) (local.get 0) (local.get 0))))
        (func (export "set") (param i32)
          (struct.set $small $b (global.get $kept) (local.get 0)))
        (func (export "get") (result i32 i32 i32 i32 i32)
          (struct.get_s $small $a (global.get $kept)) (struct.get_u $small $a (global.get $kept))
          (struct.get_s $small $b (global.get $kept)) (struct.get_u $small $b (global.get $kept))
          (struct.get_u $small $d (global.get $kept)))
        (func (export "array") (param i32) (result i32 i32)
          (local $array (ref $halves))
          (local.set $array (array.new $halves (local.get 0) (i32.const 3)))
          (array.get_s $halves (local.get $array) (i32.const 2)) (array.get_u $halves (local.get $array) (i32.const 1))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, module);
        let make = instance.get_typed_func::<i32, ()>(&mut store, "make").unwrap();
        let set = instance.get_typed_func::<i32, ()>(&mut store, "set").unwrap();
        let get = instance.get_typed_func::<(), (i32, i32, i32, i32, i32)>(&mut store, "get").unwrap();
        let array = instance.get_typed_func::<i32, (i32, i32)>(&mut store, "array").unwrap();
        make.call(&mut store, 0x1234_89ab).unwrap();
        assert_eq!(get.call(&mut store, ()).unwrap(), (-0x55, 0xab, -0x7655, 0x89ab, 0xab), "{mode}");
        set.call(&mut store, -1).unwrap();
        assert_eq!(
            get.call(&mut store, ()).unwrap(),
            (-0x55, 0xab, -1, 0xffff, 0xab),
            "{mode}: neighbouring fields are unchanged"
        );
        assert_eq!(array.call(&mut store, 0x1_8000).unwrap(), (-0x8000, 0x8000), "{mode}");
    }
}

/// A chain of subtypes as long as validation allows. Objects of each type are cast to each type.
#[test]
fn casts_work_along_the_longest_chain() {
    const DEPTH: usize = 63;
    let mut module = String::from("(module (type $t0 (sub (struct)))");
    for at in 1..=DEPTH {
        write!(module, "(type $t{at} (sub $t{} (struct)))", at - 1).unwrap();
    }
    // Also a type in another branch of the tree, and one with the same fields.
    write!(module, "(type $other (sub final $t{} (struct)))(type $alone (sub (struct (field i32))))", DEPTH - 1)
        .unwrap();
    let names: Vec<String> = (0..=DEPTH).map(|at| format!("t{at}")).chain(["other".into()]).collect();
    for name in &names {
        write!(
            module,
            "(func (export \"new {name}\") (result anyref) (struct.new_default ${name}))
             (func (export \"is {name}\") (param anyref) (result i32)
               (i32.sub (ref.test (ref ${name}) (local.get 0)) (ref.test (ref $alone) (local.get 0))))
             (func (export \"to {name}\") (param anyref) (result i32)
               (block $yes (result anyref)
                 (br_on_cast $yes anyref (ref ${name}) (local.get 0))
                 (return (i32.const 0)))
               (return (i32.const 1)))"
        )
        .unwrap();
    }
    module.push(')');
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, &module);
        let mut call = |name: String, arguments: &[Val]| {
            let mut result = [Val::I32(0)];
            instance.get_func(&mut store, &name).unwrap().call(&mut store, arguments, &mut result).unwrap();
            result[0]
        };
        for (made, name) in names.iter().enumerate() {
            let object = call(format!("new {name}"), &[]);
            for (wanted, name) in names.iter().enumerate() {
                let is = match (made, wanted) {
                    (64, 64) => true,
                    (64, wanted) => wanted < DEPTH,
                    (_, 64) => false,
                    (made, wanted) => wanted <= made,
                };
                assert_eq!(call(format!("is {name}"), &[object]), Val::I32(is.into()), "{made} {wanted} {mode}");
                assert_eq!(call(format!("to {name}"), &[object]), Val::I32(is.into()), "{made} {wanted} {mode}");
            }
        }
    }
}

#[test]
fn equal_recursion_groups_of_two_modules_are_one() {
    // The second module has other types before the group. The group of the third has one more member.
    let group = "(rec (type $tree (sub (struct (field $value i32) (field $children (ref null $trees)))))
                      (type $trees (array (mut (ref null $tree)))) ADDED)";
    let maker = format!(
        "(module {group}
           (func (export \"any\") (result anyref) (call $make))
           (func $make (export \"make\") (result (ref $tree))
             (struct.new $tree (i32.const 1) (array.new_fixed $trees 2
               (struct.new $tree (i32.const 20) (ref.null $trees)) (struct.new $tree (i32.const 300) (ref.null $trees))))))"
    );
    let user = format!(
        "(module (type (struct (field f64))) (type (func (param i64))) {group}
           (import \"maker\" \"make\" (func $make (result (ref $tree))))
           (func (export \"sum\") (result i32)
             (local $all (ref $trees))
             (local.set $all (ref.as_non_null (struct.get $tree $children (call $make))))
             (i32.add (struct.get $tree $value (array.get $trees (local.get $all) (i32.const 0)))
                      (struct.get $tree $value (array.get $trees (local.get $all) (i32.const 1))))))"
    );
    let stranger = "(module GROUP
           (import \"maker\" \"any\" (func $make (result anyref)))
           (func (export \"sum\") (result i32) (ref.test (ref $tree) (call $make))))"
        .replace("GROUP", &group.replace("ADDED", "(type $more (struct))"));
    let [maker, user] = [maker, user].map(|text| text.replace("ADDED", ""));
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let [maker, user, stranger] = [&maker, &user, &stranger].map(|text| Module::new(&engine, wat(text)).unwrap());
        let maker = Instance::new(&mut store, &maker, &[]).unwrap();
        for (module, import, expected) in [(&user, "make", 320), (&stranger, "any", 0)] {
            let make = maker.get_func(&mut store, import).unwrap();
            let instance = Instance::new(&mut store, module, &[make.into()]).unwrap();
            let sum = instance.get_typed_func::<(), i32>(&mut store, "sum").unwrap();
            assert_eq!(sum.call(&mut store, ()).unwrap(), expected, "{mode}");
        }
    }
}

/// In precise mode, stores before a trap are visible after it. In every mode, a field holds only references that were stored in
/// it, and no cell is allocated twice.
#[test]
fn stores_before_a_trap_are_visible_after_it() {
    let module = r#"(module
        (type $node (struct (field $value (mut i64)) (field $next (mut (ref null $node)))))
        (global $kept (export "kept") (mut (ref null $node)) (ref.null $node))
        (func (export "garbage") (param $count i32)
          (loop $more
            (global.set $kept (struct.new $node (i64.const -1) (global.get $kept)))
            (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
          (global.set $kept (ref.null $node)))
        (func (export "trap") (param $when i32)
          (local $node (ref $node))
          (local.set $node (struct.new $node (i64.const 5) (ref.null $node)))
          (global.set $kept (local.get $node))
          (if (i32.eqz (local.get $when)) (then unreachable))
          (struct.set $node $value (local.get $node) (i64.const 6))
          (struct.set $node $next (local.get $node) (struct.new $node (i64.const 7) (ref.null $node)))
          (if (i32.eq (local.get $when) (i32.const 1)) (then unreachable))
          (struct.set $node $value (local.get $node) (i64.const 8))
          (struct.set $node $next (local.get $node) (struct.new $node (i64.const 9) (local.get $node))))
        (func (export "value") (result i64) (struct.get $node $value (global.get $kept)))
        (func (export "rest") (result i64)
          (local $next (ref null $node))
          (local.set $next (struct.get $node $next (global.get $kept)))
          (if (result i64) (ref.is_null (local.get $next)) (then (i64.const 0))
            (else (struct.get $node $value (local.get $next)))))
        (func (export "apart") (result i32)
          (ref.eq (global.get $kept) (struct.new $node (i64.const 1) (ref.null $node)))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, module);
        let garbage = instance.get_typed_func::<i32, ()>(&mut store, "garbage").unwrap();
        let run = instance.get_typed_func::<i32, ()>(&mut store, "trap").unwrap();
        let value = instance.get_typed_func::<(), i64>(&mut store, "value").unwrap();
        let rest = instance.get_typed_func::<(), i64>(&mut store, "rest").unwrap();
        let apart = instance.get_typed_func::<(), i32>(&mut store, "apart").unwrap();
        for (when, expected) in [(0, (5, 0)), (1, (6, 7)), (2, (8, 9))] {
            // Fills cells with references, so that reused cells are not zero.
            garbage.call(&mut store, 10_000).unwrap();
            store.gc();
            assert_eq!(run.call(&mut store, when).is_err(), when < 2);
            if mode != "o3-relaxed" || when == 2 {
                assert_eq!(value.call(&mut store, ()).unwrap(), expected.0, "{mode} {when}");
                assert_eq!(rest.call(&mut store, ()).unwrap(), expected.1, "{mode} {when}");
            }
            assert_ne!(rest.call(&mut store, ()).unwrap(), -1, "{mode} {when}: an old reference in a reused cell");
            assert_eq!(apart.call(&mut store, ()).unwrap(), 0, "{mode} {when}");
            store.gc();
        }
    }
}

/// Compares loops, fills and copies over arrays of each element type with the same operations on a `Vec`.
#[test]
fn arrays_are_filled_and_copied() {
    let kinds = [
        ("i8", "i32", "array.get_u", "(local.get $at)", "(i64.extend_i32_u", 0xff_u64),
        ("i16", "i32", "array.get_u", "(local.get $at)", "(i64.extend_i32_u", 0xffff),
        ("i32", "i32", "array.get", "(local.get $at)", "(i64.extend_i32_u", 0xffff_ffff),
        ("i64", "i64", "array.get", "(i64.extend_i32_u (local.get $at))", "(i64.add (i64.const 0)", u64::MAX),
        ("f32", "f32", "array.get", "(f32.convert_i32_u (local.get $at))", "(i64.trunc_f32_u", 0xff_ffff),
        ("f64", "f64", "array.get", "(f64.convert_i32_u (local.get $at))", "(i64.trunc_f64_u", u64::MAX),
        ("v128", "v128", "array.get", "(i32x4.splat (local.get $at))", "(i64x2.extract_lane 1", 0),
        ("i31ref", "i31ref", "array.get", "(ref.i31 (local.get $at))", "(i64.extend_i32_u (i31.get_u", 0x7fff_ffff),
    ];
    for (storage, value, get, made, read, mask) in kinds {
        let close = if storage == "i31ref" { "))" } else { ")" };
        let module = format!(
            "(module (type $array (array (mut {storage})))
               (func $make (param $at i32) (result {value}) {made})
               (func (export \"run\") (param $length i32) (param $from i32) (param $to i32) (param $count i32) (result i64)
                 (local $array (ref $array)) (local $at i32) (local $sum i64)
                 (local.set $array (array.new $array (call $make (i32.const 3)) (local.get $length)))
                 (block $set (loop $more
                   (br_if $set (i32.ge_u (local.get $at) (i32.div_u (local.get $length) (i32.const 2))))
                   (array.set $array (local.get $array) (local.get $at) {made})
                   (local.set $at (i32.add (local.get $at) (i32.const 1)))
                   (br $more)))
                 (array.copy $array $array (local.get $array) (local.get $to)
                   (local.get $array) (local.get $from) (local.get $count))
                 (array.fill $array (local.get $array) (local.get $from) (call $make (i32.const 77))
                   (i32.div_u (local.get $count) (i32.const 3)))
                 (local.set $at (i32.const 0))
                 (block $added (loop $more
                   (br_if $added (i32.ge_u (local.get $at) (local.get $length)))
                   (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
                     {read} ({get} $array (local.get $array) (local.get $at)){close}))
                   (local.set $at (i32.add (local.get $at) (i32.const 1)))
                   (br $more)))
                 (local.get $sum)))"
        );
        let model = |length: usize, from: usize, to: usize, count: usize| {
            let number = |at: usize| {
                let at = at as u64;
                if mask == 0 { at | at << 32 } else { at & mask }
            };
            let mut array = vec![number(3); length];
            for (at, element) in array.iter_mut().enumerate().take(length / 2) {
                *element = number(at);
            }
            array.copy_within(from..from + count, to);
            array[from..from + count / 3].fill(number(77));
            array.iter().fold(0_u64, |sum, &element| sum.wrapping_mul(31).wrapping_add(element)).cast_signed()
        };
        for (mode, engine) in engines() {
            let (mut store, instance) = instantiate(&engine, &module);
            let run = instance.get_typed_func::<(u32, u32, u32, u32), i64>(&mut store, "run").unwrap();
            for (length, from, to, count) in
                [(0, 0, 0, 0), (1, 0, 0, 1), (9, 2, 3, 6), (40, 7, 1, 30), (1000, 1, 500, 499), (5000, 3000, 100, 2000)]
            {
                let found = run.call(&mut store, (length, from, to, count)).unwrap();
                let [length, from, to, count] = [length, from, to, count].map(|number| number as usize);
                assert_eq!(found, model(length, from, to, count), "{storage} {length} in {mode}");
            }
        }
    }
}

#[test]
fn constant_expressions_make_objects_once() {
    let module = r#"(module
        (type $leaf (struct (field i8) (field v128) (field i64)))
        (type $leaves (array (ref null $leaf)))
        (type $shorts (array i16))
        (type $tree (struct (field $leaves (ref $leaves)) (field $any anyref) (field $shorts (ref $shorts))))
        (global $leaf (ref $leaf) (struct.new $leaf (i32.const 0x17f) (v128.const i64x2 1 2) (i64.const 3)))
        (global $tree (ref $tree) (struct.new $tree
          (array.new_fixed $leaves 3 (global.get $leaf) (ref.null $leaf) (struct.new_default $leaf))
          (any.convert_extern (extern.convert_any (ref.i31 (i32.const 7))))
          (array.new $shorts (i32.add (i32.const 0xffff) (i32.const 2)) (i32.const 1000))))
        (table $table 4 4 anyref (array.new_default $shorts (i32.const 9)))
        (elem $passive (ref $leaf) (item (struct.new $leaf (i32.const 1) (v128.const i64x2 0 0) (i64.const 10))) (item (global.get $leaf)))
        (func (export "leaf") (result i32 i64 i32)
          (struct.get_s $leaf 0 (array.get $leaves (struct.get $tree $leaves (global.get $tree)) (i32.const 0)))
          (struct.get $leaf 2 (array.get $leaves (struct.get $tree $leaves (global.get $tree)) (i32.const 0)))
          (i31.get_s (ref.cast i31ref (struct.get $tree $any (global.get $tree)))))
        (func (export "shorts") (result i32 i32)
          (array.get_u $shorts (struct.get $tree $shorts (global.get $tree)) (i32.const 999))
          (array.len (ref.cast (ref $shorts) (table.get $table (i32.const 3)))))
        (func (export "once") (result i32 i32)
          (local $a (ref $leaves)) (local $b (ref $leaves))
          (local.set $a (array.new_elem $leaves $passive (i32.const 0) (i32.const 2)))
          (local.set $b (array.new_elem $leaves $passive (i32.const 0) (i32.const 1)))
          (ref.eq (array.get $leaves (local.get $a) (i32.const 0)) (array.get $leaves (local.get $b) (i32.const 0)))
          (ref.eq (array.get $leaves (local.get $a) (i32.const 1)) (global.get $leaf))))"#;
    for (mode, engine) in engines() {
        let module = Module::new(&engine, wat(module)).unwrap();
        let mut store = Store::new(&engine, ());
        // Every allocation collects, so an object that is not a root would be lost.
        store.set_gc_stress(true);
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let leaf = instance.get_typed_func::<(), (i32, i64, i32)>(&mut store, "leaf").unwrap();
        assert_eq!(leaf.call(&mut store, ()).unwrap(), (0x7f, 3, 7), "{mode}");
        let shorts = instance.get_typed_func::<(), (i32, i32)>(&mut store, "shorts").unwrap();
        assert_eq!(shorts.call(&mut store, ()).unwrap(), (1, 9), "{mode}");
        let once = instance.get_typed_func::<(), (i32, i32)>(&mut store, "once").unwrap();
        assert_eq!(once.call(&mut store, ()).unwrap(), (1, 1), "{mode}");

        let large =
            "(module (type $longs (array i64)) (global (ref $longs) (array.new_default $longs (i32.const -1))))";
        let large = Module::new(&engine, wat(large)).unwrap();
        assert!(matches!(
            Instance::new(&mut store, &large, &[]),
            Err(Error::Trap { trap: Trap::AllocationFailed, .. })
        ));
    }
}
