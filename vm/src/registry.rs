//! One numbering of all types that modules and the host define, and how these types relate.
//!
//! Types are equal if their recursion groups are and they are at the same place in them ("iso-recursive":
//! <https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling>). So a group is looked up as
//! a whole, with references to its own members given by their place and references to other types by their numbers.
//! What is found once is never forgotten: an engine sees few types, and a number may outlive its module in a table of
//! another.

use crate::abi::VMFuncRef;
use crate::types::{CompositeType, FuncType, HeapType, RefType, Renumber, SubType, ValType};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Marks a reference to a member of the group at hand; the other bits are its place.
const OWN: u32 = 1 << 31;

/// Types and their numbers.
#[derive(Debug, Default)]
pub(crate) struct TypeRegistry {
    by_id: Vec<Arc<RegisteredType>>,
    /// First number of each group.
    groups: HashMap<Box<[SubType]>, u32>,
}

/// A type with a number.
#[derive(Debug)]
pub(crate) struct RegisteredType {
    /// Its number.
    pub(crate) id: u32,
    kind: Kind,
    /// Numbers of the types that it is a subtype of, the most general one first: the type's "display".
    pub(crate) supertypes: Box<[u32]>,
}

#[derive(Debug)]
enum Kind {
    Func(FuncType),
    Struct,
    Array,
}

impl RegisteredType {
    /// The type of a function, as those that function references refer to all are.
    pub(crate) fn signature(&self) -> &FuncType {
        let Kind::Func(ty) = &self.kind else { unreachable!("a function of a type that is no function type") };
        ty
    }

    /// A function of this type as a value. Good as long as the engine.
    pub(crate) fn func_ref(&self, code: *const u8, context: *mut u8) -> VMFuncRef {
        #[expect(clippy::cast_possible_truncation, reason = "validation bounds the chain")]
        let supertypes = self.supertypes.len() as u32;
        VMFuncRef { code, context, type_id: self.id, supertypes, display: self.supertypes.as_ptr() }
    }

    fn is_subtype(&self, other: &Self) -> bool {
        self.id == other.id || self.supertypes.get(other.supertypes.len()) == Some(&other.id)
    }
}

impl TypeRegistry {
    /// The numbers of a module's types, if all are known. `groups` are its recursion groups of more than one type.
    pub(crate) fn find(&self, types: &[SubType], groups: &[Range<u32>]) -> Option<Box<[u32]>> {
        let mut ids = Vec::with_capacity(types.len());
        for group in each_group(types.len(), groups) {
            let first = *self.groups.get(&key(types, group.clone(), &ids))?;
            ids.extend((first..).take(group.len()));
        }
        Some(ids.into())
    }

    /// As [`TypeRegistry::find`], making numbers for types that have none.
    pub(crate) fn add(&mut self, types: &[SubType], groups: &[Range<u32>]) -> Box<[u32]> {
        let mut ids = Vec::with_capacity(types.len());
        for group in each_group(types.len(), groups) {
            let length = group.len();
            let key = key(types, group, &ids);
            let first = match self.groups.get(&key) {
                Some(&first) => first,
                None => self.add_group(key),
            };
            ids.extend((first..).take(length));
        }
        ids.into()
    }

    fn add_group(&mut self, group: Box<[SubType]>) -> u32 {
        let first = u32::try_from(self.by_id.len()).unwrap_or(u32::MAX);
        assert!(first < OWN, "a type takes tens of bytes, so they do not come to 2^31");
        for (ty, id) in group.iter().zip(first..) {
            let ty = ty.renumber(&|at| if at & OWN == 0 { at } else { first + (at & !OWN) });
            let supertype = ty.supertype.and_then(|at| self.get(at));
            let supertypes = supertype.map(|it| it.supertypes.iter().copied().chain([it.id]).collect());
            let kind = match ty.composite {
                CompositeType::Func(ty) => Kind::Func(ty),
                CompositeType::Struct(_) => Kind::Struct,
                CompositeType::Array(_) => Kind::Array,
            };
            self.by_id.push(Arc::new(RegisteredType { id, kind, supertypes: supertypes.unwrap_or_default() }));
        }
        self.groups.insert(group, first);
        first
    }

    /// The type of a number, if it is one.
    pub(crate) fn get(&self, id: u32) -> Option<&Arc<RegisteredType>> {
        self.by_id.get(id as usize)
    }

    /// Whether every value of type `given` is one of type `wanted`.
    /// Spec: <https://webassembly.github.io/spec/core/valid/matching.html>
    pub(crate) fn value_matches(&self, given: ValType, wanted: ValType) -> bool {
        match (given, wanted) {
            (ValType::Ref(given), ValType::Ref(wanted)) => self.ref_matches(given, wanted),
            _ => given == wanted,
        }
    }

    /// Whether every reference of type `given` is one of type `wanted`.
    pub(crate) fn ref_matches(&self, given: RefType, wanted: RefType) -> bool {
        (wanted.nullable || !given.nullable) && self.heap_matches(given.heap, wanted.heap)
    }

    /// Whether everything that `given` stands for is something that `wanted` stands for.
    pub(crate) fn heap_matches(&self, given: HeapType, wanted: HeapType) -> bool {
        use HeapType::{
            Any, Array, Concrete, Eq, Exact, Exn, Extern, Func, I31, NoExn, NoExtern, NoFunc, None, Struct,
        };
        if given == wanted {
            return true;
        }
        match (given, wanted) {
            (Concrete(given) | Exact(given), Concrete(wanted)) => match (self.get(given), self.get(wanted)) {
                (Some(given), Some(wanted)) => given.is_subtype(wanted),
                _ => false,
            },
            // Of exact types only equal ones match.
            (Concrete(_) | Exact(_), Exact(_)) => false,
            (Concrete(given) | Exact(given), wanted) => match self.get(given).map(|given| &given.kind) {
                Some(Kind::Func(_)) => wanted == Func,
                Some(Kind::Struct) => matches!(wanted, Struct | Eq | Any),
                Some(Kind::Array) => matches!(wanted, Array | Eq | Any),
                Option::None => false,
            },
            (None, _) => self.top(wanted) == Some(Any),
            (NoFunc, _) => self.top(wanted) == Some(Func),
            (NoExtern, _) => self.top(wanted) == Some(Extern),
            (NoExn, _) => self.top(wanted) == Some(Exn),
            (I31 | Struct | Array, Eq | Any) | (Eq, Any) => true,
            _ => false,
        }
    }

    /// The most general type of the hierarchy that `heap` is in; none for a number that is no type's.
    pub(crate) fn top(&self, heap: HeapType) -> Option<HeapType> {
        Some(match heap {
            HeapType::Func | HeapType::NoFunc => HeapType::Func,
            HeapType::Extern | HeapType::NoExtern => HeapType::Extern,
            HeapType::Exn | HeapType::NoExn => HeapType::Exn,
            HeapType::Any | HeapType::Eq | HeapType::I31 | HeapType::Struct | HeapType::Array | HeapType::None => {
                HeapType::Any
            }
            HeapType::Concrete(id) | HeapType::Exact(id) => match self.get(id)?.kind {
                Kind::Func(_) => HeapType::Func,
                Kind::Struct | Kind::Array => HeapType::Any,
            },
        })
    }
}

/// All groups, those of one type too, which `groups` leaves out.
fn each_group(types: usize, groups: &[Range<u32>]) -> impl Iterator<Item = Range<usize>> {
    let mut groups = groups.iter().map(|group| group.start as usize..group.end as usize).peekable();
    let mut at = 0;
    std::iter::from_fn(move || {
        let group = groups.next_if(|group| group.start == at).unwrap_or(at..at + 1);
        at = group.end;
        (at <= types).then_some(group)
    })
}

/// What a group is looked up by. `ids` are the numbers of the types before it.
fn key(types: &[SubType], group: Range<usize>, ids: &[u32]) -> Box<[SubType]> {
    let own = u32::try_from(group.start).unwrap_or(u32::MAX);
    let number = |at: u32| ids.get(at as usize).copied().unwrap_or_else(|| OWN | at.wrapping_sub(own));
    types[group].iter().map(|ty| ty.renumber(&number)).collect()
}

#[cfg(test)]
mod tests;
