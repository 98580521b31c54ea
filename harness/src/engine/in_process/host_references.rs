//! References to values of the host, by the number that scripts give them.

use crate::engine::error::SessionResult;
use std::collections::HashMap;

/// The host's references of a session: the same number is the same reference.
pub(super) struct HostReferences<T>(HashMap<u32, T>);

impl<T: Clone> HostReferences<T> {
    /// An empty table.
    pub(super) fn new() -> Self {
        Self(HashMap::new())
    }

    /// Returns the reference of a number. `create` creates it the first time.
    pub(super) fn get_or_create(
        &mut self,
        number: u32,
        create: impl FnOnce(u32) -> SessionResult<T>,
    ) -> SessionResult<T> {
        if let Some(known) = self.0.get(&number) {
            return Ok(known.clone());
        }
        let created = create(number)?;
        self.0.insert(number, created.clone());
        Ok(created)
    }
}
