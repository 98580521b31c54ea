//! Order of the checks of atomic accesses: alignment first, then (for a wait) whether the memory is shared, then bounds.
//!
//! Spec: <https://webassembly.github.io/threads/core/exec/instructions.html>

use crate::support::{engines, instantiate};
use std::fmt::Write as _;
use wassay_vm::{Trap, Val};

const PAGE: u128 = 65536;

struct Access {
    name: &'static str,
    operands: &'static str,
    size: u128,
    waits: bool,
}

/// Each kind of atomic access. The waits expect values that the memory does not have, so none blocks.
const ACCESSES: [Access; 10] = [
    Access { name: "memory.atomic.wait32", operands: "(i32.const 1) (i64.const -1)", size: 4, waits: true },
    Access { name: "memory.atomic.wait64", operands: "(i64.const 1) (i64.const -1)", size: 8, waits: true },
    Access { name: "memory.atomic.notify", operands: "(i32.const 5)", size: 4, waits: false },
    Access { name: "i32.atomic.load", operands: "", size: 4, waits: false },
    Access { name: "i32.atomic.load16_u", operands: "", size: 2, waits: false },
    Access { name: "i32.atomic.rmw.add", operands: "(i32.const 0)", size: 4, waits: false },
    Access { name: "i32.atomic.rmw8.or_u", operands: "(i32.const 0)", size: 1, waits: false },
    Access { name: "i32.atomic.rmw16.xchg_u", operands: "(i32.const 0)", size: 2, waits: false },
    Access { name: "i32.atomic.rmw.cmpxchg", operands: "(i32.const 0) (i32.const 0)", size: 4, waits: false },
    Access { name: "i32.atomic.store", operands: "(i32.const 0)", size: 4, waits: false },
];

impl Access {
    fn expected(&self, shared: bool, address: u128) -> Result<(), Trap> {
        if !address.is_multiple_of(self.size) {
            Err(Trap::UnalignedAtomic)
        } else if self.waits && !shared {
            Err(Trap::ExpectedSharedMemory)
        } else if address + self.size > PAGE {
            Err(Trap::MemoryOutOfBounds)
        } else {
            Ok(())
        }
    }
}

#[test]
fn atomic_accesses_are_checked_in_order() {
    let (mut cells, mut doubly) = (0, 0);
    for (mode, engine) in engines() {
        for (index, max) in [("i32", u64::from(u32::MAX)), ("i64", u64::MAX)] {
            let offsets = [0, 1, 4, 12, 65535, 65536, max - 7, max];
            let indices = [0, 1, 2, 3, 4, 8, 65528, 65532, 65535, 65536, 65537, max - 7, max - 3, max];
            for shared in [true, false] {
                let mut functions = String::new();
                for (number, access) in ACCESSES.iter().enumerate() {
                    for offset in offsets {
                        let Access { name, operands, .. } = access;
                        let text = format!("({name} offset={offset} (local.get 0) {operands})");
                        // A store has no result, so the function returns a zero.
                        let zero = if name.ends_with("store") { "(i32.const 0)" } else { "" };
                        let head = format!(r#"(func (export "{number}+{offset}") (param {index}) (result i32)"#);
                        writeln!(functions, "{head} {text} {zero})").unwrap();
                    }
                }
                let memory = if shared { "1 1 shared" } else { "1 1" };
                let (mut store, instance) =
                    instantiate(&engine, &format!("(module (memory {index} {memory}) {functions})"));
                for (number, access) in ACCESSES.iter().enumerate() {
                    for offset in offsets {
                        let func = instance.get_func(&mut store, &format!("{number}+{offset}")).unwrap();
                        for at in indices {
                            let argument = match index {
                                "i32" => Val::I32(u32::try_from(at).unwrap().cast_signed()),
                                _ => Val::I64(at.cast_signed()),
                            };
                            let mut results = [Val::I32(0)];
                            let done = func.call(&mut store, &[argument], &mut results);
                            let ended = done.map_err(|error| error.trap().expect("a trap"));
                            let address = u128::from(at) + u128::from(offset);
                            let expected = access.expected(shared, address);
                            let Access { name, .. } = access;
                            assert_eq!(ended, expected, "{mode}: {name} of {index} {at}+{offset}, shared: {shared}");
                            cells += 1;
                            let unaligned = expected == Err(Trap::UnalignedAtomic);
                            doubly += u32::from(unaligned && access.waits && !shared);
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cells, 3 * 2 * 2 * 10 * 8 * 14);
    assert!(doubly > 500, "{doubly} cells have a wait that is unaligned and on an unshared memory");
}
