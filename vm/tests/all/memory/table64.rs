//! Tables with 64-bit indices.

use crate::support::{engines_with_all_features, instantiate, trap, wat};
use wassay_vm::{Error, Instance, Limits, Module, Ref, RefType, Store, Table, TableType, Trap};

const TEXT: &str = r#"(module
    (type $t (func (result i32)))
    (table $w (export "w") i64 4 0xffff_ffff_ffff_ffff funcref) (table $n 4 funcref)
    (elem (table $w) (i64.const 2) func $one $two) (elem $e func $one $two)
    (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
    (func (export "call") (param i64) (result i32) (call_indirect $w (type $t) (local.get 0)))
    (func (export "is_null") (param i64) (result i32) (ref.is_null (table.get $w (local.get 0))))
    (func (export "set") (param i64) (table.set $w (local.get 0) (ref.func $two)))
    (func (export "grow") (param i64) (result i64) (table.grow $w (ref.func $one) (local.get 0)))
    (func (export "size") (result i64) (table.size $w))
    (func (export "fill") (param i64 i64) (table.fill $w (local.get 0) (ref.func $two) (local.get 1)))
    (func (export "init") (param i64 i32 i32) (table.init $w $e (local.get 0) (local.get 1) (local.get 2)))
    (func (export "nw") (param i32 i64 i32) (table.copy $n $w (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wn") (param i64 i32 i32) (table.copy $w $n (local.get 0) (local.get 1) (local.get 2))))"#;

#[test]
fn indices_have_64_bits() {
    for (mode, engine) in engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine, TEXT);
        let call = instance.get_typed_func::<i64, i32>(&mut store, "call").unwrap();
        let is_null = instance.get_typed_func::<i64, i32>(&mut store, "is_null").unwrap();
        let set = instance.get_typed_func::<i64, ()>(&mut store, "set").unwrap();
        assert_eq!(call.call(&mut store, 3).unwrap(), 2, "{mode}");
        assert_eq!(trap(call.call(&mut store, 0)), Trap::UninitializedElement, "{mode}");
        for at in [4, -1, 1 << 32, (1 << 32) + 3, (1 << 61) + 3, i64::MIN + 3] {
            assert_eq!(trap(call.call(&mut store, at)), Trap::UndefinedElement, "{at} at {mode}");
            assert_eq!(trap(is_null.call(&mut store, at)), Trap::TableOutOfBounds, "{at} at {mode}");
            assert_eq!(trap(set.call(&mut store, at)), Trap::TableOutOfBounds, "{at} at {mode}");
        }
        set.call(&mut store, 0).unwrap();
        assert_eq!(call.call(&mut store, 0).unwrap(), 2, "{mode}");
        assert_eq!(is_null.call(&mut store, 1).unwrap(), 1, "{mode}");
    }
}

#[test]
fn ranges_and_growth_have_64_bits() {
    for (mode, engine) in engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine, TEXT);
        let call = instance.get_typed_func::<i64, i32>(&mut store, "call").unwrap();
        let grow = instance.get_typed_func::<i64, i64>(&mut store, "grow").unwrap();
        let size = instance.get_typed_func::<(), i64>(&mut store, "size").unwrap();
        let fill = instance.get_typed_func::<(i64, i64), ()>(&mut store, "fill").unwrap();
        let init = instance.get_typed_func::<(i64, i32, i32), ()>(&mut store, "init").unwrap();
        let nw = instance.get_typed_func::<(i32, i64, i32), ()>(&mut store, "nw").unwrap();
        let wn = instance.get_typed_func::<(i64, i32, i32), ()>(&mut store, "wn").unwrap();
        for delta in [-1, -4, 1 << 32, 1 << 61, i64::MAX] {
            assert_eq!(grow.call(&mut store, delta).unwrap(), -1, "{delta} at {mode}");
        }
        assert_eq!(grow.call(&mut store, 2).unwrap(), 4, "{mode}");
        assert_eq!(size.call(&mut store, ()).unwrap(), 6, "{mode}");
        init.call(&mut store, (0, 0, 2)).unwrap();
        nw.call(&mut store, (2, 0, 2)).unwrap();
        wn.call(&mut store, (3, 3, 1)).unwrap();
        fill.call(&mut store, (4, 1)).unwrap();
        let found: Vec<i32> = (0..6).map(|at| call.call(&mut store, at).unwrap()).collect();
        assert_eq!(found, [1, 2, 1, 2, 2, 1], "{mode}");
        for (at, length) in [(7, 0), (6, 1), (-1, 1), (-1, -1), (1, -1), (0, 1 << 32)] {
            assert_eq!(trap(fill.call(&mut store, (at, length))), Trap::TableOutOfBounds, "{at} {length} at {mode}");
        }
        for at in [5, -1, 1 << 32] {
            assert_eq!(trap(init.call(&mut store, (at, 0, 2))), Trap::TableOutOfBounds, "{at} at {mode}");
            assert_eq!(trap(nw.call(&mut store, (0, at, 2))), Trap::TableOutOfBounds, "{at} at {mode}");
            assert_eq!(trap(wn.call(&mut store, (at, 0, 2))), Trap::TableOutOfBounds, "{at} at {mode}");
        }
    }
}

#[test]
fn limits_and_imports_are_checked() {
    let (_, engine) = engines_with_all_features().remove(1);
    let huge = Module::new(&engine, wat("(module (table i64 0xffff_ffff_ffff_ffff funcref))")).unwrap();
    let error = Instance::new(&mut Store::new(&engine, ()), &huge, &[]).unwrap_err();
    assert!(matches!(error, Error::Resources(_)), "{error:?}");
    for (table64, text) in [(true, "1 funcref"), (false, "i64 1 funcref")] {
        let module = Module::new(&engine, wat(&format!(r#"(module (import "t" "t" (table {text})))"#))).unwrap();
        let mut store = Store::new(&engine, ());
        let ty = TableType { limits: Limits { min: 1, max: None }, element: RefType::FUNCREF, table64 };
        let table = Table::new(&mut store, ty, Ref::Func(None)).unwrap();
        let error = Instance::new(&mut store, &module, &[table.into()]).unwrap_err();
        assert!(matches!(error, Error::IncompatibleImport { .. }), "{error:?}");
    }
    let offset = wat("(module (table i64 2 funcref) (elem (i64.const 0x1_0000_0001) func $f) (func $f))");
    let module = Module::new(&engine, offset).unwrap();
    let made = Instance::new(&mut Store::new(&engine, ()), &module, &[]);
    assert_eq!(made.unwrap_err().trap(), Some(Trap::TableOutOfBounds));
}
