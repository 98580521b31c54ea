//! Tests of sweeps: unused types are forgotten, used ones are not.

use super::*;
use crate::Engine;
use std::collections::HashMap;

/// A generator of pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// Makes the types of a module: groups of up to three types, which refer to each other and to earlier types.
    fn module(&mut self) -> (Vec<SubType>, Vec<Range<u32>>) {
        let (mut types, mut groups) = (Vec::new(), Vec::new());
        for _ in 0..1 + self.below(4) {
            let start = types.len();
            let end = start + 1 + self.below(3);
            for _ in start..end {
                let target = HeapType::Concrete(self.below(end) as u32);
                let field =
                    FieldType { storage: StorageType::Val(ValType::Ref(of(target))), mutable: self.below(2) == 0 };
                types.push(match self.below(3) {
                    0 => open(CompositeType::Func(func(target)), None),
                    1 => open(CompositeType::Struct((0..self.below(3)).map(|_| field).collect()), None),
                    _ => open(CompositeType::Array(field), None),
                });
            }
            if end - start > 1 {
                groups.push(start as u32..end as u32);
            }
        }
        (types, groups)
    }
}

/// Compares with a registry that never sweeps: types in use are equal in both or in neither.
#[test]
fn forgetting_changes_no_equality() {
    let mut random = Random(7);
    let (mut registry, mut model) = (TypeRegistry::default(), TypeRegistry::default());
    let (mut held, mut keeps) = (Vec::new(), Vec::new());
    for round in 0..4000 {
        let (types, groups) = random.module();
        let in_model = model.add(&types, &groups).unwrap();
        let ids: Vec<u32> = in_model.iter().map(|ty| ty.id).collect();
        keeps.push(in_model);
        held.push((registry.add(&types, &groups).unwrap(), ids));
        while held.len() > random.below(30) {
            held.swap_remove(random.below(held.len()));
        }
        if round % 7 == 0 {
            registry.forget();
        }
        let (mut forth, mut back) = (HashMap::new(), HashMap::new());
        for (types, ids) in &held {
            for (ty, &id) in types.iter().zip(ids) {
                assert!(Arc::ptr_eq(registry.get(ty.id).unwrap(), ty), "round {round}");
                assert_eq!(*forth.entry(ty.id).or_insert(id), id, "round {round}");
                assert_eq!(*back.entry(id).or_insert(ty.id), ty.id, "round {round}");
                for &used in &ty.uses {
                    assert!(registry.get(used).is_some(), "round {round}");
                }
            }
        }
    }
    held.clear();
    registry.forget();
    assert!((1..10_000).all(|id| registry.get(id).is_none()));
    assert!(registry.get(0).is_some(), "cells of zeros are no objects");
}

#[test]
fn numbers_are_used_again_and_only_then() {
    let mut registry = TypeRegistry::default();
    let node = |depth: usize| {
        let field = FieldType { storage: StorageType::Val(ValType::Ref(of(HeapType::Any))), mutable: true };
        open(CompositeType::Struct(vec![field; depth].into()), None)
    };
    let kept = registry
        .add(
            &[
                node(1),
                open(
                    CompositeType::Array(FieldType {
                        storage: StorageType::Val(ValType::Ref(of(HeapType::Concrete(0)))),
                        mutable: true,
                    }),
                    None,
                ),
            ],
            &[],
        )
        .unwrap();
    // Only the array uses the structure.
    let structure = kept[0].id;
    let array = Arc::clone(&kept[1]);
    drop(kept);
    for depth in 0..100_000 {
        let types = registry.add(&[node(2 + depth % 50), func(HeapType::Concrete(0)).into()], &[]).unwrap();
        assert!(types.iter().all(|ty| ty.id < 20_000 && ty.id != structure && ty.id != array.id));
    }
    registry.forget();
    assert_eq!(registry.get(structure).unwrap().composite, node(1).composite);
    drop(array);
    registry.forget();
    assert!(registry.get(structure).is_none());
}

/// Takes all numbers, releases them, and takes them again.
#[test]
fn a_full_registry_recovers() {
    let mut registry = TypeRegistry::default();
    let group = |length: u32| {
        let types = vec![SubType::from(FuncType::new([], [])); length as usize];
        (types, 0..length)
    };
    let (types, whole) = group(table::MAX_TYPES - 10);
    let all = registry.add(&types, from_ref(&whole)).unwrap();
    let (more, part) = group(100);
    assert!(matches!(registry.add(&more, from_ref(&part)), Err(Error::Limit(_))));
    // A function type of the host is accepted beyond the limit, a structure type is not.
    let mut beyond = Vec::new();
    for count in 0..20 {
        beyond.push(registry.add_one(FuncType::new(vec![ValType::I32; 1 + count], []).into()).unwrap());
    }
    assert!(beyond.last().unwrap().id >= table::MAX_TYPES);
    let structure = || open(CompositeType::Struct([].into()), None);
    assert!(matches!(registry.add_one(structure()), Err(Error::Limit(_))));
    drop(all);
    assert!(registry.add(&more, from_ref(&part)).is_ok());
    assert!(registry.add_one(structure()).is_ok());
    drop(beyond);
    registry.forget();
    let again = registry.add_one(FuncType::new([ValType::I64], []).into()).unwrap();
    assert!(again.id < table::MAX_TYPES);
}

#[test]
fn threads_agree_while_types_come_and_go() {
    let engine = Engine::default();
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let engine = &engine;
            scope.spawn(move || {
                let mut random = Random(seed % 2);
                let mut held = Vec::new();
                for _ in 0..5000 {
                    let (types, groups) = random.module();
                    let known = engine.module_types(&types, &groups).unwrap();
                    let again = engine.module_types(&types, &groups).unwrap();
                    for (one, other) in known.iter().zip(&again) {
                        assert!(Arc::ptr_eq(one, other));
                        assert!(Arc::ptr_eq(&engine.registered(one.id), one));
                    }
                    held.push(known);
                    if held.len() > 20 {
                        held.swap_remove(random.below(20));
                    }
                }
            });
        }
    });
}
