//! Misuse of the API from safe code: values of another engine or store, unknown type numbers, wrong ranges and types.
//!
//! Each function refuses it with the error for that mistake. The store stays usable, while every allocation collects.

use crate::support::wat;
use wassay_vm::{
    AnyRef, ArrayRef, ArrayType, Engine, Error, Exception, Extern, ExternRef, FieldType, Func, FuncType, Global,
    GlobalType, HeapType, Instance, Limits, Linker, Memory, MemoryType, Module, OwnedRooted, Ref, RefType, RootScope,
    StorageType, Store, StructRef, StructType, Table, TableType, Tag, Val, ValType,
};

const TEXT: &str = r#"(module
    (type $pair (struct (field (mut i32)) (field (mut anyref))))
    (func (export "make") (result anyref) (struct.new $pair (i32.const 7) (ref.i31 (i32.const 3))))
    (func (export "id") (param anyref) (result anyref) (local.get 0))
    (func (export "f") (param i32) (result i32) (local.get 0))
    (table (export "t") 3 funcref)
    (table (export "a") 3 anyref)
    (memory (export "m") 1)
    (global (export "g") (mut i32) (i32.const 1))
    (global (export "c") i32 (i32.const 1))
    (tag (export "e") (param i32)))"#;

/// A number that the engine gave to no type.
const UNKNOWN_TYPE: u32 = 1 << 20;

struct World {
    engine: Engine,
    store: Store<()>,
    instance: Instance,
}

impl World {
    fn new(engine: &Engine) -> Self {
        let mut store = Store::new(engine, ());
        store.set_gc_stress(true);
        let module = Module::new(engine, wat(TEXT)).unwrap();
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        Self { engine: engine.clone(), store, instance }
    }

    fn item(&self, name: &str) -> Extern {
        self.instance.get_export(&self.store, name).unwrap()
    }

    fn func(&self) -> Func {
        self.item("f").into_func().unwrap()
    }

    fn table(&self, name: &str) -> Table {
        self.item(name).into_table().unwrap()
    }

    fn memory(&self) -> Memory {
        self.item("m").into_memory().unwrap()
    }

    fn global(&self, name: &str) -> Global {
        self.item(name).into_global().unwrap()
    }

    fn tag(&self) -> Tag {
        self.item("e").into_tag().unwrap()
    }

    /// Checks that the store is usable: collects, allocates and reads.
    fn assert_usable(&mut self) {
        self.store.gc();
        let make = self.instance.get_typed_func::<(), Option<AnyRef>>(&self.store, "make").unwrap();
        for _ in 0..3 {
            let made = make.call(&mut self.store, ()).unwrap().unwrap();
            let made = made.as_struct(&self.store).unwrap().unwrap();
            assert_eq!(made.field(&self.store, 0).unwrap(), Val::I32(7));
        }
        self.store.gc();
    }
}

fn null(heap: HeapType) -> RefType {
    RefType { nullable: true, heap }
}

fn field(ty: ValType) -> FieldType {
    FieldType { storage: StorageType::Val(ty), mutable: true }
}

fn table_type(element: RefType, min: u64, max: Option<u64>) -> TableType {
    TableType { limits: Limits { min, max }, element, table64: false }
}

/// Checks the variant of each case's error, and that the store is usable after it.
macro_rules! refused {
    ($world:ident: $($variant:pat => $($call:expr),+;)+) => {$($({
        let result = $call.map(drop);
        assert!(matches!(result, Err($variant)), "{}: {result:?}", stringify!($call));
        $world.assert_usable();
    })+)+};
}

#[test]
fn an_unknown_type_number_is_refused_everywhere() {
    let engine = Engine::default();
    let mut world = World::new(&engine);
    for heap in [HeapType::Concrete(UNKNOWN_TYPE), HeapType::Exact(UNKNOWN_TYPE), HeapType::Concrete(u32::MAX)] {
        let ty = null(heap);
        let value = ValType::Ref(ty);
        let mutable = GlobalType { content: value, mutable: true };
        refused! { world:
            Error::UnknownType { .. } =>
                Table::new(&mut world.store, table_type(ty, 3, None), Ref::Func(None)),
                Table::new(&mut world.store, table_type(ty, 0, Some(0)), Ref::Any(None)),
                Global::new(&mut world.store, mutable, Val::FuncRef(None)),
                Func::new(&mut world.store, FuncType::new([value], []), |_, _, _| Ok(())),
                Func::new(&mut world.store, FuncType::new([], [value]), |_, _, _| Ok(())),
                Func::of_type(&mut world.store, heap, |_, _, _| Ok(())),
                Tag::new(&mut world.store, &FuncType::new([value], [])),
                Tag::of_type(&mut world.store, heap),
                StructType::new(&engine, [field(value)]),
                ArrayType::new(&engine, field(value)),
                Linker::<()>::new(&engine).func_new("m", "f", FuncType::new([value], []), |_, _, _| Ok(())),
                Linker::<()>::new(&engine).func_of_type("m", "f", heap, |_, _, _| Ok(()));
        }
        assert!(StructType::from_heap_type(&engine, heap).is_none());
        assert!(ArrayType::from_heap_type(&engine, heap).is_none());
        assert!(!heap.matches(&world.store, HeapType::Any));
        assert!(!Val::FuncRef(None).matches(&world.store, ValType::Ref(RefType { nullable: false, heap })));
    }
    // A known number, but of a structure type where a function type is needed.
    let structure = StructType::new(&engine, []).unwrap().heap_type();
    refused! { world:
        Error::UnknownType { .. } =>
            Func::of_type(&mut world.store, structure, |_, _, _| Ok(())),
            Tag::of_type(&mut world.store, structure),
            Tag::of_type(&mut world.store, HeapType::Func);
    }
}

#[test]
fn values_of_another_store_are_refused_everywhere() {
    let engine = Engine::default();
    // The same module gives the same indices, so only the store differs. Then a store of another engine.
    for other_engine in [engine.clone(), Engine::default()] {
        let mut world = World::new(&engine);
        let mut other = World::new(&other_engine);
        let make = other.instance.get_typed_func::<(), Option<AnyRef>>(&other.store, "make").unwrap();
        let object = make.call(&mut other.store, ()).unwrap().unwrap();
        let structure = object.as_struct(&other.store).unwrap().unwrap();
        let bytes = FieldType { storage: StorageType::I8, mutable: true };
        let array_type = ArrayType::new(&other_engine, bytes).unwrap();
        let array = ArrayRef::new(&mut other.store, &array_type, Val::I32(1), 2).unwrap();
        let value = ExternRef::new(&mut other.store, 5).unwrap();
        let tag = other.tag();
        let exception = Exception::new(&mut other.store, tag, &[Val::I32(1)]).unwrap();
        let kept = OwnedRooted::new(&mut other.store, structure).unwrap();
        let (table, any) = (world.table("t"), world.table("a"));
        let any_type = GlobalType { content: ValType::Ref(RefType::ANYREF), mutable: true };
        let any_global = Global::new(&mut world.store, any_type, Val::AnyRef(None)).unwrap();
        let id = world.instance.get_func(&world.store, "id").unwrap();
        let holder = StructType::new(&engine, [field(ValType::Ref(RefType::ANYREF))]).unwrap();
        let holders = ArrayType::new(&engine, field(ValType::Ref(RefType::ANYREF))).unwrap();
        let held = StructRef::new(&mut world.store, &holder, &[Val::AnyRef(None)]).unwrap();
        let helds = ArrayRef::new(&mut world.store, &holders, Val::AnyRef(None), 2).unwrap();
        let carries = FuncType::new([ValType::Ref(RefType::ANYREF)], []);
        let carrier = Tag::new(&mut world.store, &carries).unwrap();
        let mut result = [Val::I32(0)];
        refused! { world:
            Error::ForeignStore =>
                other.table("t").set(&mut world.store, 0, Ref::Func(None)),
                other.table("t").grow(&mut world.store, 1, Ref::Func(None)),
                other.table("t").fill(&mut world.store, 0, Ref::Func(None), 1),
                other.table("t").copy(&mut world.store, 0, table, 0, 1),
                table.copy(&mut world.store, 0, other.table("t"), 0, 1),
                Table::new(&mut world.store, table_type(RefType::FUNCREF, 1, None), Ref::Func(Some(other.func()))),
                table.set(&mut world.store, 0, Ref::Func(Some(other.func()))),
                table.grow(&mut world.store, 1, Ref::Func(Some(other.func()))),
                table.fill(&mut world.store, 0, Ref::Func(Some(other.func())), 3),
                any.set(&mut world.store, 0, Ref::Any(Some(object))),
                any.fill(&mut world.store, 0, Ref::Any(Some(object)), 3),
                any.grow(&mut world.store, 1, Ref::Any(Some(object))),
                other.global("g").set(&mut world.store, Val::I32(1)),
                any_global.set(&mut world.store, Val::AnyRef(Some(object))),
                Global::new(&mut world.store, any_type, Val::AnyRef(Some(object))),
                other.memory().grow(&mut world.store, 1),
                other.memory().read(&world.store, 0, &mut [0]),
                other.memory().write(&mut world.store, 0, &[0]),
                other.func().call(&mut world.store, &[Val::I32(1)], &mut result),
                other.func().typed::<i32, i32>(&world.store),
                id.call(&mut world.store, &[Val::AnyRef(Some(object))], &mut result),
                Exception::new(&mut world.store, other.tag(), &[Val::I32(1)]),
                Exception::new(&mut world.store, carrier, &[Val::AnyRef(Some(object))]),
                StructRef::new(&mut world.store, &holder, &[object.into()]),
                ArrayRef::new(&mut world.store, &holders, object.into(), 1),
                ArrayRef::new_fixed(&mut world.store, &holders, &[object.into()]),
                held.set_field(&mut world.store, 0, object.into()),
                helds.set(&mut world.store, 0, object.into()),
                structure.field(&world.store, 0),
                structure.set_field(&mut world.store, 0, Val::I32(1)),
                structure.ty(&world.store),
                array.len(&world.store),
                array.get(&world.store, 0),
                array.set(&mut world.store, 0, Val::I32(1)),
                object.ty(&world.store),
                object.as_struct(&world.store),
                value.data(&world.store),
                OwnedRooted::new(&mut world.store, exception),
                kept.get(&world.store),
                Linker::new(&engine).define(&world.store, "m", "f", other.func()),
                Linker::new(&engine).define(&world.store, "m", "t", other.table("t")),
                Linker::new(&engine).define(&world.store, "m", "m", other.memory()),
                Linker::new(&engine).define(&world.store, "m", "g", other.global("g")),
                Linker::new(&engine).define(&world.store, "m", "e", other.tag());
        }
        assert!(!Val::AnyRef(Some(object)).matches(&world.store, ValType::Ref(RefType::ANYREF)));
        for (text, item) in [
            (r#"(module (import "m" "x" (func (param i32) (result i32))))"#, other.item("f")),
            (r#"(module (import "m" "x" (table 0 funcref)))"#, other.item("t")),
            (r#"(module (import "m" "x" (memory 0)))"#, other.item("m")),
            (r#"(module (import "m" "x" (global (mut i32))))"#, other.item("g")),
            (r#"(module (import "m" "x" (tag (param i32))))"#, other.item("e")),
        ] {
            let module = Module::new(&engine, wat(text)).unwrap();
            refused! { world: Error::ForeignStore => Instance::new(&mut world.store, &module, &[item]); }
            if engine.same(&other_engine) {
                let mut linker = Linker::new(&engine);
                linker.define(&other.store, "m", "x", item).unwrap();
                refused! { world: Error::ForeignStore =>
                    linker.instantiate(&mut world.store, &module),
                    linker.instantiate_pre(&module).unwrap().instantiate(&mut world.store);
                }
            }
        }
        other.assert_usable();
    }
}

#[test]
fn values_of_another_engine_are_refused_everywhere() {
    let engine = Engine::default();
    let mut world = World::new(&engine);
    let other = World::new(&Engine::default());
    let module = Module::new(&other.engine, wat(TEXT)).unwrap();
    let host = Module::new(&engine, wat("(module)")).unwrap();
    let structure = StructType::new(&other.engine, []).unwrap();
    let array = ArrayType::new(&other.engine, field(ValType::I32)).unwrap();
    let mut foreign = Linker::<()>::new(&other.engine);
    refused! { world:
        Error::ForeignEngine { .. } =>
            Instance::new(&mut world.store, &module, &[]),
            Linker::new(&engine).instantiate(&mut world.store, &module),
            Linker::<()>::new(&engine).instantiate_pre(&module),
            Linker::<()>::new(&engine).define_unknown_imports_as_traps(&module),
            Linker::new(&engine).module(&mut world.store, "m", &module),
            foreign.instantiate(&mut world.store, &host),
            foreign.instance(&world.store, "m", world.instance),
            foreign.define(&world.store, "m", "f", world.func()),
            StructRef::new(&mut world.store, &structure, &[]),
            ArrayRef::new(&mut world.store, &array, Val::I32(0), 1),
            ArrayRef::new_fixed(&mut world.store, &array, &[]);
    }
    foreign.func_wrap("m", "f", || ()).unwrap();
    assert!(foreign.get(&mut world.store, "m", "f").is_none());
    world.assert_usable();
}

#[test]
fn stale_references_wrong_ranges_and_wrong_types_are_refused() {
    let engine = Engine::default();
    let mut world = World::new(&engine);
    let holder = StructType::new(&engine, [field(ValType::I32)]).unwrap();
    let frozen = FieldType { mutable: false, ..field(ValType::I32) };
    let frozen = ArrayType::new(&engine, frozen).unwrap();
    let (stale, list) = {
        let mut scope = RootScope::new(&mut world.store);
        let stale = StructRef::new(&mut scope, &holder, &[Val::I32(1)]).unwrap();
        (stale, ArrayRef::new(&mut scope, &frozen, Val::I32(1), 2).unwrap())
    };
    world.assert_usable();
    let (table, any) = (world.table("t"), world.table("a"));
    let (func, id) = (world.func(), world.instance.get_func(&world.store, "id").unwrap());
    let fixed = Table::new(&mut world.store, table_type(RefType::ANYREF, 1, Some(1)), Ref::Any(None)).unwrap();
    let alive = StructRef::new(&mut world.store, &holder, &[Val::I32(1)]).unwrap();
    let frozen = ArrayRef::new(&mut world.store, &frozen, Val::I32(1), 2).unwrap();
    let many = vec![ValType::I32; 1001];
    let strict = RefType { nullable: false, heap: HeapType::Any };
    let tag = world.tag();
    let mut result = [Val::I32(0)];
    refused! { world:
        Error::Stale =>
            stale.field(&world.store, 0),
            stale.set_field(&mut world.store, 0, Val::I32(1)),
            list.len(&world.store),
            any.set(&mut world.store, 0, stale.to_any().into_ref()),
            any.fill(&mut world.store, 0, stale.to_any().into_ref(), 1),
            any.grow(&mut world.store, 1, stale.to_any().into_ref()),
            OwnedRooted::new(&mut world.store, stale),
            id.call(&mut world.store, &[stale.into()], &mut result);
        Error::TypeMismatch { .. } =>
            table.set(&mut world.store, 0, Ref::Any(None)),
            table.fill(&mut world.store, 0, Ref::Extern(None), 0),
            table.copy(&mut world.store, 0, any, 0, 0),
            Table::new(&mut world.store, table_type(strict, 0, None), Ref::Any(None)),
            world.global("g").set(&mut world.store, Val::I64(1)),
            func.call(&mut world.store, &[Val::I64(1)], &mut result),
            func.typed::<i64, i32>(&world.store),
            alive.set_field(&mut world.store, 0, Val::F32(0)),
            Exception::new(&mut world.store, tag, &[Val::I64(1)]);
        Error::Count { .. } =>
            func.call(&mut world.store, &[], &mut result),
            func.call(&mut world.store, &[Val::I32(1)], &mut []),
            StructRef::new(&mut world.store, &holder, &[]),
            Exception::new(&mut world.store, tag, &[]);
        Error::NoSuchIndex { .. } =>
            alive.field(&world.store, 1),
            alive.set_field(&mut world.store, u32::MAX, Val::I32(1)),
            frozen.get(&world.store, 2),
            frozen.get(&world.store, u32::MAX);
        Error::Immutable(_) =>
            frozen.set(&mut world.store, 0, Val::I32(1)),
            world.global("c").set(&mut world.store, Val::I32(1));
        Error::Trap { .. } =>
            table.set(&mut world.store, 3, Ref::Func(None)),
            table.set(&mut world.store, u64::MAX, Ref::Func(None)),
            table.fill(&mut world.store, 2, Ref::Func(None), 2),
            table.fill(&mut world.store, u64::MAX, Ref::Func(None), 2),
            table.copy(&mut world.store, 2, table, 0, 2),
            table.copy(&mut world.store, 0, table, 2, u64::MAX),
            world.memory().read(&world.store, 0x1_0000, &mut [0]),
            world.memory().write(&mut world.store, u64::MAX, &[0]);
        Error::Resources(_) =>
            fixed.grow(&mut world.store, 1, Ref::Any(None)),
            fixed.grow(&mut world.store, u64::MAX, Ref::Any(None)),
            world.memory().grow(&mut world.store, u64::MAX);
        Error::InvalidType(_) =>
            Table::new(&mut world.store, table_type(RefType::FUNCREF, 2, Some(1)), Ref::Func(None)),
            Memory::new(&mut world.store, MemoryType::new(2, Some(1))),
            Memory::new(&mut world.store, MemoryType { page_size_log2: 99, ..MemoryType::new(1, None) });
        Error::Limit(_) =>
            Func::new(&mut world.store, FuncType::new(many.clone(), []), |_, _, _| Ok(())),
            Func::new(&mut world.store, FuncType::new([], many.clone()), |_, _, _| Ok(())),
            Tag::new(&mut world.store, &FuncType::new(many.clone(), []));
    }
    assert!(table.get(&world.store, u64::MAX).is_none());
}

trait IntoRef {
    fn into_ref(self) -> Ref;
}

impl IntoRef for AnyRef {
    fn into_ref(self) -> Ref {
        Ref::Any(Some(self))
    }
}
