//! Canonical numbers of types: assignment, and reuse of the numbers of types that are no longer used.
//!
//! A user of a number holds the type's `Arc`, directly or through a module, a store, a host function or a handle of the
//! embedder. A type uses the types that it refers to, and the members of a recursion group use each other, so uses may form
//! cycles. Unused types are therefore found by mark and sweep: types that are held from outside are roots. A sweep runs when
//! as much was added as was in use after the last sweep, so its cost for each added type is constant.

use super::registered::RegisteredType;
use super::table::{MAX_TYPES, TypeTable};
use crate::error::{Error, Result};
use crate::types::{CompositeType, SubType};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

/// Smallest total [`cost`] of types at which a sweep runs.
const LEAST_THRESHOLD: usize = 1 << 14;

/// A registered type with its recursion group.
#[derive(Debug)]
struct Registration {
    ty: Arc<RegisteredType>,
    /// Key of the recursion group.
    key: Arc<[SubType]>,
    /// Numbers of the group's members, in order.
    members: Arc<[u32]>,
}

/// All registered types, by number and by recursion group.
#[derive(Debug, Default)]
pub(super) struct TypeIds {
    /// Types by number.
    all: Vec<Option<Registration>>,
    /// Unused numbers below the length of `all` that have an entry in the table.
    free: Vec<u32>,
    /// Unused numbers below the length of `all` that are beyond the end of the table.
    beyond: Vec<u32>,
    /// Numbers of the members of each recursion group, by the group's key.
    groups: HashMap<Arc<[SubType]>, Arc<[u32]>>,
    /// Total cost of all types.
    cost: usize,
    /// Total cost at which the next sweep runs.
    threshold: usize,
}

/// Returns the memory that a type takes, in units of about 50 bytes.
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

    /// Returns the numbers of a group's members, if the group is registered.
    pub(super) fn group(&self, key: &[SubType]) -> Option<&Arc<[u32]>> {
        self.groups.get(key)
    }

    /// Takes `count` unused numbers that have, or get, an entry in the table.
    ///
    /// # Errors
    /// [`Error::Limit`] if there are too few, even after a sweep.
    pub(super) fn take(&mut self, count: usize, table: &mut TypeTable) -> Result<Arc<[u32]>> {
        if self.room() < count {
            self.forget(table);
        }
        if self.room() < count {
            return Err(Error::Limit(format!("an engine has at most {MAX_TYPES} different types at a time")));
        }
        let old = count.min(self.free.len());
        let fresh = self.all.len()..self.all.len() + count - old;
        // Numbers beyond the table need no entry.
        if !fresh.is_empty() {
            table.reserve(number(fresh.end))?;
        }
        self.all.resize_with(fresh.end, || None);
        Ok(self.free.drain(self.free.len() - old..).chain(fresh.map(number)).collect())
    }

    /// Takes an unused number that is beyond the end of the table.
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

    /// Returns how many numbers with an entry can still be taken.
    fn room(&self) -> usize {
        self.free.len() + (MAX_TYPES as usize).saturating_sub(self.all.len())
    }

    /// Registers a type under the number that was taken for it.
    pub(super) fn put(&mut self, ty: Arc<RegisteredType>, key: &Arc<[SubType]>, members: &Arc<[u32]>) {
        self.cost += cost(&ty);
        let at = ty.id as usize;
        let registration = Registration { ty, key: Arc::clone(key), members: Arc::clone(members) };
        assert!(self.all[at].replace(registration).is_none(), "the number was free");
    }

    /// Makes a group known by its key. All its members must be registered.
    pub(super) fn publish(&mut self, key: Arc<[SubType]>, members: Arc<[u32]>) {
        self.groups.insert(key, members);
    }

    /// Runs a sweep if the total cost has reached the threshold.
    pub(super) fn forget_if_due(&mut self, table: &mut TypeTable) {
        if self.cost >= self.threshold.max(LEAST_THRESHOLD) {
            self.forget(table);
        }
    }

    /// Runs a sweep: forgets all unused types.
    pub(super) fn forget(&mut self, table: &mut TypeTable) {
        let used = self.used();
        self.cost = 0;
        for (at, used) in used.into_iter().enumerate() {
            if used {
                self.cost += self.all[at].as_ref().map_or(0, |registration| cost(&registration.ty));
            } else if let Some(registration) = self.all[at].take() {
                let id = number(at);
                // Once for each group, because the cost of a lookup is proportional to the group's length.
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

    /// Marks the numbers of types in use. Number 0 always is in use.
    fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.all.len()];
        // The count can't rise meanwhile: an `Arc` is cloned from another one or through the registry, which is locked.
        let is_held = |registration: &Registration| registration.ty.id == 0 || Arc::strong_count(&registration.ty) > 1;
        let mut found: Vec<u32> =
            self.all.iter().flatten().filter(|registration| is_held(registration)).map(|it| it.ty.id).collect();
        // Orders all accesses of a type's last holder, also to its entry, before the sweep's.
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
    u32::try_from(at).expect("a type takes tens of bytes, so there are fewer than 2^32")
}
