//! Modules of extreme sizes: functions, nesting, branch tables, signatures, sections.

use super::build::{self, Code};
use super::isolated::{Bounds, hostile};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    ImportSection, MemArg, MemArgTarget, MemorySection, MemoryType, Module as Encoder, TypeSection, ValType,
};
use wassay_vm::{Instance, Module, Store, Val};

/// Returns a function with 50,000 locals (the limit). Each is written, and then read in another order.
fn locals(count: u32) -> Vec<u8> {
    build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[(count - 1, ValType::I32)], |sink| {
        for i in 1..count {
            sink.local_get(0).i32_const(i.cast_signed()).i32_mul().local_set(i);
        }
        sink.i32_const(0);
        for i in (1..count).rev() {
            sink.local_get(i).i32_xor();
        }
    })])
}

/// Returns `count` nested blocks, with a branch out of all of them.
fn nested(count: u32, open: impl Fn(&mut wasm_encoder::InstructionSink<'_>)) -> Vec<u8> {
    build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
        for _ in 0..count {
            open(sink);
        }
        sink.local_get(0).br_if(count - 1);
        for _ in 0..count {
            sink.end();
        }
        sink.i32_const(7);
    })])
}

hostile! {
    fn fifty_thousand_locals() {
        let wasm = locals(50_000);
        let expected = (1..50_000_i32).fold(0, |sum, i| sum ^ i.wrapping_mul(3));
        build::at_each_level(|engine| {
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(3)])), expected);
        });
    }

    fn too_many_locals() {
        let groups = |groups: &[(u32, ValType)]| build::module(&[Code::new(&[], &[], groups, |_| {})]);
        let modules = [
            groups(&[(50_001, ValType::I64)]),
            groups(&[(1_000_000, ValType::I64)]),
            groups(&[(u32::MAX, ValType::I64)]),
            // The total does not fit in 32 bits.
            groups(&[(u32::MAX, ValType::I32); 8]),
        ];
        build::at_each_level(|engine| {
            for wasm in &modules {
                build::assert_refused(Module::new(engine, wasm));
            }
        });
    }

    fn ten_thousand_nested_blocks() {
        let wasm = nested(10_000, |sink| { sink.block(BlockType::Empty); });
        build::at_each_level(|engine| {
            assert_eq!(build::each_i32(engine, &wasm, [0, 1]), [7, 7]);
        });
    }

    fn ten_thousand_nested_loops() {
        // The branch to the head of the outermost loop is never taken, as the argument is 0.
        let wasm = nested(10_000, |sink| { sink.loop_(BlockType::Empty); });
        build::at_each_level(|engine| assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(0)])), 7));
    }

    fn ten_thousand_nested_ifs() {
        let wasm = nested(10_000, |sink| { sink.local_get(0).if_(BlockType::Empty); });
        build::at_each_level(|engine| {
            assert_eq!(build::each_i32(engine, &wasm, [0, 1]), [7, 7]);
        });
    }

    fn ten_thousand_nested_blocks_with_values() {
        let count = 10_000;
        let wasm = build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
            for _ in 0..count {
                sink.block(BlockType::Result(ValType::I32)).local_get(0).local_get(0).br_if(0).i32_const(1).i32_add();
            }
            // Each block has a value on the operand stack below that of the inner block.
            sink.end();
            for _ in 1..count {
                sink.drop().end();
            }
        })]);
        build::at_each_level(|engine| {
            assert_eq!(build::each_i32(engine, &wasm, [0, 5]), [1, 5]);
        });
    }

    fn nested_blocks_in_dead_code() {
        let count = 100_000;
        let wasm = build::module(&[Code::new(&[], &[], &[], |sink| {
            sink.return_();
            for _ in 0..count {
                sink.loop_(BlockType::Empty);
            }
            for _ in 0..count {
                sink.end();
            }
        })]);
        build::at_each_level(|engine| {
            build::assert_works_or_refused(build::run(engine, &wasm, &[]));
        });
    }

    fn br_table_of_a_hundred_thousand_targets() {
        // The targets are a hundred blocks, in turn.
        let (blocks, targets) = (100, 100_000);
        let table: Vec<u32> = (0..targets).map(|i| i % blocks).collect();
        let wasm = build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[(1, ValType::I32)], |sink| {
            sink.block(BlockType::Empty);
            for _ in 0..blocks {
                sink.block(BlockType::Empty);
            }
            sink.local_get(0).br_table(table.iter().copied(), blocks);
            for i in 0..blocks {
                sink.end().i32_const(i.cast_signed() + 1).local_set(1).br(blocks - 1 - i);
            }
            sink.end().local_get(1);
        })]);
        build::at_each_level(|engine| {
            let found = build::each_i32(engine, &wasm, [0, 99, 100, 99_999, 100_000, -1]);
            assert_eq!(found, [1, 100, 1, 100, 0, 0]);
        });
    }

    fn br_table_with_values_and_a_thousand_blocks() {
        let (blocks, targets) = (1_000, 100_000);
        let table: Vec<u32> = (0..targets).map(|i: u32| i.wrapping_mul(7919) % blocks).collect();
        let wasm = build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
            for _ in 0..blocks {
                sink.block(BlockType::Result(ValType::I32));
            }
            sink.i32_const(0).local_get(0).br_table(table.iter().copied(), 0);
            for _ in 0..blocks {
                sink.end().i32_const(1).i32_add();
            }
        })]);
        build::at_each_level(|engine| {
            let arguments = [0, 1, 99_999, -1];
            let expected = arguments.map(|argument| {
                let label = usize::try_from(argument).ok().and_then(|i| table.get(i)).copied().unwrap_or(0);
                // Each block from the target outwards adds one.
                (blocks - label).cast_signed()
            });
            assert_eq!(build::each_i32(engine, &wasm, arguments), expected);
        });
    }

    fn a_hundred_thousand_operands() {
        let count = 100_000;
        let wasm = build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
            for _ in 0..count {
                sink.local_get(0);
            }
            for _ in 1..count {
                sink.i32_sub();
            }
        })]);
        build::at_each_level(|engine| {
            // x - (x - (x - ...)), with an even number of subtractions.
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(5)])), 0);
        });
    }

    fn a_chain_of_half_a_million_operations() {
        let wasm = build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
            sink.local_get(0);
            for _ in 0..500_000 {
                sink.i32_eqz();
            }
        })]);
        build::at_each_level(|engine| assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(5)])), 1));
    }

    /// Loads, stores and calls that depend on each other, in one basic block. LLVM can simplify none of them.
    fn a_giant_function_in_one_block() within Bounds { mib: 1536, ..Bounds::default() } => {
        let steps = 30_000_u32;
        let code = Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
            let at = |offset: u32| MemArg {
                offset: u64::from(offset),
                align: 2,
                target: MemArgTarget::Memory(0),
                ordering: None,
            };
            for i in 0..steps {
                sink.local_get(0).local_get(0).i32_load(at(i % 4096 * 4)).i32_const(i.cast_signed()).i32_add();
                sink.i32_store(at((i + 1) % 4096 * 4));
            }
            sink.local_get(0).i32_load(at(steps % 4096 * 4));
        });
        let wasm = with_memory(&code);
        // Word i + 1 becomes word i plus i.
        let expected = (0..steps).fold(0_u32, u32::wrapping_add).cast_signed();
        build::at_each_level(|engine| {
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(0)])), expected);
        });
    }

    /// Ten thousand small ifs in sequence, which use the same locals.
    fn a_giant_function_of_many_blocks() within Bounds { mib: 1536, ..Bounds::default() } => {
        let steps = 10_000;
        let wasm = build::module(&[Code::new(&[ValType::I32], &[ValType::I32], &[(4, ValType::I32)], |sink| {
            for i in 0..steps {
                let (from, to) = (1 + i % 4, 1 + (i + 1) % 4);
                sink.local_get(0).i32_const(1 << (i % 31)).i32_and().if_(BlockType::Empty);
                sink.local_get(from).i32_const(i.cast_signed()).i32_add().local_set(to);
                sink.else_().local_get(to).local_get(from).i32_xor().local_set(to).end();
            }
            sink.local_get(1).local_get(2).i32_add().local_get(3).i32_add().local_get(4).i32_add();
        })]);
        let expected = |x: i32| {
            let mut locals = [0_i32; 4];
            for i in 0..steps as usize {
                let (from, to) = (i % 4, (i + 1) % 4);
                locals[to] = if x & (1 << (i % 31)) != 0 {
                    locals[from].wrapping_add(i32::try_from(i).expect("small"))
                } else {
                    locals[to] ^ locals[from]
                };
            }
            locals.iter().fold(0_i32, |sum, x| sum.wrapping_add(*x))
        };
        build::at_each_level(|engine| {
            let arguments = [0, 0x5555_5555, 0x1234_5678];
            assert_eq!(build::each_i32(engine, &wasm, arguments), arguments.map(expected));
        });
    }

    /// A body larger than the limit.
    fn a_function_of_eight_megabytes() {
        let wasm = build::module(&[Code::new(&[], &[], &[], |sink| {
            for _ in 0..8_000_000 {
                sink.nop();
            }
        })]);
        build::at_each_level(|engine| build::assert_refused(Module::new(engine, &wasm)));
    }

    fn five_thousand_functions() within Bounds { mib: 1536, ..Bounds::default() } => {
        // Each function calls the previous one.
        let count = 5_000;
        let code = (0..count).map(|i: u32| {
            Code::new(&[ValType::I32], &[ValType::I32], &[], |sink| {
                sink.local_get(0).i32_const(i.cast_signed()).i32_xor();
                if i > 0 {
                    sink.call(i - 1);
                }
                sink.i32_const(1).i32_add();
            })
        });
        let wasm = build::module(&code.collect::<Vec<_>>());
        let expected = (0..count.cast_signed()).fold(0, |x, i| x ^ i) + count.cast_signed();
        build::at_each_level(|engine| {
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(0)])), expected);
        });
    }

    fn a_thousand_parameters_and_results() {
        let kinds = [ValType::I32, ValType::I64, ValType::F32, ValType::F64].repeat(250);
        let rotate = Code::new(&kinds, &kinds, &[], |sink| {
            // Types repeat after four places.
            for i in 0..1000 {
                sink.local_get((i + 4) % 1000);
            }
        });
        let twice = Code::new(&kinds, &kinds, &[], |sink| {
            for i in 0..1000 {
                sink.local_get(i);
            }
            sink.call(0).call(0);
        });
        let wasm = build::module(&[rotate, twice]);
        let arguments: Vec<Val> = (0..250)
            .flat_map(|i: i32| [Val::I32(i), Val::I64(i64::from(i) << 33), Val::from(i as f32), Val::from(f64::from(i))])
            .collect();
        build::at_each_level(|engine| {
            let results = build::run(engine, &wasm, &arguments).expect("no trap");
            let mut expected = arguments.clone();
            expected.rotate_left(8);
            assert_eq!(format!("{results:?}"), format!("{expected:?}"));
        });
    }

    fn too_many_parameters() {
        build::at_each_level(|engine| {
            for count in [1_001, 100_000] {
                let kinds = vec![ValType::I32; count];
                let wasm = build::module(&[Code::new(&kinds, &[], &[], |_| {})]);
                build::assert_refused(Module::new(engine, &wasm));
                let wasm = build::module(&[Code::new(&[], &kinds, &[], |sink| { sink.unreachable(); })]);
                build::assert_refused(Module::new(engine, &wasm));
            }
        });
    }

    fn a_hundred_thousand_imports() {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut imports = ImportSection::new();
        for i in 0..100_000 {
            imports.import("host", &format!("f{i}"), wasm_encoder::EntityType::Function(0));
        }
        let mut encoder = Encoder::new();
        encoder.section(&types).section(&imports);
        let wasm = encoder.finish();
        build::at_each_level(|engine| {
            if let Some(module) = build::assert_works_or_refused(Module::new(engine, &wasm)) {
                assert_eq!(module.imports().len(), 100_000);
                let mut store = Store::new(engine, ());
                let error = Instance::new(&mut store, &module, &[]).expect_err("no import is given");
                println!("{error}");
            }
        });
    }

    fn a_hundred_thousand_exports_types_and_segments() {
        let mut types = TypeSection::new();
        for i in 0..100_000_usize {
            // All types differ.
            let kind = |bit: usize| if i >> bit & 1 == 0 { ValType::I32 } else { ValType::F64 };
            types.ty().function((0..17).map(kind), []);
        }
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(100_000);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut exports = ExportSection::new();
        for i in 0..100_000 {
            exports.export(&format!("f{i}"), ExportKind::Func, 0);
        }
        let mut code = CodeSection::new();
        code.function(Function::new([]).instruction(&wasm_encoder::Instruction::End));
        let mut data = DataSection::new();
        for i in 0..100_000 {
            data.active(0, &ConstExpr::i32_const(i % 65_536), [1]);
        }
        let mut encoder = Encoder::new();
        encoder.section(&types).section(&functions).section(&memories).section(&exports).section(&code).section(&data);
        let wasm = encoder.finish();
        build::at_each_level(|engine| {
            build::assert_works_or_refused(build::run(engine, &wasm, &[]));
        });
    }

    /// Sections that claim billions of entries and have none. The VM must not allocate memory for claimed counts.
    fn false_counts_of_entries_are_refused() {
        let counts = [[0xff, 0xff, 0xff, 0xff, 0x0f], [0xff, 0xff, 0xff, 0xff, 0x00], [0x80, 0x80, 0x80, 0x80, 0x01]];
        build::at_each_level(|engine| {
            for section in 1..=12_u8 {
                for count in counts {
                    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
                    wasm.extend([section, 5]);
                    wasm.extend(count);
                    build::assert_refused(Module::new(engine, &wasm));
                }
            }
        });
    }
}

/// Returns a module of one function, with a memory of one page.
fn with_memory(code: &Code) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function(code.parameters.iter().copied(), code.results.iter().copied());
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, 0);
    let mut section = CodeSection::new();
    section.function(&code.function);
    let mut encoder = Encoder::new();
    encoder.section(&types).section(&functions).section(&memories).section(&exports).section(&section);
    encoder.finish()
}
