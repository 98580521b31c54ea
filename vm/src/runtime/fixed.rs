//! A heap allocation that raw pointers may refer to for as long as it lives.

use std::ptr::NonNull;

/// Owns a `T` at an address that never changes. Unlike a `Box`, moving it asserts nothing about who else points to the
/// contents, so compiled code and handles may.
#[derive(Debug)]
pub(crate) struct Fixed<T>(NonNull<T>);

impl<T> Fixed<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(NonNull::from(Box::leak(Box::new(value))))
    }

    pub(crate) fn pointer(&self) -> NonNull<T> {
        self.0
    }
}

impl<T> Drop for Fixed<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from a box and is freed only here.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
