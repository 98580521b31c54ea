//! One numbering of all types that modules and the host define, and how these types relate.
//!
//! Types are equal if their recursion groups are and they are at the same place in them ("iso-recursive":
//! <https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling>). So a group is looked up as
//! a whole, with references to its own members given by their place and references to other types by their numbers.
//! A type is known as long as somebody holds it or a type that refers to it; see [`ids`].

use self::ids::TypeIds;
use self::table::TypeTable;
use crate::abi::VMFuncRef;
use crate::abi::heap::{self, StructLayout, VMType};
use crate::error::{Error, Result};
use crate::types::{CompositeType, FuncType, HeapType, RefType, Renumber, SubType, ValType};
use std::cell::RefCell;
use std::ops::Range;
use std::slice;
use std::sync::Arc;

/// Marks a reference to a member of the group at hand; the other bits are its place.
const OWN: u32 = 1 << 31;

/// Types and their numbers.
#[derive(Debug, Default)]
pub(crate) struct TypeRegistry {
    ids: TypeIds,
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
    /// Numbers of the types that it refers to, without those of its group.
    uses: Box<[u32]>,
}

impl RegisteredType {
    /// The type of a function, as those that function references refer to all are.
    pub(crate) fn signature(&self) -> &FuncType {
        let CompositeType::Func(ty) = &self.composite else {
            unreachable!("a function of a type that is no function type")
        };
        ty
    }

    /// A function of this type as a value. Good as long as somebody holds the type.
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
    /// A module's types, if all are known. `groups` are its recursion groups of more than one type.
    pub(crate) fn find(&self, types: &[SubType], groups: &[Range<u32>]) -> Option<Box<[Arc<RegisteredType>]>> {
        let mut ids = Vec::with_capacity(types.len());
        for group in each_group(types.len(), groups) {
            ids.extend_from_slice(self.ids.group(&key(types, group, &ids))?);
        }
        ids.into_iter().map(|id| self.get(id).cloned()).collect()
    }

    /// As [`TypeRegistry::find`], making numbers for types that have none.
    ///
    /// # Errors
    /// [`Error::Limit`] when an engine does not have so many.
    pub(crate) fn add(&mut self, types: &[SubType], groups: &[Range<u32>]) -> Result<Box<[Arc<RegisteredType>]>> {
        self.begin()?;
        self.ids.forget_if_due(&mut self.table);
        let mut ids = Vec::with_capacity(types.len());
        // From now on held by the caller, so that none is forgotten while others are added.
        let mut held = Vec::with_capacity(types.len());
        for group in each_group(types.len(), groups) {
            let key = key(types, group, &ids);
            let members = match self.ids.group(&key) {
                Some(members) => Arc::clone(members),
                None => {
                    let members = self.ids.take(key.len(), &mut self.table)?;
                    self.add_group(key, Arc::clone(&members), true);
                    members
                }
            };
            held.extend(members.iter().map(|&id| Arc::clone(self.get(id).expect("groups are known as wholes"))));
            ids.extend_from_slice(&members);
        }
        Ok(held.into())
    }

    /// A type that is a group of its own, if it is known.
    pub(crate) fn find_one(&self, ty: &SubType) -> Option<&Arc<RegisteredType>> {
        self.get(*self.ids.group(slice::from_ref(ty))?.first()?)
    }

    /// The type, of the host, that is a group of its own: its parts have numbers already.
    ///
    /// # Errors
    /// As of [`TypeRegistry::add`]; [`Error::UnknownType`] if a part has a number that is no type's. A function type is never too
    /// much: since a function brings what a check of its type needs, it can do without an entry in the table.
    pub(crate) fn add_one(&mut self, ty: SubType) -> Result<Arc<RegisteredType>> {
        let is_func = ty.func().is_some();
        if let Err(error) = self.begin()
            && !is_func
        {
            return Err(error);
        }
        if let Some(known) = self.find_one(&ty) {
            return Ok(Arc::clone(known));
        }
        // Held, so that they are not forgotten before there is the type that uses them.
        let mut parts = Vec::new();
        for id in uses(&ty) {
            let part = self.get(id).ok_or_else(|| Error::UnknownType { ty: HeapType::Concrete(id).to_string() })?;
            parts.push(Arc::clone(part));
        }
        self.ids.forget_if_due(&mut self.table);
        let (members, has_entry) = match self.ids.take(1, &mut self.table) {
            Ok(members) => (members, true),
            Err(_) if is_func => (self.ids.take_beyond(), false),
            Err(error) => return Err(error),
        };
        let id = members[0];
        self.add_group([ty].into(), members, has_entry);
        Ok(Arc::clone(self.get(id).expect("added just now")))
    }

    /// Gives number 0 to a function type: of a cell that is all zeros, the header then says that there is no object.
    fn begin(&mut self) -> Result<()> {
        if self.ids.is_empty() {
            let members = self.ids.take(1, &mut self.table)?;
            self.add_group([SubType::from(FuncType::new([], []))].into(), members, true);
        }
        Ok(())
    }

    /// Makes the members of a group the types of these numbers.
    fn add_group(&mut self, key: Arc<[SubType]>, members: Arc<[u32]>, has_entry: bool) {
        for (ty, &id) in key.iter().zip(&*members) {
            let uses = uses(ty).into_iter().filter(|at| at & OWN == 0).collect();
            let own = |at| members.get((at & !OWN) as usize).copied().unwrap_or(at);
            let ty = ty.renumber(&|at| if at & OWN == 0 { at } else { own(at) });
            let supertype = ty.supertype.map(|at| self.get(at).expect("validation puts supertypes first"));
            let supertypes = supertype.map(|it| it.supertypes.iter().copied().chain([it.id]).collect());
            let layout = match &ty.composite {
                CompositeType::Struct(fields) => StructLayout::new(fields),
                _ => StructLayout::default(),
            };
            let registered = Arc::new(RegisteredType {
                id,
                supertypes: supertypes.unwrap_or_default(),
                is_final: ty.is_final,
                descriptor: ty.descriptor,
                describes: ty.describes,
                references: heap::references(&ty.composite).into(),
                uses,
                layout,
                composite: ty.composite,
            });
            if has_entry {
                // SAFETY: `ids` keeps it until the entry is cleared.
                unsafe { self.table.write(&registered) };
            }
            self.ids.put(registered, &key, &members);
        }
        self.ids.publish(key, members);
    }

    /// Forgets all types that nobody uses.
    #[cfg(test)]
    pub(crate) fn forget(&mut self) {
        self.ids.forget(&mut self.table);
    }

    /// Where the entry of number 0 is in the array of all types; null as long as there are no types.
    pub(crate) fn table(&self) -> *const VMType {
        self.table.base()
    }

    /// The type of a number, if it is one.
    pub(crate) fn get(&self, id: u32) -> Option<&Arc<RegisteredType>> {
        self.ids.get(id)
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
fn key(types: &[SubType], group: Range<usize>, ids: &[u32]) -> Arc<[SubType]> {
    let own = u32::try_from(group.start).unwrap_or(u32::MAX);
    let number = |at: u32| ids.get(at as usize).copied().unwrap_or_else(|| OWN | at.wrapping_sub(own));
    types[group].iter().map(|ty| ty.renumber(&number)).collect()
}

/// Numbers of the types that one refers to.
fn uses(ty: &SubType) -> Vec<u32> {
    let found = RefCell::new(Vec::new());
    let _ = ty.renumber(&|id| {
        found.borrow_mut().push(id);
        id
    });
    let mut found = found.into_inner();
    found.sort_unstable();
    found.dedup();
    found
}

mod ids;
mod table;
#[cfg(test)]
mod tests;
