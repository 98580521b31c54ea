//! Sizes of memories: growth, declared limits, and imports.

use crate::support::{engines_with_all_features, instantiate, trap, wat};
use wassay_vm::{Engine, Error, Instance, Limits, Memory, MemoryType, Module, Store, Trap};

fn error(engine: &Engine, text: &str) -> String {
    let module = Module::new(engine, wat(text)).unwrap();
    let error = Instance::new(&mut Store::new(engine, ()), &module, &[]).unwrap_err();
    assert!(matches!(error, Error::Resources(_)), "{error:?}");
    error.to_string()
}

#[test]
fn memories_grow_past_4_gib_and_stop_at_16() {
    let text = r#"(module (memory i64 1 0x1_0000_0000_0000)
        (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))
        (func (export "size") (result i64) (memory.size))
        (func (export "swap") (param i64 i64) (result i64)
          (i64.load (local.get 0)) (i64.store (local.get 0) (local.get 1))))"#;
    for (mode, engine) in engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine, text);
        let grow = instance.get_typed_func::<i64, i64>(&mut store, "grow").unwrap();
        let size = instance.get_typed_func::<(), i64>(&mut store, "size").unwrap();
        let swap = instance.get_typed_func::<(i64, i64), i64>(&mut store, "swap").unwrap();
        assert_eq!(grow.call(&mut store, -1).unwrap(), -1, "{mode}");
        assert_eq!(grow.call(&mut store, 1 << 32).unwrap(), -1, "{mode}");
        assert_eq!(grow.call(&mut store, (1 << 48) - 1).unwrap(), -1, "{mode}");
        assert_eq!(trap(swap.call(&mut store, (1 << 32, 0))), Trap::MemoryOutOfBounds, "{mode}");
        assert_eq!(grow.call(&mut store, 65536).unwrap(), 1, "{mode}");
        // Truncated to 32 bits, these two addresses would be equal.
        assert_eq!(swap.call(&mut store, (8, 5)).unwrap(), 0, "{mode}");
        assert_eq!(swap.call(&mut store, ((1 << 32) + 8, 6)).unwrap(), 0, "{mode}");
        assert_eq!(swap.call(&mut store, (8, 0)).unwrap(), 5, "{mode}");
        assert_eq!(swap.call(&mut store, ((1 << 32) + 65528, 0)).unwrap(), 0, "{mode}");
        assert_eq!(trap(swap.call(&mut store, ((1 << 32) + 65529, 0))), Trap::MemoryOutOfBounds, "{mode}");
        assert_eq!(grow.call(&mut store, (1 << 18) - 65537).unwrap(), 65537, "{mode}");
        assert_eq!(grow.call(&mut store, 1).unwrap(), -1, "{mode}");
        assert_eq!(size.call(&mut store, ()).unwrap(), 1 << 18, "{mode}");
        assert_eq!(swap.call(&mut store, ((1 << 34) - 8, 1)).unwrap(), 0, "{mode}");
        assert_eq!(trap(swap.call(&mut store, ((1 << 34) - 7, 1))), Trap::MemoryOutOfBounds, "{mode}");
    }
}

#[test]
fn pages_of_one_byte_are_units_of_growth() {
    let text = r#"(module (memory 0 (pagesize 1))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
        (func (export "size") (result i32) (memory.size))
        (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))"#;
    for (mode, engine) in engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine, text);
        let grow = instance.get_typed_func::<i32, i32>(&mut store, "grow").unwrap();
        let size = instance.get_typed_func::<(), i32>(&mut store, "size").unwrap();
        let load = instance.get_typed_func::<i32, i32>(&mut store, "load").unwrap();
        for length in 0..300 {
            assert_eq!(trap(load.call(&mut store, length)), Trap::MemoryOutOfBounds, "{mode}");
            assert_eq!(grow.call(&mut store, 1).unwrap(), length, "{mode}");
            assert_eq!(load.call(&mut store, length).unwrap(), 0, "{mode}");
        }
        // One byte less than 4 GiB: `memory.size` of 4 GiB would be 0 in 32 bits.
        assert_eq!(grow.call(&mut store, -300).unwrap(), -1, "{mode}");
        assert_eq!(grow.call(&mut store, -301).unwrap(), 300, "{mode}");
        assert_eq!(size.call(&mut store, ()).unwrap(), -1, "{mode}");
        assert_eq!(load.call(&mut store, -2).unwrap(), 0, "{mode}");
        assert_eq!(trap(load.call(&mut store, -1)), Trap::MemoryOutOfBounds, "{mode}");
    }
}

#[test]
fn minima_beyond_any_host_are_errors() {
    for (_, engine) in engines_with_all_features() {
        for (text, pages) in [
            ("(module (memory i64 0x1_0000_0000_0000))", "281474976710656 pages of 65536 bytes"),
            ("(module (memory i64 0x4_0001))", "262145 pages of 65536 bytes"),
            ("(module (memory i64 0xffff_ffff_ffff_ffff (pagesize 1)))", "18446744073709551615 pages of 1 bytes"),
        ] {
            let message = error(&engine, text);
            assert!(message.contains(pages), "{message}");
        }
        // A large maximum is accepted, as nothing is allocated for it.
        instantiate(&engine, "(module (memory i64 0 0xffff_ffff_ffff_ffff (pagesize 1)))");
        instantiate(&engine, "(module (memory i64 0 0x1_0000_0000_0000) (memory i64 0))");
    }
}

#[test]
fn imports_must_agree_in_address_type_and_page_size() {
    let narrow = MemoryType::new(1, Some(2));
    let wide = MemoryType { memory64: true, ..narrow };
    let bytes = MemoryType { page_size_log2: 0, ..narrow };
    let wide_bytes = MemoryType { memory64: true, ..bytes };
    let types = [narrow, wide, bytes, wide_bytes];
    let texts = ["1 2", "i64 1 2", "1 2 (pagesize 1)", "i64 1 2 (pagesize 1)"];
    let (_, engine) = engines_with_all_features().remove(1);
    for (given, &ty) in types.iter().enumerate() {
        for (wanted, text) in texts.iter().enumerate() {
            let module = wat(&format!(r#"(module (import "m" "m" (memory {text})))"#));
            let module = Module::new(&engine, module).unwrap();
            let mut store = Store::new(&engine, ());
            let memory = Memory::new(&mut store, ty).unwrap();
            assert_eq!(memory.ty(&store), ty);
            match Instance::new(&mut store, &module, &[memory.into()]) {
                Ok(_) => assert_eq!(given, wanted),
                Err(Error::IncompatibleImport { .. }) => assert_ne!(given, wanted),
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn the_host_makes_memories_with_64_bit_addresses_and_byte_pages() {
    let text = r#"(module (import "m" "m" (memory i64 0 (pagesize 1)))
        (func (export "f") (result i64)
          (drop (memory.grow (i64.const 2))) (i64.store8 (i64.const 4) (i64.const 7)) (memory.size)))"#;
    for (mode, engine) in engines_with_all_features() {
        let mut store = Store::new(&engine, ());
        let limits = Limits { min: 3, max: None };
        let ty = MemoryType { limits, memory64: true, page_size_log2: 0, shared: false };
        let memory = Memory::new(&mut store, ty).unwrap();
        let module = Module::new(&engine, wat(text)).unwrap();
        let instance = Instance::new(&mut store, &module, &[memory.into()]).unwrap();
        let f = instance.get_typed_func::<(), i64>(&mut store, "f").unwrap();
        assert_eq!(f.call(&mut store, ()).unwrap(), 5, "{mode}");
        assert_eq!((memory.size(&store), memory.data(&store)), (5, &[0, 0, 0, 0, 7][..]), "{mode}");
        assert_eq!(memory.grow(&mut store, 1).unwrap(), 5);
        assert_eq!(memory.write(&mut store, 5, &[1, 2]).unwrap_err().trap(), Some(Trap::MemoryOutOfBounds));
        assert_eq!(f.call(&mut store, ()).unwrap(), 8, "{mode}");
    }
}
