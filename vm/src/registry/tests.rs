use super::*;
use crate::types::{FieldType, StorageType};
use std::slice::from_ref;

const fn of(heap: HeapType) -> RefType {
    RefType { nullable: true, heap }
}

fn func(param: HeapType) -> FuncType {
    FuncType::new([ValType::Ref(of(param))], [])
}

fn open(composite: CompositeType, supertype: Option<u32>) -> SubType {
    SubType { is_final: false, supertype, descriptor: None, describes: None, composite }
}

#[test]
fn groups_are_equal_as_wholes() {
    let mut registry = TypeRegistry::default();
    // Two functions that take each other, in a module that has them first and in one that has them after another type.
    let pair = |at| [SubType::from(func(HeapType::Concrete(at + 1))), func(HeapType::Concrete(at)).into()];
    let a = registry.add(&pair(0), from_ref(&(0..2)));
    let mut types = vec![SubType::from(func(HeapType::Func))];
    types.extend(pair(1));
    assert!(registry.find(&types, from_ref(&(1..3))).is_none(), "the first one is new");
    let b = registry.add(&types, from_ref(&(1..3)));
    assert_eq!(a[..], b[1..]);
    assert_eq!(registry.find(&types, from_ref(&(1..3))), Some(b));
    // Not equal: another place, another group.
    assert_ne!(a[0], a[1]);
    let alone = registry.add(&[func(HeapType::Concrete(0)).into()], &[]);
    let thrice =
        registry.add(&[pair(0)[0].clone(), pair(0)[1].clone(), func(HeapType::Func).into()], from_ref(&(0..3)));
    assert!(!a.contains(&alone[0]) && !a.contains(&thrice[0]));
    // What was made of a reference to its own group is one to the number.
    assert_eq!(registry.get(a[0]).unwrap().signature(), &func(HeapType::Concrete(a[1])));
}

#[test]
fn finality_and_supertypes_tell_types_apart() {
    let mut registry = TypeRegistry::default();
    let base = CompositeType::Func(func(HeapType::Any));
    let types = [
        open(base.clone(), None),
        open(base.clone(), Some(0)),
        open(base.clone(), Some(1)),
        func(HeapType::Any).into(),
        SubType { is_final: true, ..open(base, Some(0)) },
    ];
    let ids = registry.add(&types, &[]);
    let concrete = |at: usize| HeapType::Concrete(ids[at]);
    let pairs = (0..5).flat_map(|a| (0..5).map(move |b| (a, b)));
    let related: Vec<_> = pairs.filter(|&(a, b)| registry.heap_matches(concrete(a), concrete(b))).collect();
    assert_eq!(related, [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 3), (4, 0), (4, 4)]);
}

#[test]
fn abstract_types_have_their_order() {
    use HeapType::{Any, Array, Concrete, Eq, Exn, Extern, Func, I31, NoExn, NoExtern, NoFunc, None, Struct};
    let mut registry = TypeRegistry::default();
    let field = FieldType { storage: StorageType::I8, mutable: true };
    let types = [
        func(Any).into(),
        open(CompositeType::Struct([field].into()), Option::None),
        open(CompositeType::Array(field), Option::None),
    ];
    let ids = registry.add(&types, &[]);
    let [function, structure, array] = [0, 1, 2].map(|at: usize| Concrete(ids[at]));
    for (narrow, wide) in [
        (NoFunc, function),
        (function, Func),
        (None, structure),
        (None, array),
        (structure, Struct),
        (array, Array),
        (None, I31),
        (I31, Eq),
        (Struct, Eq),
        (Array, Any),
        (structure, Any),
        (NoExtern, Extern),
        (NoExn, Exn),
    ] {
        assert!(registry.heap_matches(narrow, wide), "{narrow} is a {wide}");
        assert!(!registry.heap_matches(wide, narrow), "{wide} is no {narrow}");
    }
    for (one, other) in [(Any, Extern), (None, Func), (structure, array), (structure, Array), (Concrete(99), Func)] {
        assert!(!registry.heap_matches(one, other) && !registry.heap_matches(other, one));
    }
    assert!(registry.ref_matches(RefType { nullable: false, heap: Func }, of(Func)));
    assert!(!registry.ref_matches(of(Func), RefType { nullable: false, heap: Func }));
}

#[test]
fn descriptors_tell_groups_apart() {
    let mut registry = TypeRegistry::default();
    // Three structures without fields: each but the last is described by the next.
    let chain = |at: u32, length: u32| -> Vec<SubType> {
        let link = |i: u32| SubType {
            descriptor: (i + 1 < length).then(|| at + i + 1),
            describes: i.checked_sub(1).map(|i| at + i),
            ..open(CompositeType::Struct([].into()), None)
        };
        (0..length).map(link).collect()
    };
    let three = registry.add(&chain(0, 3), from_ref(&(0..3)));
    let mut later = vec![SubType::from(func(HeapType::Any))];
    later.extend(chain(1, 3));
    assert_eq!(registry.add(&later, from_ref(&(1..4)))[1..], three[..], "their place in the module does not matter");
    // The same structures, and nothing that describes another; and a chain that ends earlier.
    let plain: Vec<_> = (0..3).map(|_| open(CompositeType::Struct([].into()), None)).collect();
    let mut short = chain(0, 2);
    short.push(plain[0].clone());
    for other in [&plain, &short] {
        assert!(registry.find(other, from_ref(&(0..3))).is_none());
        assert!(registry.add(other, from_ref(&(0..3))).iter().all(|id| !three.contains(id)));
    }
}

#[test]
fn exact_types_match_themselves_alone() {
    use HeapType::{Any, Concrete, Eq, Exact, Func, NoExtern, NoFunc, None, Struct};
    let mut registry = TypeRegistry::default();
    let empty = || CompositeType::Struct([].into());
    let function = CompositeType::Func(func(Any));
    let types = [
        open(empty(), Option::None),
        SubType { is_final: true, ..open(empty(), Some(0)) },
        open(function.clone(), Option::None),
        SubType { is_final: true, ..open(function, Some(2)) },
    ];
    let ids = registry.add(&types, &[]);
    let exact = |at: usize| Exact(ids[at]);
    let any = |at: usize| Concrete(ids[at]);
    for (narrow, wide) in [
        (exact(0), any(0)),
        (exact(1), any(1)),
        (exact(1), any(0)),
        (exact(0), Struct),
        (exact(1), Eq),
        (None, exact(0)),
        (exact(3), any(2)),
        (exact(2), Func),
        (NoFunc, exact(3)),
    ] {
        assert!(registry.heap_matches(narrow, wide), "{narrow} is a {wide}");
        assert!(!registry.heap_matches(wide, narrow), "{wide} is no {narrow}");
    }
    // A final type has no subtypes, and its exact type is another type nonetheless.
    for (one, other) in [(exact(0), exact(1)), (exact(2), exact(3)), (any(1), exact(0)), (NoExtern, exact(0))] {
        assert!(!registry.heap_matches(one, other) && !registry.heap_matches(other, one), "{one} and {other}");
    }
    assert_eq!(
        [registry.top(exact(0)), registry.top(exact(2)), registry.top(Exact(99))],
        [Some(Any), Some(Func), Option::None]
    );
    let reference = |nullable, heap| RefType { nullable, heap };
    assert!(registry.ref_matches(reference(false, exact(1)), reference(true, exact(1))));
    assert!(!registry.ref_matches(reference(true, exact(1)), reference(false, exact(1))));
}
