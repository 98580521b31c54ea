//! Bulk memory operators, on memories of both address types.

use crate::support::{engines_with_all_features, instantiate, trap, wat};
use wassay_vm::{Instance, Module, Store, Trap};

const TEXT: &str = r#"(module
    (memory $w (export "w") i64 16 (pagesize 1)) (memory $n (export "n") 16 (pagesize 1))
    (data $d "abcdefgh")
    (func (export "fill") (param i64 i64) (memory.fill $w (local.get 0) (i32.const 0x178) (local.get 1)))
    (func (export "init") (param i64 i32 i32) (memory.init $w $d (local.get 0) (local.get 1) (local.get 2)))
    (func (export "ww") (param i64 i64 i64) (memory.copy $w $w (local.get 0) (local.get 1) (local.get 2)))
    (func (export "wn") (param i64 i32 i32) (memory.copy $w $n (local.get 0) (local.get 1) (local.get 2)))
    (func (export "nw") (param i32 i64 i32) (memory.copy $n $w (local.get 0) (local.get 1) (local.get 2))))"#;

fn bytes(store: &mut Store<()>, instance: &Instance, name: &str) -> Vec<u8> {
    let memory = instance.get_memory(&mut *store, name).unwrap();
    memory.data(&*store).to_vec()
}

#[test]
fn ranges_are_copied_between_address_types() {
    for (mode, engine) in engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine, TEXT);
        let fill = instance.get_typed_func::<(i64, i64), ()>(&mut store, "fill").unwrap();
        let init = instance.get_typed_func::<(i64, i32, i32), ()>(&mut store, "init").unwrap();
        let ww = instance.get_typed_func::<(i64, i64, i64), ()>(&mut store, "ww").unwrap();
        let wn = instance.get_typed_func::<(i64, i32, i32), ()>(&mut store, "wn").unwrap();
        let nw = instance.get_typed_func::<(i32, i64, i32), ()>(&mut store, "nw").unwrap();
        fill.call(&mut store, (8, 8)).unwrap();
        init.call(&mut store, (1, 2, 4)).unwrap();
        nw.call(&mut store, (12, 1, 4)).unwrap();
        ww.call(&mut store, (0, 1, 4)).unwrap();
        wn.call(&mut store, (14, 14, 2)).unwrap();
        assert_eq!(bytes(&mut store, &instance, "w"), b"cdeff\0\0\0xxxxxxef", "{mode}");
        assert_eq!(bytes(&mut store, &instance, "n"), b"\0\0\0\0\0\0\0\0\0\0\0\0cdef", "{mode}");
    }
}

#[test]
fn ranges_out_of_bounds_trap() {
    let ends = [(16, 0, true), (17, 0, false), (-1, 1, false), (-1, -1, false), (1, -1, false), (0, 1 << 32, false)];
    for (mode, engine) in engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine, TEXT);
        let fill = instance.get_typed_func::<(i64, i64), ()>(&mut store, "fill").unwrap();
        let ww = instance.get_typed_func::<(i64, i64, i64), ()>(&mut store, "ww").unwrap();
        let wn = instance.get_typed_func::<(i64, i32, i32), ()>(&mut store, "wn").unwrap();
        let init = instance.get_typed_func::<(i64, i32, i32), ()>(&mut store, "init").unwrap();
        for (at, length, inside) in ends {
            for result in [
                fill.call(&mut store, (at, length)),
                ww.call(&mut store, (at, 0, length)),
                ww.call(&mut store, (0, at, length)),
            ] {
                match result {
                    Ok(()) => assert!(inside, "{at} {length} at {mode}"),
                    Err(error) => assert_eq!((error.trap(), inside), (Some(Trap::MemoryOutOfBounds), false), "{mode}"),
                }
            }
        }
        // A 64-bit address and a 32-bit length.
        for at in [-1, -4, 13, 1 << 32] {
            assert_eq!(trap(wn.call(&mut store, (at, 0, 4))), Trap::MemoryOutOfBounds, "{at} at {mode}");
            assert_eq!(trap(init.call(&mut store, (at, 0, 4))), Trap::MemoryOutOfBounds, "{at} at {mode}");
        }
        assert_eq!(trap(wn.call(&mut store, (0, 0, -1))), Trap::MemoryOutOfBounds, "{mode}");
        assert!(bytes(&mut store, &instance, "w").iter().all(|&byte| byte == 0), "{mode}");
    }
}

#[test]
fn segments_have_64_bit_offsets() {
    for (mode, engine) in engines_with_all_features() {
        for (offset, inside) in [("5", true), ("13", true), ("14", false), ("0x1_0000_0000", false), ("-1", false)] {
            let text = format!(r#"(module (memory i64 16 (pagesize 1)) (data (i64.const {offset}) "abc"))"#);
            let module = Module::new(&engine, wat(&text)).unwrap();
            let made = Instance::new(&mut Store::new(&engine, ()), &module, &[]);
            match made {
                Ok(_) => assert!(inside, "{offset} at {mode}"),
                Err(error) => assert_eq!((error.trap(), inside), (Some(Trap::MemoryOutOfBounds), false), "{offset}"),
            }
        }
    }
}
