//! One numbering of all types that modules and the host define, and how these types relate.
//!
//! Types are equal if their recursion groups are and they are at the same place in them ("iso-recursive":
//! <https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling>). So a group is looked up as
//! a whole, with references to its own members given by their place and references to other types by their numbers.
//! What is found once is never forgotten: an engine sees few types, and a number may outlive its module in a table of
//! another.

use self::table::TypeTable;
use crate::abi::VMFuncRef;
use crate::abi::heap::{self, StructLayout, VMType};
use crate::error::Result;
use crate::types::{CompositeType, FuncType, HeapType, RefType, Renumber, SubType, ValType};
use std::collections::HashMap;
use std::ops::Range;
use std::slice;
use std::sync::Arc;

/// Marks a reference to a member of the group at hand; the other bits are its place.
const OWN: u32 = 1 << 31;

/// Types and their numbers.
#[derive(Debug, Default)]
pub(crate) struct TypeRegistry {
    by_id: Vec<Arc<RegisteredType>>,
    /// First number of each group.
    groups: HashMap<Box<[SubType]>, u32>,
    table: TypeTable,
}

/// A type with a number.
#[derive(Debug)]
pub(crate) struct RegisteredType {
    /// Its number.
    pub(crate) id: u32,
    /// Numbers of the types that it is a subtype of, the most general one first: the type's "display".
    pub(crate) supertypes: Box<[u32]>,
    /// Whether it has no subtypes.
    pub(crate) is_final: bool,
    /// The type of its descriptors, and the type that it describes: those of structures, by their numbers.
    pub(crate) descriptor: Option<u32>,
    pub(crate) describes: Option<u32>,
    /// Its structure, with references to types by their numbers.
    pub(crate) composite: CompositeType,
    /// Where the fields of a structure lie; of other types, nothing.
    pub(crate) layout: StructLayout,
    /// Offsets of the references in an object; see [`heap::references`].
    pub(crate) references: Box<[u32]>,
}

impl RegisteredType {
    /// The type of a function, as those that function references refer to all are.
    pub(crate) fn signature(&self) -> &FuncType {
        let CompositeType::Func(ty) = &self.composite else {
            unreachable!("a function of a type that is no function type")
        };
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
    ///
    /// # Errors
    /// [`Error::Limit`](crate::Error::Limit) when an engine does not have so many; those before stay.
    pub(crate) fn add(&mut self, types: &[SubType], groups: &[Range<u32>]) -> Result<Box<[u32]>> {
        self.begin();
        let mut ids = Vec::with_capacity(types.len());
        for group in each_group(types.len(), groups) {
            let length = group.len();
            let key = key(types, group, &ids);
            let first = match self.groups.get(&key) {
                Some(&first) => first,
                None => self.add_group(key)?,
            };
            ids.extend((first..).take(length));
        }
        Ok(ids.into())
    }

    /// The number of a type that is a group of its own, if it is known.
    pub(crate) fn find_one(&self, ty: &SubType) -> Option<u32> {
        self.groups.get(slice::from_ref(ty)).copied()
    }

    /// The number of a type that is a group of its own, of the host: its parts have numbers already.
    ///
    /// # Errors
    /// As of [`TypeRegistry::add`]; never for a function type, since a function brings what a check of its type needs, and
    /// so can do without an entry in the table.
    pub(crate) fn add_one(&mut self, ty: SubType) -> Result<u32> {
        self.begin();
        if let Some(id) = self.find_one(&ty) {
            return Ok(id);
        }
        let id = u32::try_from(self.by_id.len()).unwrap_or(u32::MAX);
        assert!(id < OWN, "a type takes tens of bytes, so they do not come to 2^31");
        let reserved = self.table.reserve(id + 1);
        let has_entry = reserved.is_ok();
        if ty.func().is_none() {
            reserved?;
        }
        self.number(&ty, id, has_entry);
        self.groups.insert([ty].into(), id);
        Ok(id)
    }

    /// Gives number 0 to a function type: of a cell that is all zeros, the header then says that there is no object.
    fn begin(&mut self) {
        if self.by_id.is_empty() {
            let ty = SubType::from(FuncType::new([], []));
            let has_entry = self.table.reserve(1).is_ok();
            self.number(&ty, 0, has_entry);
            self.groups.insert([ty].into(), 0);
        }
    }

    fn add_group(&mut self, group: Box<[SubType]>) -> Result<u32> {
        let end = self.by_id.len() + group.len();
        self.table.reserve(u32::try_from(end).unwrap_or(u32::MAX))?;
        let first = u32::try_from(self.by_id.len()).unwrap_or(u32::MAX);
        for (ty, id) in group.iter().zip(first..) {
            let ty = ty.renumber(&|at| if at & OWN == 0 { at } else { first + (at & !OWN) });
            self.number(&ty, id, true);
        }
        self.groups.insert(group, first);
        Ok(first)
    }

    /// Makes `ty`, which refers to types by their numbers, the type of number `id`, which is the next.
    fn number(&mut self, ty: &SubType, id: u32, has_entry: bool) {
        let supertype = ty.supertype.map(|at| self.get(at).expect("supertypes are numbered first"));
        let supertypes = supertype.map(|it| it.supertypes.iter().copied().chain([it.id]).collect());
        let layout = match &ty.composite {
            CompositeType::Struct(fields) => StructLayout::new(fields),
            _ => StructLayout::default(),
        };
        let registered = RegisteredType {
            id,
            supertypes: supertypes.unwrap_or_default(),
            is_final: ty.is_final,
            descriptor: ty.descriptor,
            describes: ty.describes,
            references: heap::references(&ty.composite).into(),
            layout,
            composite: ty.composite.clone(),
        };
        let registered = Arc::new(registered);
        if has_entry {
            // SAFETY: it is kept from here on, as long as the table.
            unsafe { self.table.write(&registered) };
        }
        self.by_id.push(registered);
    }

    /// Where the entry of number 0 is in the array of all types; null as long as there are no types.
    pub(crate) fn table(&self) -> *const VMType {
        self.table.base()
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
            Any, Array, Concrete, Cont, Eq, Exact, Exn, Extern, Func, I31, NoCont, NoExn, NoExtern, NoFunc, None,
            Struct,
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
            (Concrete(given) | Exact(given), wanted) => match self.get(given).map(|given| &given.composite) {
                Some(CompositeType::Func(_)) => wanted == Func,
                Some(CompositeType::Struct(_)) => matches!(wanted, Struct | Eq | Any),
                Some(CompositeType::Array(_)) => matches!(wanted, Array | Eq | Any),
                Some(CompositeType::Cont(_)) => wanted == Cont,
                Option::None => false,
            },
            (None, _) => self.top(wanted) == Some(Any),
            (NoFunc, _) => self.top(wanted) == Some(Func),
            (NoExtern, _) => self.top(wanted) == Some(Extern),
            (NoExn, _) => self.top(wanted) == Some(Exn),
            (NoCont, _) => self.top(wanted) == Some(Cont),
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
            HeapType::Cont | HeapType::NoCont => HeapType::Cont,
            HeapType::Any | HeapType::Eq | HeapType::I31 | HeapType::Struct | HeapType::Array | HeapType::None => {
                HeapType::Any
            }
            HeapType::Concrete(id) | HeapType::Exact(id) => match self.get(id)?.composite {
                CompositeType::Func(_) => HeapType::Func,
                CompositeType::Struct(_) | CompositeType::Array(_) => HeapType::Any,
                CompositeType::Cont(_) => HeapType::Cont,
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

mod table;
#[cfg(test)]
mod tests;
