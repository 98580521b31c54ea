//! Freeing of types: those of dropped modules are forgotten, and those of live objects are kept.
//!
//! This is a binary of its own because it measures the resident memory of its process.

mod support;

use wassay_vm::{
    ArrayType, Engine, ExternType, FieldType, Func, HeapType, Instance, Module, RefType, StorageType, Store, StructRef,
    StructType, Val, ValType,
};

/// Returns a module whose types differ from those for any other number.
fn text(number: u32) -> String {
    let fields = |number: u32| -> String {
        (0..20).map(|bit| if number >> bit & 1 == 0 { "(field i32)" } else { "(field i64)" }).collect()
    };
    format!(
        r#"(module (type $s (struct {} (field (ref null $s)))) (type $a (array (ref null $s)))
            (type $f (func (param (ref null $a))))
            (func (export "f") (type $f)))"#,
        fields(number)
    )
}

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Loads and drops modules in constant memory. Each has types of its own, and no code, as compiling is slow. The environment
/// variable `WASSAY_TEST_MODULES` sets their number.
#[test]
fn types_of_dropped_modules_are_forgotten() {
    let count = std::env::var("WASSAY_TEST_MODULES").map_or(6000, |count| count.parse().unwrap());
    let engine = Engine::default();
    let mut before = 0;
    for number in 0..count {
        let text = text(number).replace(r#"(func (export "f")"#, r#"(func (import "host" "f")"#);
        let module = Module::new(&engine, support::wat(&text)).unwrap();
        // The store uses the types too, and is dropped after the module.
        let mut store = Store::new(&engine, ());
        let ExternType::Func(ty) = module.imports().next().unwrap().ty() else { panic!("a function") };
        let ValType::Ref(RefType { heap: HeapType::Concrete(id), .. }) = ty.params[0] else { panic!("{ty:?}") };
        assert!(id < 20_000, "type numbers are reused");
        let f = Func::new(&mut store, ty, |_, _, _| Ok(())).unwrap();
        Instance::new(&mut store, &module, &[f.into()]).unwrap();
        if number == count / 2 {
            before = resident();
        }
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 8 << 20, "{grown} bytes");
    println!("{count} modules: {before} bytes resident after half of them, {grown} more at the end");
}

/// Objects in a store keep their types alive, although the embedder dropped them.
#[test]
fn stores_keep_types_of_their_objects() {
    for (_, engine) in support::engines() {
        let mut store = Store::new(&engine, ());
        let churn = |from: u32| {
            for number in from..from + 1500 {
                let storage = |bit: u32| if number >> bit & 1 == 0 { StorageType::I8 } else { StorageType::I16 };
                let fields = (0..12).map(|bit| FieldType { storage: storage(bit), mutable: false });
                StructType::new(&engine, fields).unwrap();
            }
        };
        let field = FieldType { storage: StorageType::Val(ValType::I64), mutable: true };
        let structure = StructType::new(&engine, [field]).unwrap();
        let heap = structure.heap_type();
        let object = StructRef::new(&mut store, &structure, &[Val::I64(7)]).unwrap();
        let module = Module::new(&engine, support::wat(&text(1 << 19))).unwrap();
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        drop((structure, module));
        churn(0);
        churn(1500);
        store.gc();
        assert_eq!(object.ty(&store).unwrap().heap_type(), heap);
        assert!(matches!(object.field(&mut store, 0).unwrap(), Val::I64(7)));
        let found = StructType::from_heap_type(&engine, heap).unwrap();
        assert_eq!(found.fields(), [field]);
        // So do instances, with all types that theirs refer to.
        let ty = instance.get_func(&store, "f").unwrap().ty(&store);
        let ValType::Ref(RefType { heap: array, .. }) = ty.params[0] else { panic!("a reference") };
        let array = ArrayType::from_heap_type(&engine, array).unwrap();
        let StorageType::Val(ValType::Ref(RefType { heap: of, .. })) = array.element().storage else {
            panic!("{array:?}")
        };
        assert_eq!(StructType::from_heap_type(&engine, of).unwrap().fields().len(), 21);
    }
}
