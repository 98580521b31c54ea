//! Tests of instantiation: imports, segments, start functions and artifacts.

use super::code::{Builder, add, trap};
use crate::artifact::{Artifact, RuntimeSlot, RuntimeSymbol};
use crate::module::description::{
    ActiveData, ConstExpr, ConstOp, DataSegment, ElementItems, ElementMode, ElementSegment, Entity, Import,
};
use crate::types::{FuncType, GlobalType, Limits, MemoryType, RefType, TableType, ValType};
use crate::{
    AsContext, Engine, Error, Extern, Global, Instance, Linker, Memory, Module, Ref, Store, Table, Trap, TypedFunc, Val,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

const TABLE: TableType = TableType { limits: Limits { min: 4, max: None }, element: RefType::FUNCREF, table64: false };

fn constant(value: i32) -> ConstExpr {
    ConstExpr(vec![ConstOp::I32(value)])
}

fn elements(offset: i32, functions: Vec<u32>) -> ElementSegment {
    ElementSegment {
        mode: ElementMode::Active { table: 0, offset: constant(offset) },
        ty: RefType::FUNCREF,
        items: ElementItems::Funcs(functions.into()),
    }
}

/// A module that imports the table `env` `table` and exports the function `add`.
fn adder() -> Builder {
    let mut module = Builder::new();
    module.description.tables.push(TABLE);
    module.description.table_imports = 1;
    let entity = Entity::Table(0);
    module.description.imports.push(Import { module: "env".into(), name: "table".into(), entity, exact: false });
    module.function("add", FuncType::new([ValType::I32; 2], [ValType::I32]), add);
    module
}

#[test]
fn globals_are_evaluated_in_order() {
    let engine = Engine::default();
    let mut module = Builder::new();
    let description = &mut module.description;
    description.global_imports = 1;
    let entity = Entity::Global(0);
    description.imports.push(Import { module: "env".into(), name: "g".into(), entity, exact: false });
    let i32s = GlobalType { content: ValType::I32, mutable: false };
    description.globals = vec![i32s, i32s, GlobalType { content: ValType::FUNCREF, mutable: true }];
    // `((g - 10) * 3) + g`, and a function.
    let sum = [
        ConstOp::GlobalGet(0),
        ConstOp::I32(10),
        ConstOp::I32Sub,
        ConstOp::I32(3),
        ConstOp::I32Mul,
        ConstOp::GlobalGet(0),
        ConstOp::I32Add,
    ];
    description.global_inits = vec![ConstExpr(sum.to_vec()), ConstExpr(vec![ConstOp::RefFunc(0)])];
    module.function("add", FuncType::new([ValType::I32; 2], [ValType::I32]), add);
    module.export("sum", Entity::Global(1));
    module.export("f", Entity::Global(2));
    module.export("same", Entity::Global(0));
    let module = module.module(&engine);

    let mut store = Store::new(&engine, ());
    let g = Global::new(&mut store, i32s, Val::I32(4)).unwrap();
    let instance = Instance::new(&mut store, &module, &[g.into()]).unwrap();
    assert_eq!(instance.get_global(&store, "sum").unwrap().get(&store), Val::I32(-14));
    assert_eq!(instance.get_global(&store, "same").unwrap(), g);
    let f = instance.get_global(&store, "f").unwrap();
    assert_eq!(f.get(&store), Val::FuncRef(instance.get_func(&store, "add")));
    f.set(&mut store, Val::FuncRef(None)).unwrap();
    assert_eq!(f.get(&store), Val::FuncRef(None));
    assert!(f.set(&mut store, Val::I32(0)).is_err());
    assert!(g.set(&mut store, Val::I32(0)).is_err());
}

#[test]
fn segments_are_written_in_order_until_one_traps() {
    let engine = Engine::default();
    let mut builder = adder();
    builder.description.elements = vec![elements(1, vec![0]), elements(3, vec![0, 0])];
    let module = builder.module(&engine);
    let mut store = Store::new(&engine, ());
    let table = Table::new(&mut store, TABLE, Ref::Func(None)).unwrap();
    let error = Instance::new(&mut store, &module, &[table.into()]).unwrap_err();
    assert_eq!(error.trap(), Some(Trap::TableOutOfBounds));
    // Elements that were written before the trap stay, and can be called although the module was dropped.
    drop(module);
    let Some(Ref::Func(Some(add))) = table.get(&store, 1) else { panic!() };
    assert_eq!(table.get(&store, 3), Some(Ref::Func(None)));
    assert_eq!(add.typed::<(i32, i32), i32>(&store).unwrap().call(&mut store, (1, 2)).unwrap(), 3);
}

#[test]
fn data_and_start() {
    let engine = Engine::default();
    let build = |offset: i32, start: bool| {
        let mut module = Builder::new();
        module.memory(1, None);
        let start = start.then(|| module.function("start", FuncType::new([], []), trap(Trap::Unreachable as u8)));
        module.description.start = start;
        let segment = |active| DataSegment { active, bytes: b"abc".to_vec().into() };
        let at = |offset| ActiveData { memory: 0, offset: constant(offset) };
        module.description.data = vec![segment(Some(at(7))), segment(None), segment(Some(at(offset)))];
        module.module(&engine)
    };
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &build(8, false), &[]).unwrap();
    let memory = instance.get_memory(&store, "memory").unwrap();
    assert_eq!(&memory.data(&store)[6..12], b"\0aabc\0");
    for offset in [65534, -1] {
        let error = Instance::new(&mut store, &build(offset, false), &[]).unwrap_err();
        assert_eq!(error.trap(), Some(Trap::MemoryOutOfBounds));
    }
    let Err(Error::Trap { trap, backtrace }) = Instance::new(&mut store, &build(0, true), &[]) else { panic!() };
    assert_eq!((trap, backtrace.frames.len()), (Trap::Unreachable, 1));
}

#[test]
fn imports_are_checked() {
    let engine = Engine::default();
    let module = adder().module(&engine);
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    assert!(matches!(linker.instantiate(&mut store, &module), Err(Error::UnknownImport { .. })));
    let small = TableType { limits: Limits { min: 3, max: None }, ..TABLE };
    let table = Table::new(&mut store, small, Ref::Func(None)).unwrap();
    linker.define(&store, "env", "table", table).unwrap();
    let error = linker.instantiate(&mut store, &module).unwrap_err();
    let text = "incompatible import type: `env` `table`: expected table 4 funcref, found table 3 funcref";
    assert_eq!(error.to_string(), text);
    table.grow(&mut store, 1, Ref::Func(None)).unwrap();
    linker.instantiate(&mut store, &module).unwrap();

    assert!(matches!(linker.define(&store, "env", "table", table), Err(Error::Duplicate { .. })));
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    linker.allow_shadowing(true).define(&store, "env", "table", memory).unwrap();
    assert!(matches!(linker.instantiate(&mut store, &module), Err(Error::IncompatibleImport { .. })));
    assert!(matches!(Instance::new(&mut store, &module, &[]), Err(Error::Count { .. })));
    let mut other = Store::new(&engine, ());
    assert!(matches!(Instance::new(&mut other, &module, &[table.into()]), Err(Error::ForeignStore)));
    let mut stranger = Store::new(&Engine::default(), ());
    assert!(matches!(linker.instantiate(&mut stranger, &module), Err(Error::ForeignEngine { .. })));
}

#[test]
fn artifacts_survive_serialization() {
    let engine = Engine::default();
    let module = adder().module(&engine);
    let bytes = module.serialize().unwrap();
    // SAFETY: the bytes are those of a module of these tests.
    let again = unsafe { Module::deserialize(&engine, &bytes) }.unwrap();
    assert_eq!(again.serialize().unwrap(), bytes);
    assert_eq!(again.imports().len(), 1);
    assert_eq!(again.exports().next().unwrap().name(), "add");
    let mut store = Store::new(&engine, ());
    let table = Table::new(&mut store, TABLE, Ref::Func(None)).unwrap();
    let instance = Instance::new(&mut store, &again, &[table.into()]).unwrap();
    let add: TypedFunc<(u32, u32), u32> = instance.get_typed_func(&store, "add").unwrap();
    assert_eq!(add.call(&mut store, (20, 22)).unwrap(), 42);
    assert!(matches!(instance.exports(&store)[..], [(_, Extern::Func(_))]));
}

#[test]
fn incompatible_artifacts_are_refused() {
    let engine = Engine::default();
    let refused = |change: fn(&mut Artifact)| {
        let mut artifact = adder().artifact();
        change(&mut artifact);
        // SAFETY: the code is that of these tests, and never runs.
        let error = unsafe { Module::from_artifact(&engine, artifact) }.unwrap_err();
        assert!(matches!(error, Error::Artifact(_)), "{error}");
    };
    refused(|artifact| artifact.fingerprint += 1);
    refused(|artifact| artifact.target.arch = "z80".into());
    refused(|artifact| artifact.target.features.push("telepathy".into()));
    refused(|artifact| artifact.image.text = vec![0; (1 << 20) + 1].into());
    refused(|artifact| artifact.image.read_only = vec![0; (1 << 20) + 1].into());
    refused(|artifact| artifact.image.read_only_at = 0);
    refused(|artifact| artifact.image.read_only_at += 1);
    refused(|artifact| artifact.image.read_only_at = 1 << 31);
    refused(|artifact| artifact.image.functions.to_mut().clear());
    refused(|artifact| artifact.image.functions.to_mut()[0] = u32::MAX);
    refused(|artifact| artifact.image.functions.to_mut()[1] = 1 << 30);
    refused(|artifact| artifact.image.slots.push(RuntimeSlot { at: 0, symbol: RuntimeSymbol::Personality }));
    refused(|artifact| artifact.image.eh_frame = 0..1 << 30);
}

#[test]
fn many_modules_come_and_go() {
    let engine = Engine::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let mut module = Builder::new();
                    module.memory(1, None);
                    module.function("trap", FuncType::new([], []), trap(Trap::Unreachable as u8));
                    let module = module.module(&engine);
                    let mut store = Store::new(&engine, ());
                    let instance = Instance::new(&mut store, &module, &[]).unwrap();
                    let run: TypedFunc<(), ()> = instance.get_typed_func(&store, "trap").unwrap();
                    assert_eq!(run.call(&mut store, ()).unwrap_err().trap(), Some(Trap::Unreachable));
                }
            });
        }
    });
}

/// Validation rejects such an expression, so evaluating it must not yield a value.
#[test]
#[should_panic(expected = "a validated expression never pops an empty stack")]
fn a_constant_expression_without_operands_panics() {
    let mut module = Builder::new();
    module.description.globals = vec![GlobalType { content: ValType::I32, mutable: false }];
    module.description.global_inits = vec![ConstExpr(vec![ConstOp::I32(1), ConstOp::I32Add])];
    let engine = Engine::default();
    let _ = Instance::new(Store::new(&engine, ()), &module.module(&engine), &[]);
}

/// An index out of range would access another field of the context.
#[test]
fn an_index_out_of_range_panics() {
    let engine = Engine::default();
    let mut module = adder();
    module.memory(1, None);
    module.description.globals.push(GlobalType { content: ValType::I32, mutable: false });
    module.description.global_inits.push(constant(7));
    let module = module.module(&engine);
    let mut store = Store::new(&engine, ());
    let table = Table::new(&mut store, TABLE, Ref::Func(None)).unwrap();
    let instance = Instance::new(&mut store, &module, &[table.into()]).unwrap();
    // SAFETY: the instance is in the store.
    let instance = unsafe { instance.0.resolve(&store.as_context().0.opaque).unwrap().as_ref() };
    let panics = |ask: &dyn Fn(u32), index| catch_unwind(AssertUnwindSafe(|| ask(index))).is_err();
    for ask in [
        &|index| assert_ne!(instance.memory(index).as_ptr() as usize, 0),
        &|index| assert_ne!(instance.table(index).as_ptr() as usize, 0),
        &|index| assert_ne!(instance.global(index).as_ptr() as usize, 0),
    ] as [&dyn Fn(u32); 3]
    {
        assert!(!panics(ask, 0));
        for index in [1, 2, 1000, u32::MAX / 16, u32::MAX] {
            assert!(panics(ask, index), "{index}");
        }
    }
    assert!(
        [0, 1, u32::MAX]
            .into_iter()
            .all(|index| panics(&|index| assert_ne!(instance.tag(index).as_ptr() as usize, 0), index))
    );
    let function = |index| assert_ne!(instance.func_ref(index).as_ptr() as usize, 0);
    assert!(!panics(&function, 0) && panics(&function, 1) && panics(&function, u32::MAX));
}
