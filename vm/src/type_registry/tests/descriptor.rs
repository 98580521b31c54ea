//! Tests of types with descriptors and of exact types.

use super::*;

#[test]
fn descriptors_tell_groups_apart() {
    let mut registry = TypeRegistry::default();
    // Three structure types without fields; each but the last is described by the next.
    let chain = |at: u32, length: u32| -> Vec<SubType> {
        let link = |i: u32| SubType {
            descriptor: (i + 1 < length).then(|| at + i + 1),
            describes: i.checked_sub(1).map(|i| at + i),
            ..open(CompositeType::Struct([].into()), None)
        };
        (0..length).map(link).collect()
    };
    let three = add(&mut registry, &chain(0, 3), from_ref(&(0..3))).unwrap();
    let mut later = vec![SubType::from(func(HeapType::Any))];
    later.extend(chain(1, 3));
    assert_eq!(
        add(&mut registry, &later, from_ref(&(1..4))).unwrap()[1..],
        three[..],
        "their place in the module does not matter"
    );
    // The same structure types without descriptors, and a chain that ends earlier.
    let plain: Vec<_> = (0..3).map(|_| open(CompositeType::Struct([].into()), None)).collect();
    let mut short = chain(0, 2);
    short.push(plain[0].clone());
    for other in [&plain, &short] {
        assert!(find(&registry, other, from_ref(&(0..3))).is_none());
        assert!(add(&mut registry, other, from_ref(&(0..3))).unwrap().iter().all(|id| !three.contains(id)));
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
    let ids = add(&mut registry, &types, &[]).unwrap();
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
    // The exact type of a final type differs from the type itself, although that has no subtypes.
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
