//! Tables and memories of extreme sizes: unused entries cost no memory, and a full address space is an error.

use super::build;
use super::isolated::{Bounds, hostile};
use wasm_encoder::{
    ExportKind, ExportSection, MemorySection, MemoryType, Module as Encoder, RefType, TableSection, TableType,
};
use wassay_vm::{Engine, Error, Instance, Module, Ref, Store, Trap, Val};

/// Returns a module of `count` memories of this size.
fn memories(count: u32, pages: u64, maximum: Option<u64>) -> Vec<u8> {
    let mut memories = MemorySection::new();
    for _ in 0..count {
        memories.memory(MemoryType { minimum: pages, maximum, memory64: false, shared: false, page_size_log2: None });
    }
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut encoder = Encoder::new();
    encoder.section(&memories).section(&exports);
    encoder.finish()
}

/// Returns a module of `count` tables of this size.
fn tables(count: u32, entries: u64, maximum: Option<u64>) -> Vec<u8> {
    let mut tables = TableSection::new();
    for _ in 0..count {
        let element_type = RefType::FUNCREF;
        tables.table(TableType { element_type, minimum: entries, maximum, table64: false, shared: false });
    }
    let mut exports = ExportSection::new();
    exports.export("table", ExportKind::Table, 0);
    let mut encoder = Encoder::new();
    encoder.section(&tables).section(&exports);
    encoder.finish()
}

fn instantiate(engine: &Engine, store: &mut Store<()>, wasm: &[u8]) -> wassay_vm::Result<Instance> {
    Instance::new(store, &Module::new(engine, wasm)?, &[])
}

hostile! {
    fn a_million_table_entries() {
        let wasm = build::wat(
            r#"(module
                (table $t (export "table") 1000000 funcref)
                (func $seven (result i32) (i32.const 7))
                (elem (i32.const 999999) $seven)
                (elem declare func $seven)
                (func (export "run") (param i32) (result i32)
                    (table.set $t (i32.const 500000) (ref.func $seven))
                    (call_indirect $t (result i32) (local.get 0))))"#,
        );
        build::in_each_mode(|engine| {
            assert_eq!(build::each_i32(engine, &wasm, [500_000, 999_999]), [7, 7]);
            for (index, trap) in [
                (0, Trap::UninitializedElement),
                (999_998, Trap::UninitializedElement),
                (1_000_000, Trap::UndefinedElement),
                (-1, Trap::UndefinedElement),
            ] {
                let error = build::run(engine, &wasm, &[Val::I32(index)]).expect_err("nothing to call");
                assert_eq!(error.trap(), Some(trap), "{index}");
            }
        });
    }

    /// All entries are used, which costs eight bytes each and not much more.
    fn a_million_table_entries_in_use() {
        let wasm = build::wat(
            r#"(module
                (table $t 0 1000000 funcref)
                (func $f (result i32) (i32.const 7))
                (elem declare func $f)
                (func (export "run") (result i32)
                    (drop (table.grow $t (ref.func $f) (i32.const 1000000)))
                    (table.fill $t (i32.const 0) (ref.func $f) (i32.const 1000000))
                    (table.copy $t $t (i32.const 1) (i32.const 0) (i32.const 999999))
                    (i32.add (call_indirect $t (result i32) (i32.const 999999)) (table.size $t))))"#,
        );
        build::in_each_mode(|engine| assert_eq!(build::only_i32(build::run(engine, &wasm, &[])), 1_000_007));
    }

    fn tables_of_the_largest_size() {
        build::in_each_mode(|engine| {
            for entries in [10_000_000, 10_000_001, 0xffff_ffff] {
                let mut store = Store::new(engine, ());
                let wasm = tables(1, entries, None);
                let instance = build::assert_works_or_refused(instantiate(engine, &mut store, &wasm));
                if let Some(table) = instance.and_then(|i| i.get_table(&mut store, "table")) {
                    assert_eq!(table.size(&store), entries);
                    assert!(matches!(table.get(&mut store, entries - 1), Some(Ref::Func(None))));
                    assert!(table.get(&mut store, entries).is_none());
                }
            }
        });
    }

    fn a_hundred_tables_of_a_million_entries() {
        let wasm = tables(100, 1_000_000, None);
        build::in_each_mode(|engine| {
            let mut store = Store::new(engine, ());
            build::assert_works_or_refused(instantiate(engine, &mut store, &wasm));
        });
    }

    fn a_hundred_thousand_tables() {
        let wasm = tables(100_000, 10, None);
        build::in_each_mode(|engine| {
            let mut store = Store::new(engine, ());
            build::assert_works_or_refused(instantiate(engine, &mut store, &wasm));
        });
    }

    fn tables_that_grow_for_ever() {
        let wasm = build::wat(
            r#"(module
                (table $t 0 externref)
                (func (export "run") (result i32) (local $failed i32)
                    (loop
                        (local.set $failed
                            (i32.eq (table.grow $t (ref.null extern) (i32.const 100000)) (i32.const -1)))
                        (br_if 0 (i32.and
                            (i32.eqz (local.get $failed))
                            (i32.lt_u (table.size $t) (i32.const 20000000)))))
                    (drop (table.grow $t (ref.null extern) (i32.const 0xffffffff)))
                    (local.get $failed)))"#,
        );
        build::in_each_mode(|engine| {
            build::only_i32(build::run(engine, &wasm, &[]));
        });
    }

    /// A memory of 4 GiB, of which two bytes are used.
    fn the_largest_memory() {
        let wasm = build::wat(
            r#"(module
                (memory (export "memory") 65536)
                (func (export "run") (param i32) (result i32)
                    (i32.store8 (i32.const 0) (i32.const 1))
                    (i32.store8 (i32.const 0xffffffff) (i32.const 2))
                    (drop (memory.grow (i32.const 1)))
                    (i32.add (i32.load8_u (local.get 0)) (memory.size))))"#,
        );
        build::in_each_mode(|engine| {
            assert_eq!(build::each_i32(engine, &wasm, [-1, 0]), [65_538, 65_537]);
        });
    }

    fn memories_of_a_million_pages() {
        build::in_each_mode(|engine| {
            for pages in [65_537, 1_000_000, 1 << 32, u64::MAX >> 1] {
                build::assert_refused(Module::new(engine, memories(1, pages, None)));
                build::assert_refused(Module::new(engine, memories(1, 0, Some(pages))));
            }
        });
    }

    fn many_memories() {
        build::in_each_mode(|engine| {
            for count in [2, 100, 101, 1_000_000] {
                let mut store = Store::new(engine, ());
                build::assert_works_or_refused(instantiate(engine, &mut store, &memories(count, 65_536, None)));
            }
        });
    }

    /// Fills the address space with instances, twice: dropping a store frees all of its memory.
    fn more_memories_than_address_space() {
        let wasm = memories(1, 1, None);
        let engine = Engine::default();
        let module = Module::new(&engine, &wasm).expect("a valid module");
        let mut counts: Vec<u32> = Vec::new();
        for _ in 0..2 {
            let mut store = Store::new(&engine, ());
            let mut count = 0;
            let error = loop {
                match Instance::new(&mut store, &module, &[]) {
                    Ok(_) => count += 1,
                    Err(error) => break error,
                }
                // 2^47 bytes of address space have room for this many reservations of 8 GiB.
                assert!(count <= 1 << 14, "memories reserve less address space than expected");
            };
            assert!(matches!(error, Error::Resources(_)), "{error:?}");
            println!("{count} memories, then: {error}");
            counts.push(count);
        }
        assert!(counts[0].abs_diff(counts[1]) <= 16, "{counts:?}");
        let mut store = Store::new(&engine, ());
        Instance::new(&mut store, &module, &[]).expect("there is room again");
    }

    /// Stores that are made and dropped leave no memory behind.
    fn ten_thousand_stores() within Bounds { mib: 256, ..Bounds::default() } => {
        let wasm = build::wat(
            r#"(module (memory 1) (table 1000 funcref) (func (export "run") (i32.store (i32.const 0) (i32.const 1))))"#,
        );
        let engine = Engine::default();
        let module = Module::new(&engine, &wasm).expect("a valid module");
        for _ in 0..10_000 {
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
            build::call(&mut store, instance, &[]).expect("no trap");
        }
    }

    /// Modules that are compiled, used and dropped leave no memory behind.
    fn five_hundred_modules() within Bounds { mib: 256, ..Bounds::default() } => {
        build::in_each_mode(|engine| {
            for i in 0..500 {
                let wasm = build::wat(&format!("(module (func (export \"run\") (result i32) (i32.const {i})))"));
                assert_eq!(build::only_i32(build::run(engine, &wasm, &[])), i);
            }
        });
    }

    /// Accesses of every width around the end of a memory.
    fn accesses_around_the_end_of_memory() {
        let accesses = [
            ("i32.load8_u", 1), ("i32.load16_s", 2), ("i32.load", 4), ("i64.load", 8), ("f32.load", 4), ("f64.load", 8),
        ];
        let mut text = "(module (memory (export \"memory\") 1)\n".to_owned();
        let offsets = [0_u32, 1, 8, 65_535, 65_536, 0x7fff_ffff, 0xffff_ffff];
        for (access, _) in accesses {
            for offset in offsets {
                text += &format!(
                    "(func (export \"{access} {offset}\") (param i32) (drop ({access} offset={offset} (local.get 0))))\n"
                );
            }
        }
        text += ")";
        let wasm = build::wat(&text);
        build::in_each_mode(|engine| {
            let module = Module::new(engine, &wasm).expect("a valid module");
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
            for (access, width) in accesses {
                for offset in offsets {
                    let name = format!("{access} {offset}");
                    let function = instance.get_typed_func::<i32, ()>(&mut store, &name).expect("an export");
                    for address in [0, 1, 65_520, 65_528, 65_532, 65_534, 65_535, 65_536, 0x8000_0000, 0xffff_ffff_u32] {
                        let inside = u64::from(address) + u64::from(offset) + width <= 65_536;
                        let trap = function.call(&mut store, address.cast_signed()).err().and_then(|e| e.trap());
                        let expected = (!inside).then_some(Trap::MemoryOutOfBounds);
                        assert_eq!(trap, expected, "{access} offset={offset} of {address}");
                    }
                }
            }
        });
    }
}
