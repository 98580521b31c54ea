//! Bounds checks: accesses around the ends of memories and address ranges, compared with 128-bit sums.

use crate::support::{engines_with_all_features, instantiate, trap};
use wassay_vm::{Engine, Error, Instance, Memory, Store, Trap, Val};

/// Loads and stores, with their size in bytes. Loads return `i64`.
const LOADS: [(&str, u64); 4] = [("load8_u", 1), ("load16_u", 2), ("load32_u", 4), ("load", 8)];
const STORES: [(&str, u64); 4] = [("store8", 1), ("store16", 2), ("store32", 4), ("store", 8)];

/// A memory type: its address type and its pages.
struct TestMemory {
    wide: bool,
    /// The page size in the text format, which follows the limits.
    page: &'static str,
    page_size: u64,
    pages: u64,
}

const MEMORIES: [TestMemory; 6] = [
    TestMemory { wide: true, page: "", page_size: 65536, pages: 1 },
    TestMemory { wide: true, page: "(pagesize 1)", page_size: 1, pages: 77 },
    TestMemory { wide: true, page: "(pagesize 1)", page_size: 1, pages: 3 },
    TestMemory { wide: true, page: "", page_size: 65536, pages: 0 },
    TestMemory { wide: false, page: "(pagesize 1)", page_size: 1, pages: 4097 },
    TestMemory { wide: false, page: "(pagesize 1)", page_size: 1, pages: 0 },
];

impl TestMemory {
    fn address(&self) -> &'static str {
        if self.wide { "i64" } else { "i32" }
    }

    fn length(&self) -> u64 {
        self.pages * self.page_size
    }

    fn offsets(&self) -> Vec<u64> {
        let mut offsets = vec![0, 1, 7, 76, 4096, 65528, 65529, 65535, 65536, u32::MAX.into()];
        if self.wide {
            offsets.extend([1 << 32, 1 << 63, u64::MAX - 8, u64::MAX - 7, u64::MAX - 1, u64::MAX]);
        }
        offsets
    }

    /// Returns indices for which an access at `offset` is near an end of the memory or of the address range.
    fn indices(&self, offset: u64) -> Vec<u64> {
        let last = if self.wide { u64::MAX } else { u32::MAX.into() };
        let around = [0, self.length().wrapping_sub(offset), 0_u64.wrapping_sub(offset), last, 1 << 31, 1 << 63];
        let mut indices: Vec<u64> =
            around.iter().flat_map(|&at| (0..20).map(move |n| at.wrapping_sub(10).wrapping_add(n) & last)).collect();
        indices.sort_unstable();
        indices.dedup();
        indices
    }

    fn index(&self, index: u64) -> Val {
        #[expect(clippy::cast_possible_truncation, reason = "`indices` masks it")]
        if self.wide { Val::I64(index.cast_signed()) } else { Val::I32((index as u32).cast_signed()) }
    }
}

/// Returns the number of `size` bytes at an address, if it is in bounds.
fn expected(memory: &[u8], index: u64, offset: u64, size: u64) -> Option<u64> {
    let start = usize::try_from(u128::from(index) + u128::from(offset)).ok()?;
    let bytes = memory.get(start..start.checked_add(usize::try_from(size).ok()?)?)?;
    Some(bytes.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte)))
}

/// Fills the memory with bytes that differ from their neighbours, and returns them.
fn fill(store: &mut Store<()>, memory: Memory) -> Vec<u8> {
    let bytes = memory.data_mut(store);
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = (at * 167 % 251) as u8;
    }
    bytes.to_vec()
}

fn call(store: &mut Store<()>, instance: &Instance, name: &str, params: &[Val]) -> Result<Option<u64>, Trap> {
    let func = instance.get_func(&mut *store, name).unwrap();
    let mut results = vec![Val::I64(0); func.ty(&*store).results.len()];
    match func.call(store, params, &mut results) {
        Ok(()) => Ok(results.first().map(|value| match value {
            Val::I64(n) => n.cast_unsigned(),
            other => panic!("{other:?}"),
        })),
        Err(Error::Trap { trap, .. }) => Err(trap),
        Err(other) => panic!("{other}"),
    }
}

fn check(engine: &Engine, mode: &str, kind: &TestMemory, pages_more: u64) {
    let address = kind.address();
    let mut text = format!(r#"(module (memory (export "m") {address} {} {})"#, kind.pages, kind.page);
    for offset in kind.offsets() {
        for (load, _) in LOADS {
            text += &format!(
                r#"(func (export "{load} {offset}") (param {address}) (result i64)
                    (i64.{load} offset={offset} (local.get 0)))"#
            );
        }
        for (store, _) in STORES {
            text += &format!(
                r#"(func (export "{store} {offset}") (param {address} i64)
                    (i64.{store} offset={offset} (local.get 0) (local.get 1)))"#
            );
        }
    }
    let (mut store, instance) = instantiate(engine, &(text + ")"));
    let memory = instance.get_memory(&mut store, "m").unwrap();
    memory.grow(&mut store, pages_more).unwrap();
    let mut bytes = fill(&mut store, memory);
    let grown = TestMemory { pages: kind.pages + pages_more, ..*kind };
    for offset in grown.offsets() {
        for index in grown.indices(offset) {
            let place = |name| format!("{name} {index:#x} + {offset:#x} of {} at {mode}", bytes.len());
            for (load, size) in LOADS {
                let found = call(&mut store, &instance, &format!("{load} {offset}"), &[kind.index(index)]);
                let wanted = expected(&bytes, index, offset, size).map(Some).ok_or(Trap::MemoryOutOfBounds);
                assert_eq!(found, wanted, "{}", place(load));
            }
        }
        for index in grown.indices(offset) {
            for (name, size) in STORES {
                let value = index ^ 0x0123_4567_89ab_cdef;
                let params = [kind.index(index), Val::I64(value.cast_signed())];
                let found = call(&mut store, &instance, &format!("{name} {offset}"), &params);
                let inside = expected(&bytes, index, offset, size).is_some();
                assert_eq!(found.is_ok(), inside, "{name} {index:#x} + {offset:#x} at {mode}");
                if inside {
                    let (start, size) = ((index + offset) as usize, size as usize);
                    bytes[start..start + size].copy_from_slice(&value.to_le_bytes()[..size]);
                }
            }
        }
        // Stores that trapped wrote nothing, not even bytes within bounds.
        assert_eq!(memory.data(&store), bytes, "stores at offset {offset:#x}, {mode}");
    }
}

#[test]
fn accesses_are_checked_around_all_ends() {
    for (mode, engine) in engines_with_all_features() {
        for kind in &MEMORIES {
            check(&engine, mode, kind, 0);
        }
    }
}

#[test]
fn accesses_are_checked_in_grown_memories() {
    for (mode, engine) in engines_with_all_features() {
        for kind in &MEMORIES {
            check(&engine, mode, kind, 1);
        }
    }
}

/// Accesses at constant addresses, for which LLVM or the lowering could remove the check.
#[test]
fn constant_addresses_are_checked() {
    for (mode, engine) in engines_with_all_features() {
        for kind in &MEMORIES {
            let address = kind.address();
            let mut text = format!(r#"(module (memory {address} {} {})"#, kind.pages, kind.page);
            let mut cases = Vec::new();
            for offset in kind.offsets() {
                for index in kind.indices(offset).into_iter().step_by(9) {
                    text += &format!(
                        r#"(func (export "{}") (result i64)
                            (i64.load32_u offset={offset} ({address}.const {index})))"#,
                        cases.len()
                    );
                    cases.push((index, offset));
                }
            }
            let (mut store, instance) = instantiate(&engine, &(text + ")"));
            let zeros = vec![0; usize::try_from(kind.length()).unwrap()];
            for (number, &(index, offset)) in cases.iter().enumerate() {
                let found = call(&mut store, &instance, &number.to_string(), &[]);
                let wanted = expected(&zeros, index, offset, 4).map(Some).ok_or(Trap::MemoryOutOfBounds);
                assert_eq!(found, wanted, "{index:#x} + {offset:#x} of {} at {mode}", kind.length());
            }
        }
    }
}

#[test]
fn unused_loads_trap_and_earlier_stores_stay() {
    let text = r#"(module (memory (export "m") i64 10 (pagesize 1))
        (func (export "f") (param i64)
          (i64.store8 (i64.const 3) (i64.const 1))
          (i64.store8 (i64.const 3) (i64.const 2))
          (drop (i64.load8_u (local.get 0)))
          (i64.store8 (i64.const 3) (i64.const 3))))"#;
    for (mode, engine) in engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine, text);
        let f = instance.get_typed_func::<i64, ()>(&mut store, "f").unwrap();
        assert_eq!(trap(f.call(&mut store, 10)), Trap::MemoryOutOfBounds, "{mode}");
        let memory = instance.get_memory(&mut store, "m").unwrap();
        if !mode.contains("relaxed") {
            assert_eq!(memory.data(&store)[3], 2, "{mode}");
        }
        f.call(&mut store, 9).unwrap();
        assert_eq!(memory.data(&store)[3], 3, "{mode}");
    }
}
