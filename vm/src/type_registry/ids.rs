//! Which types there are, and which numbers they have. What nobody refers to any more is forgotten, and its numbers are
//! given out again.
//!
//! Whoever uses a number holds the type's `Arc`, or something that does: a module, a store, a host function, a handle of
//! the embedder. A type keeps those that it refers to, and a member of a recursion group the others, which may be circles:
//! so it is marked what is in use, from types that others hold, and the rest swept. This is done when as much was added
//! as was in use the last time, so that its cost for each type added is constant.

use super::RegisteredType;
use super::table::{MAX_TYPES, TypeTable};
use crate::error::{Error, Result};
use crate::types::{CompositeType, SubType};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

/// So much (see [`cost`]) is no reason to look for what is not in use.
const LEAST_THRESHOLD: usize = 1 << 14;

/// A type that has a number.
#[derive(Debug)]
struct Registration {
    ty: Arc<RegisteredType>,
    /// What its recursion group is found by, and the numbers of the group, in order.
    key: Arc<[SubType]>,
    members: Arc<[u32]>,
}

/// All types that have numbers.
#[derive(Debug, Default)]
pub(super) struct TypeIds {
    /// By number.
    all: Vec<Option<Registration>>,
    /// Numbers below the end of `all` that no type has: those with an entry in the table, and those beyond it.
    free: Vec<u32>,
    beyond: Vec<u32>,
    groups: HashMap<Arc<[SubType]>, Arc<[u32]>>,
    /// Of all types that there are, and at which it is time to forget.
    cost: usize,
    threshold: usize,
}

/// What a type takes, in units of about 50 bytes.
fn cost(ty: &RegisteredType) -> usize {
    let parts = match &ty.composite {
        CompositeType::Func(ty) => ty.params.len() + ty.results.len(),
        CompositeType::Struct(fields) => fields.len(),
        CompositeType::Array(_) | CompositeType::Cont(_) => 0,
    };
    4 + parts + ty.supertypes.len() / 8
}

impl TypeIds {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn get(&self, id: u32) -> Option<&Arc<RegisteredType>> {
        self.all.get(id as usize)?.as_ref().map(|registration| &registration.ty)
    }

    /// The numbers of a group.
    pub(super) fn group(&self, key: &[SubType]) -> Option<&Arc<[u32]>> {
        self.groups.get(key)
    }

    /// Takes numbers that have an entry in the table, or will.
    ///
    /// # Errors
    /// [`Error::Limit`] if there are not so many, even when all that is not in use is forgotten.
    pub(super) fn take(&mut self, count: usize, table: &mut TypeTable) -> Result<Arc<[u32]>> {
        if self.room() < count {
            self.forget(table);
        }
        if self.room() < count {
            return Err(Error::Limit(format!("an engine has at most {MAX_TYPES} different types at a time")));
        }
        let old = count.min(self.free.len());
        let fresh = self.all.len()..self.all.len() + count - old;
        // Beyond are numbers that need none.
        if !fresh.is_empty() {
            table.reserve(number(fresh.end))?;
        }
        self.all.resize_with(fresh.end, || None);
        Ok(self.free.drain(self.free.len() - old..).chain(fresh.map(number)).collect())
    }

    /// A number that has no entry.
    pub(super) fn take_beyond(&mut self) -> Arc<[u32]> {
        let id = self.beyond.pop().unwrap_or_else(|| {
            while self.all.len() < MAX_TYPES as usize {
                self.free.push(number(self.all.len()));
                self.all.push(None);
            }
            self.all.push(None);
            number(self.all.len() - 1)
        });
        [id].into()
    }

    /// How many numbers with an entry can be taken.
    fn room(&self) -> usize {
        self.free.len() + (MAX_TYPES as usize).saturating_sub(self.all.len())
    }

    /// Gives a number that was taken to a type.
    pub(super) fn put(&mut self, ty: Arc<RegisteredType>, key: &Arc<[SubType]>, members: &Arc<[u32]>) {
        self.cost += cost(&ty);
        let at = ty.id as usize;
        let registration = Registration { ty, key: Arc::clone(key), members: Arc::clone(members) };
        assert!(self.all[at].replace(registration).is_none(), "the number was free");
    }

    /// Makes a group, whose members all have their numbers, one that is found.
    pub(super) fn publish(&mut self, key: Arc<[SubType]>, members: Arc<[u32]>) {
        self.groups.insert(key, members);
    }

    /// Forgets what is not in use, if it is time.
    pub(super) fn forget_if_due(&mut self, table: &mut TypeTable) {
        if self.cost >= self.threshold.max(LEAST_THRESHOLD) {
            self.forget(table);
        }
    }

    /// Forgets what is not in use.
    pub(super) fn forget(&mut self, table: &mut TypeTable) {
        let used = self.used();
        self.cost = 0;
        for (at, used) in used.into_iter().enumerate() {
            if used {
                self.cost += self.all[at].as_ref().map_or(0, |registration| cost(&registration.ty));
            } else if let Some(registration) = self.all[at].take() {
                let id = number(at);
                // Once for a group: looking it up is work in proportion to its length.
                if registration.members.first() == Some(&id) {
                    self.groups.remove(&registration.key);
                }
                if id < MAX_TYPES {
                    table.clear(id);
                    self.free.push(id);
                } else {
                    self.beyond.push(id);
                }
            }
        }
        self.threshold = 2 * self.cost;
        self.groups.shrink_to(2 * self.groups.len());
    }

    /// Which numbers are of types in use. Number 0 always is.
    fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.all.len()];
        // New references to a type are made of others, and through the registry, which is ours now.
        let is_held = |registration: &Registration| registration.ty.id == 0 || Arc::strong_count(&registration.ty) > 1;
        let mut found: Vec<u32> =
            self.all.iter().flatten().filter(|registration| is_held(registration)).map(|it| it.ty.id).collect();
        // What the last holder of a type has done with it, and with its entry, comes before what is done next.
        fence(Acquire);
        while let Some(id) = found.pop() {
            let Some(Some(registration)) = self.all.get(id as usize) else { continue };
            if used[id as usize] {
                continue;
            }
            for &member in &*registration.members {
                used[member as usize] = true;
                found.extend(self.get(member).into_iter().flat_map(|ty| &ty.uses));
            }
        }
        used
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("a type takes tens of bytes, so they do not come to 2^32")
}
