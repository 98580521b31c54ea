//! Tests of the type registry.

use super::*;
use crate::types::{FieldType, StorageType};
use std::slice::from_ref;

mod descriptor;
mod forget;

/// Registers types and returns their numbers without holding the types. As long as few are added, no sweep runs.
fn add(registry: &mut TypeRegistry, types: &[SubType], groups: &[Range<u32>]) -> Result<Box<[u32]>> {
    registry.add(types, groups).map(|types| types.iter().map(|ty| ty.id).collect())
}

fn find(registry: &TypeRegistry, types: &[SubType], groups: &[Range<u32>]) -> Option<Box<[u32]>> {
    registry.find(types, groups).map(|types| types.iter().map(|ty| ty.id).collect())
}

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
    // Two function types that refer to each other: in a module that has them first, and in one that has another type before.
    let pair = |at| [SubType::from(func(HeapType::Concrete(at + 1))), func(HeapType::Concrete(at)).into()];
    let a = add(&mut registry, &pair(0), from_ref(&(0..2))).unwrap();
    let mut types = vec![SubType::from(func(HeapType::Func))];
    types.extend(pair(1));
    assert!(find(&registry, &types, from_ref(&(1..3))).is_none(), "the first one is new");
    let b = add(&mut registry, &types, from_ref(&(1..3))).unwrap();
    assert_eq!(a[..], b[1..]);
    assert_eq!(find(&registry, &types, from_ref(&(1..3))), Some(b));
    // Types at another position or in another group are not equal.
    assert_ne!(a[0], a[1]);
    let alone = add(&mut registry, &[func(HeapType::Concrete(0)).into()], &[]).unwrap();
    let thrice =
        add(&mut registry, &[pair(0)[0].clone(), pair(0)[1].clone(), func(HeapType::Func).into()], from_ref(&(0..3)))
            .unwrap();
    assert!(!a.contains(&alone[0]) && !a.contains(&thrice[0]));
    // A reference to a member of the same group became a reference to the member's number.
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
    let ids = add(&mut registry, &types, &[]).unwrap();
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
    let ids = add(&mut registry, &types, &[]).unwrap();
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
fn every_type_has_an_entry() {
    use crate::abi::heap::VMKind;
    let mut registry = TypeRegistry::default();
    let fields = [StorageType::I8, StorageType::Val(ValType::Ref(of(HeapType::Any)))];
    let fields = fields.map(|storage| FieldType { storage, mutable: true });
    let types = [
        open(CompositeType::Struct(fields[..1].into()), None),
        open(CompositeType::Struct(fields.into()), Some(0)),
        open(CompositeType::Array(fields[1]), None),
        func(HeapType::Any).into(),
    ];
    let ids = add(&mut registry, &types, &[]).unwrap();
    let entry = |at: usize| {
        // SAFETY: every number that was given out has an entry.
        let entry = unsafe { &*registry.table().add(ids[at] as usize) };
        // SAFETY: the entry has the lists' lengths.
        let lists = unsafe {
            [(entry.display, entry.supertypes), (entry.references, entry.reference_count)]
                .map(|(list, length)| slice::from_raw_parts(list, length as usize))
        };
        (entry.kind, entry.size, lists)
    };
    assert_eq!(entry(0), (VMKind::Struct, 9, [&[][..], &[]]));
    assert_eq!(entry(1), (VMKind::Struct, 24, [&ids[..1], &[16]]));
    assert_eq!(entry(2), (VMKind::Array, 8, [&[][..], &[8]]));
    assert_eq!(entry(3), (VMKind::Func, 0, [&[][..], &[]]));
    assert_eq!(registry.get(ids[2]).unwrap().array_bytes(u32::MAX), Some(8 + (u64::from(u32::MAX) << 3)));
}

#[test]
fn an_engine_has_only_so_many_types() {
    let mut registry = TypeRegistry::default();
    let group = vec![SubType::from(FuncType::new([], [])); table::MAX_TYPES as usize + 1];
    let whole = 0..table::MAX_TYPES + 1;
    assert!(matches!(add(&mut registry, &group, from_ref(&whole)), Err(Error::Limit(_))));
    assert!(registry.get(1).is_none(), "nothing of the group was numbered");
}
