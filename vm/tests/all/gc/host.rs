//! Structures and arrays that the host makes, reads and writes; misuse is an error.

use crate::support::{engines, instantiate, wat};
use wassay_vm::{
    AnyRef, ArrayRef, ArrayType, Engine, Error, ExternRef, FieldType, Func, HeapType, Instance, Module, RefType,
    RootScope, StorageType, Store, StructRef, StructType, Val, ValType,
};

const MODULE: &str = r#"(module
    (type $text (array (mut i8)))
    (type $base (sub (struct (field $id i32) (field $name (mut (ref null $text))))))
    (type $derived (sub $base (struct (field $id i32) (field $name (mut (ref null $text))) (field $wide (mut v128)))))
    (global (export "derived") (mut (ref null $derived)) (ref.null $derived))
    (func (export "base") (param i32) (result (ref $base)) (struct.new $base (local.get 0) (ref.null $text)))
    (func (export "derive") (result (ref $derived))
      (struct.new $derived (i32.const 7) (array.new_fixed $text 2 (i32.const 104) (i32.const 0x1e9)) (v128.const i64x2 1 2)))
    (func (export "id") (param (ref $base)) (result i32) (struct.get $base $id (local.get 0)))
    (func (export "wide") (param (ref $derived)) (result i64)
      (i64x2.extract_lane 1 (struct.get $derived $wide (local.get 0))))
    (func (export "same") (param structref anyref) (result structref)
      (if (result structref) (ref.eq (local.get 0) (ref.cast eqref (local.get 1)))
        (then (local.get 0)) (else (ref.null struct)))))"#;

fn usage<T: std::fmt::Debug>(result: wassay_vm::Result<T>) -> String {
    match result {
        Err(error) if error.is_misuse() => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn field(storage: StorageType) -> FieldType {
    FieldType { storage, mutable: true }
}

fn call(store: &mut Store<()>, instance: Instance, name: &str, arguments: &[Val]) -> wassay_vm::Result<Val> {
    let func = instance.get_func(&mut *store, name).unwrap();
    let mut results = [Val::I32(0)];
    func.call(store, arguments, &mut results).map(|()| results[0])
}

fn any(value: Val) -> AnyRef {
    let Val::AnyRef(Some(any)) = value else { panic!("{value:?}") };
    any
}

#[test]
fn the_host_reads_and_writes_objects_of_wasm() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, MODULE);
        let derived = any(call(&mut store, instance, "derive", &[]).unwrap());
        assert_eq!(derived.as_array(&store).unwrap(), None);
        assert_eq!(derived.as_i31(), None);
        let object = derived.as_struct(&store).unwrap().unwrap();
        let ty = object.ty(&store).unwrap();
        assert_eq!(ty.fields().len(), 3, "{mode}");
        assert!(!ty.is_final());
        assert_eq!(derived.ty(&store).unwrap(), ty.heap_type());
        assert_eq!(object.field(&store, 0).unwrap(), Val::I32(7));
        assert_eq!(object.field(&store, 2).unwrap(), Val::V128(2 << 64 | 1));
        let name = any(object.field(&store, 1).unwrap()).as_array(&store).unwrap().unwrap();
        assert_eq!(name.len(&store).unwrap(), 2);
        assert_eq!([0, 1].map(|at| name.get(&store, at).unwrap()), [Val::I32(104), Val::I32(0xe9)]);
        name.set(&mut store, 1, Val::I32(-1)).unwrap();
        assert_eq!(name.get(&store, 1).unwrap(), Val::I32(255));
        object.set_field(&mut store, 2, Val::V128(9 << 64)).unwrap();
        assert_eq!(call(&mut store, instance, "wide", &[derived.into()]).unwrap(), Val::I64(9));
        object.set_field(&mut store, 1, Val::AnyRef(None)).unwrap();
        assert_eq!(object.field(&store, 1).unwrap(), Val::AnyRef(None));

        // An object of the subtype is accepted for the supertype, but not the other way round.
        assert_eq!(call(&mut store, instance, "id", &[derived.into()]).unwrap(), Val::I32(7));
        let base = call(&mut store, instance, "base", &[Val::I32(3)]).unwrap();
        assert_eq!(call(&mut store, instance, "id", &[base]).unwrap(), Val::I32(3));
        usage(call(&mut store, instance, "wide", &[base]));
        let global = instance.get_global(&mut store, "derived").unwrap();
        usage(global.set(&mut store, base));
        global.set(&mut store, derived.into()).unwrap();
        assert_eq!(global.get(&mut store), derived.into());

        usage(object.field(&store, 3));
        usage(object.set_field(&mut store, 0, Val::I32(1)));
        usage(object.set_field(&mut store, 2, Val::I64(1)));
        usage(object.set_field(&mut store, 1, base));
        usage(name.get(&store, 2));
        usage(name.set(&mut store, 2, Val::I32(1)));
        usage(name.set(&mut store, u32::MAX, Val::I32(1)));
        usage(name.set(&mut store, 0, Val::I64(1)));
    }
}

#[test]
fn the_host_makes_objects() {
    for (mode, engine) in engines() {
        let module = Module::new(&engine, wat(MODULE)).unwrap();
        let mut store = Store::new(&engine, ());
        store.set_gc_stress(true);
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let func = instance.get_func(&mut store, "derive").unwrap();
        let ValType::Ref(RefType { heap, nullable: false }) = func.ty(&store).results[0] else { panic!() };
        let derived = StructType::from_heap_type(&engine, heap).unwrap();
        assert_eq!(ArrayType::from_heap_type(&engine, heap), None);
        assert_eq!(StructType::from_heap_type(&engine, HeapType::Struct), None);
        assert_eq!(StructType::from_heap_type(&engine, HeapType::Concrete(9999)), None);
        let StorageType::Val(ValType::Ref(RefType { heap: text, .. })) = derived.fields()[1].storage else { panic!() };
        let text = ArrayType::from_heap_type(&engine, text).unwrap();
        assert_eq!(text.element(), field(StorageType::I8));
        // A type that the host defines equals that of a module with the same definition.
        assert_eq!(text, ArrayType::new(&engine, field(StorageType::I8)).unwrap());

        let hello = ArrayRef::new_fixed(&mut store, &text, &b"hello".map(|byte| Val::I32(byte.into()))).unwrap();
        let fields = [Val::I32(11), hello.into(), Val::V128(5 << 64)];
        let object = StructRef::new(&mut store, &derived, &fields).unwrap();
        let zeros = ArrayRef::new(&mut store, &text, Val::I32(0x101), 10_000).unwrap();
        assert_eq!(zeros.get(&store, 9_999).unwrap(), Val::I32(1));
        assert_eq!(call(&mut store, instance, "id", &[object.into()]).unwrap(), Val::I32(11), "{mode}");
        assert_eq!(call(&mut store, instance, "wide", &[object.into()]).unwrap(), Val::I64(5), "{mode}");
        let same = instance
            .get_typed_func::<(Option<StructRef>, Option<AnyRef>), Option<StructRef>>(&mut store, "same")
            .unwrap();
        let found = same.call(&mut store, (Some(object), Some(object.to_any()))).unwrap();
        assert_eq!(found, Some(object));
        assert_eq!(same.call(&mut store, (Some(object), Some(hello.to_any()))).unwrap(), None);
        // Host functions take and return objects.
        let ty = FieldType { storage: StorageType::Val(ValType::I64), mutable: false };
        let longs = ArrayType::new(&engine, ty).unwrap();
        let of = longs.clone();
        let make = Func::wrap(&mut store, move |mut caller: wassay_vm::Caller<'_, ()>, array: ArrayRef| {
            let length = array.len(&caller)?;
            ArrayRef::new(&mut caller, &of, Val::I64(length.into()), length)
        });
        let mut made = [Val::I32(0)];
        make.call(&mut store, &[hello.into()], &mut made).unwrap();
        let made = any(made[0]).as_array(&store).unwrap().unwrap();
        assert_eq!((made.len(&store).unwrap(), made.get(&store, 4).unwrap()), (5, Val::I64(5)));
        assert_eq!(made.ty(&store).unwrap(), longs);
        usage(made.set(&mut store, 0, Val::I64(1)));

        usage(StructRef::new(&mut store, &derived, &fields[..2]));
        usage(StructRef::new(&mut store, &derived, &[Val::I32(1), object.into(), Val::V128(0)]));
        usage(ArrayRef::new(&mut store, &text, Val::F32(0), 1));
        usage(ArrayRef::new_fixed(&mut store, &text, &[Val::I32(0), Val::I64(0)]));
        assert!(matches!(ArrayRef::new(&mut store, &longs, Val::I64(0), u32::MAX), Err(Error::Resources(_))));
    }
}

#[test]
fn foreign_unknown_and_stale_values_are_refused() {
    let engine = Engine::default();
    let (mut store, instance) = instantiate(&engine, MODULE);
    let bytes = ArrayType::new(&engine, field(StorageType::I8)).unwrap();
    let array = ArrayRef::new(&mut store, &bytes, Val::I32(0), 1).unwrap();
    // Objects of another store.
    let (mut other, twin) = instantiate(&engine, MODULE);
    usage(array.len(&other));
    usage(array.ty(&other));
    usage(array.set(&mut other, 0, Val::I32(0)));
    usage(array.to_any().as_array(&other));
    usage(array.to_any().ty(&other));
    let base = call(&mut store, instance, "base", &[Val::I32(0)]).unwrap();
    usage(call(&mut other, twin, "id", &[base]));
    // Types of another engine.
    let mut third = Store::new(&Engine::default(), ());
    usage(ArrayRef::new(&mut third, &bytes, Val::I32(0), 1));
    let foreign = StructType::new(third.engine(), []).unwrap();
    usage(StructRef::new(&mut store, &foreign, &[]));
    assert_ne!(StructType::new(&engine, []).unwrap(), foreign);
    // A type number that the engine does not know.
    let unknown = StorageType::Val(ValType::Ref(RefType { nullable: true, heap: HeapType::Concrete(12_345) }));
    usage(StructType::new(&engine, [field(unknown)]));
    usage(ArrayType::new(&engine, field(unknown)));
    assert!(matches!(StructType::new(&engine, vec![field(StorageType::I8); 10_001]), Err(Error::Limit(_))));
    // A reference whose scope has ended.
    let stale = {
        let mut scope = RootScope::new(&mut store);
        ArrayRef::new(&mut scope, &bytes, Val::I32(0), 1).unwrap()
    };
    usage(stale.len(&store));
    usage(stale.to_any().ty(&store));
    // References that are not to objects.
    let small = AnyRef::from_i31(&store, 5);
    assert_eq!((small.as_struct(&store).unwrap(), small.as_array(&store).unwrap()), (None, None));
    assert_eq!(small.ty(&store).unwrap(), HeapType::I31);
    usage(call(&mut store, instance, "id", &[small.into()]));
    let host = AnyRef::from_extern(ExternRef::new(&mut store, 1).unwrap());
    assert_eq!((host.as_struct(&store).unwrap(), host.ty(&store).unwrap()), (None, HeapType::Any));
    usage(call(&mut store, instance, "id", &[host.into()]));
    // An object that was converted to `extern` and back.
    let back = AnyRef::from_extern(array.to_any().to_extern());
    assert_eq!(back.as_array(&store).unwrap(), Some(array));
    usage(array.to_any().to_extern().data(&store));
}
