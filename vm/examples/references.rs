//! References: structures of wasm, values of the host, and how long they are kept.
//!
//! `cargo run -p wassay-vm --example references`

use wassay_vm::{Engine, Error, ExternRef, Instance, Module, OwnedRooted, Result, RootScope, Store, StructRef, Val};

const TEXT: &str = r#"
(module
    ;; A node of a list: a number, a value of the host, and the next node.
    (type $node (struct (field i32) (field externref) (field (mut (ref null $node)))))

    ;; Rust knows a structure of any type as `StructRef`, so the parameters are `structref`, and are cast.
    (func (export "cons") (param i32 externref structref) (result (ref $node))
        (struct.new $node (local.get 0) (local.get 1) (ref.cast (ref null $node) (local.get 2))))

    (func (export "sum") (param structref) (result i32) (local $list (ref null $node)) (local $sum i32)
        (local.set $list (ref.cast (ref null $node) (local.get 0)))
        (block $end
            (loop $next
                (br_if $end (ref.is_null (local.get $list)))
                (local.set $sum (i32.add (local.get $sum) (struct.get $node 0 (local.get $list))))
                (local.set $list (struct.get $node 2 (local.get $list)))
                (br $next)))
        (local.get $sum)))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &Module::new(&engine, TEXT)?, &[])?;
    let cons = instance.get_typed_func::<(i32, Option<ExternRef>, Option<StructRef>), StructRef>(&mut store, "cons")?;
    let sum = instance.get_typed_func::<Option<StructRef>, i32>(&mut store, "sum")?;

    // References obtained in a scope are valid until it is dropped. `OwnedRooted` keeps one for longer.
    let (list, stale) = {
        let mut scope = RootScope::new(&mut store);
        // An `externref` is any value of the host. Wasm can only pass it on.
        let name = ExternRef::new(&mut scope, String::from("seven"))?;
        let rest = cons.call(&mut scope, (7, Some(name), None))?;
        let list = cons.call(&mut scope, (35, None, Some(rest)))?;
        (OwnedRooted::new(&mut scope, list)?, list)
    };

    // The reference that was not kept is an error now. It never refers to another object instead.
    assert!(matches!(sum.call(&mut store, Some(stale)), Err(Error::Stale)));

    // A collection frees what nothing refers to. Two objects and the host's string are reachable from `list`.
    store.gc();
    assert_eq!((store.heap_stats().objects, store.heap_stats().host_values), (2, 1));

    {
        let mut scope = RootScope::new(&mut store);
        let list = list.get(&scope)?;
        assert_eq!(sum.call(&mut scope, Some(list))?, 42);

        // The host reads and writes fields. Types are checked: a wrong one is an error, not a broken heap.
        let Val::AnyRef(Some(rest)) = list.field(&scope, 2)? else { panic!("the list has two nodes") };
        let rest = rest.as_struct(&scope)?.expect("a node is a structure");
        let Val::ExternRef(Some(name)) = rest.field(&scope, 1)? else { panic!("the node has a name") };
        assert_eq!(name.data(&scope)?.downcast_ref(), Some(&String::from("seven")));
        assert!(list.set_field(&mut scope, 2, Val::I32(1)).is_err());
        list.set_field(&mut scope, 2, Val::AnyRef(None))?;
        assert_eq!(sum.call(&mut scope, Some(list))?, 35);
    }

    // The second node is garbage, and so is the name that only it referred to. Then the list goes too.
    store.gc();
    assert_eq!((store.heap_stats().objects, store.heap_stats().host_values), (1, 0));
    drop(list);
    store.gc();
    assert_eq!(store.heap_stats().objects, 0);
    println!("{} collections freed all objects", store.heap_stats().collections);
    Ok(())
}
