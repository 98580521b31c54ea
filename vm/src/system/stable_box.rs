//! Heap allocations that raw pointers may refer to for as long as the allocation lives.

use std::ptr::NonNull;

/// Owns a `T` at an address that never changes. Moving a `Box` asserts that no other pointer refers to its contents.
/// Moving a `StableBox` does not, so compiled code and handles may keep pointers to the contents.
#[derive(Debug)]
pub(crate) struct StableBox<T>(NonNull<T>);

impl<T> StableBox<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(NonNull::from(Box::leak(Box::new(value))))
    }

    pub(crate) fn pointer(&self) -> NonNull<T> {
        self.0
    }
}

impl<T> Drop for StableBox<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from a box and is freed only here.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn pointers_stay_good_wherever_the_owner_goes() {
        struct Counted<'a>(&'a Cell<u32>, u64);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
            }
        }
        let dropped = Cell::new(0);
        let mut owners: Vec<_> = (0..100).map(|n| StableBox::new(Counted(&dropped, n))).collect();
        let pointers: Vec<_> = owners.iter().map(StableBox::pointer).collect();
        owners.reverse();
        owners.shrink_to_fit();
        for (pointer, n) in pointers.iter().zip(0..) {
            // SAFETY: the owners are alive, and no other reference exists.
            unsafe {
                assert_eq!(pointer.as_ref().1, n);
                (*pointer.as_ptr()).1 += 1;
            }
        }
        assert_eq!(dropped.get(), 0);
        drop(owners);
        assert_eq!(dropped.get(), 100);
    }
}
