//! Types of modules that are gone are forgotten; those of what a store holds are not.

mod common;

use wassay_vm::{
    ArrayType, Engine, FieldType, HeapType, Instance, Module, RefType, StorageType, Store, StructRef, StructType, Val,
    ValType,
};

/// A module with types that no other number gives.
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

/// More modules than an engine has numbers for at this size, in constant memory. `WASSAY_TEST_MODULES` says how many.
#[test]
fn modules_come_and_go() {
    let count = std::env::var("WASSAY_TEST_MODULES").map_or(3000, |count| count.parse().unwrap());
    let engine = Engine::default();
    let compiler = Engine::default();
    let mut before = 0;
    let bytes = compiler.precompile_module(&common::wat(&text(0))).unwrap();
    for number in 0..count {
        // SAFETY: made by this engine's kind just now.
        drop(unsafe { Module::deserialize(&engine, &bytes) }.unwrap());
        let fields = (0..20).map(|bit| FieldType {
            storage: StorageType::Val(if number >> bit & 1 == 0 { ValType::I32 } else { ValType::I64 }),
            mutable: true,
        });
        let known = StructType::new(&engine, fields.clone().chain(fields)).unwrap();
        let HeapType::Concrete(id) = known.heap_type() else { panic!("it has a number") };
        assert!(id < 100_000);
        if number == count / 3 {
            before = resident();
        }
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 16 << 20, "{grown} bytes");
}

/// What a store holds keeps its types, although the embedder forgot them.
#[test]
fn stores_keep_types() {
    for (_, engine) in common::engines() {
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
        let module = Module::new(&engine, common::wat(&text(1 << 19))).unwrap();
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        drop((structure, module));
        churn(0);
        churn(1500);
        store.gc();
        assert_eq!(object.ty(&store).unwrap().heap_type(), heap);
        assert!(matches!(object.field(&mut store, 0).unwrap(), Val::I64(7)));
        let found = StructType::from_heap_type(&engine, heap).unwrap();
        assert_eq!(found.fields(), [field]);
        // Types of the module too, with those that they refer to.
        let ty = instance.get_func(&store, "f").unwrap().ty(&store);
        let ValType::Ref(RefType { heap: array, .. }) = ty.params[0] else { panic!("a reference") };
        let array = ArrayType::from_heap_type(&engine, array).unwrap();
        let StorageType::Val(ValType::Ref(RefType { heap: of, .. })) = array.element().storage else {
            panic!("{array:?}")
        };
        assert_eq!(StructType::from_heap_type(&engine, of).unwrap().fields().len(), 21);
    }
}
