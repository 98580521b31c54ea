//! Type registry: canonical numbers for all types that modules and the host define, and subtyping.
//!
//! Two types are equal if their recursion groups are equal and they have the same position in them (iso-recursive equality:
//! <https://webassembly.github.io/spec/core/valid/conventions.html#rolling-and-unrolling>). A group is therefore looked up
//! as a whole: references to its own members are given by position, references to other types by canonical number. A type
//! stays registered as long as something holds it or a type that refers to it; see [`ids`].

mod ids;
mod registered;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use registered::RegisteredType;

use self::ids::TypeIds;
use self::table::TypeTable;
use crate::abi::heap::{self, StructLayout, VMType};
use crate::error::{Error, Result};
use crate::types::{CompositeType, FuncType, HeapType, RefType, Renumber, SubType, ValType};
use std::cell::RefCell;
use std::ops::Range;
use std::slice;
use std::sync::Arc;

/// Bit that marks a reference to a member of the same group; the other bits are the member's position.
const OWN: u32 = 1 << 31;

/// The registered types of an engine.
#[derive(Debug, Default)]
pub(crate) struct TypeRegistry {
    ids: TypeIds,
    table: TypeTable,
}

impl TypeRegistry {
    /// Returns a module's types if all are registered. `groups` are its recursion groups of more than one type.
    pub(crate) fn find(&self, types: &[SubType], groups: &[Range<u32>]) -> Option<Box<[Arc<RegisteredType>]>> {
        let mut ids = Vec::with_capacity(types.len());
        for group in each_group(types.len(), groups) {
            ids.extend_from_slice(self.ids.group(&key(types, group, &ids))?);
        }
        ids.into_iter().map(|id| self.get(id).cloned()).collect()
    }

    /// Like [`TypeRegistry::find`], but registers types that are missing.
    ///
    /// # Errors
    /// [`Error::Limit`] if the engine has the maximum number of types.
    pub(crate) fn add(&mut self, types: &[SubType], groups: &[Range<u32>]) -> Result<Box<[Arc<RegisteredType>]>> {
        self.begin()?;
        self.ids.forget_if_due(&mut self.table);
        let mut ids = Vec::with_capacity(types.len());
        // Holding each type prevents that it is forgotten while the next ones are added.
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
            held.extend(members.iter().map(|&id| Arc::clone(self.get(id).expect("groups are registered as wholes"))));
            ids.extend_from_slice(&members);
        }
        Ok(held.into())
    }

    /// Returns a type that is a group of its own, if it is registered.
    pub(crate) fn find_one(&self, ty: &SubType) -> Option<&Arc<RegisteredType>> {
        self.get(*self.ids.group(slice::from_ref(ty))?.first()?)
    }

    /// Registers a type of the host that is a group of its own. The types it refers to are registered already.
    ///
    /// # Errors
    /// As for [`TypeRegistry::add`], and [`Error::UnknownType`] if it refers to a number that no type has. A function type is
    /// never beyond the limit: a function has in its own record what a check of its type needs, so its type can do without an
    /// entry in the table.
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
        // Holding the parts prevents that they are forgotten before the type that uses them is registered.
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

    /// Gives number 0 to a function type. The header of a cell of zeros then says that the cell holds no object.
    fn begin(&mut self) -> Result<()> {
        if self.ids.is_empty() {
            let members = self.ids.take(1, &mut self.table)?;
            self.add_group([SubType::from(FuncType::new([], []))].into(), members, true);
        }
        Ok(())
    }

    /// Registers the members of a group under these numbers.
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
                // SAFETY: `ids` keeps the type until the entry is cleared.
                unsafe { self.table.write(&registered) };
            }
            self.ids.put(registered, &key, &members);
        }
        self.ids.publish(key, members);
    }

    /// Forgets all types that nothing holds or uses.
    #[cfg(test)]
    pub(crate) fn forget(&mut self) {
        self.ids.forget(&mut self.table);
    }

    /// Returns the address of entry 0 of the table of all types; null as long as there are no types.
    pub(crate) fn table(&self) -> *const VMType {
        self.table.base()
    }

    /// Returns the type with a number, if there is one.
    pub(crate) fn get(&self, id: u32) -> Option<&Arc<RegisteredType>> {
        self.ids.get(id)
    }

    /// Says whether the value type `given` matches `wanted`.
    /// Spec: <https://webassembly.github.io/spec/core/valid/matching.html>
    pub(crate) fn value_matches(&self, given: ValType, wanted: ValType) -> bool {
        match (given, wanted) {
            (ValType::Ref(given), ValType::Ref(wanted)) => self.ref_matches(given, wanted),
            _ => given == wanted,
        }
    }

    /// Says whether the reference type `given` matches `wanted`.
    pub(crate) fn ref_matches(&self, given: RefType, wanted: RefType) -> bool {
        (wanted.nullable || !given.nullable) && self.heap_matches(given.heap, wanted.heap)
    }

    /// Says whether the heap type `given` matches `wanted`.
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
            // An exact type is matched by itself alone, and by bottom types.
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

    /// Returns the top type of the hierarchy of `heap`, or `None` if no type has its number.
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

/// Iterates over all recursion groups, including groups of one type, which `groups` leaves out.
fn each_group(types: usize, groups: &[Range<u32>]) -> impl Iterator<Item = Range<usize>> {
    let mut groups = groups.iter().map(|group| group.start as usize..group.end as usize).peekable();
    let mut at = 0;
    std::iter::from_fn(move || {
        let group = groups.next_if(|group| group.start == at).unwrap_or(at..at + 1);
        at = group.end;
        (at <= types).then_some(group)
    })
}

/// Makes the key by which a group is looked up. `ids` are the numbers of the types before it.
fn key(types: &[SubType], group: Range<usize>, ids: &[u32]) -> Arc<[SubType]> {
    let own = u32::try_from(group.start).unwrap_or(u32::MAX);
    let number = |at: u32| ids.get(at as usize).copied().unwrap_or_else(|| OWN | at.wrapping_sub(own));
    types[group].iter().map(|ty| ty.renumber(&number)).collect()
}

/// Returns the numbers of the types that a type refers to.
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
