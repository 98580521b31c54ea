//! Long arrays of an artifact, which stay in its bytes: in a mapped file, or in one copy of it.

use std::any::Any;
use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// The owner of the bytes that arrays are parts of. It is dropped with the last array.
pub(crate) type Keeper = Arc<dyn Any + Send + Sync>;

/// An array of plain numbers, `u8` or `u32`: a vector of its own, or a part of the bytes of an artifact. Cloning a
/// part copies nothing.
#[derive(Clone)]
pub struct Bulk<T: 'static>(Inner<T>);

#[derive(Clone)]
enum Inner<T: 'static> {
    Own(Vec<T>),
    Part(Part<T>),
}

struct Part<T> {
    /// Initialised elements that nobody writes while `keeper` lives.
    elements: *const [T],
    keeper: Keeper,
}

impl<T> Clone for Part<T> {
    fn clone(&self) -> Self {
        Self { elements: self.elements, keeper: Arc::clone(&self.keeper) }
    }
}

// SAFETY: the elements are only read, by any thread, and their owner may be sent and shared.
unsafe impl<T: Send + Sync> Send for Part<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Part<T> {}

impl<T> Bulk<T> {
    /// Creates an array that is a part of what `keeper` owns.
    ///
    /// # Safety
    /// The elements must be initialised, and neither written nor freed while `keeper` lives.
    pub(crate) unsafe fn part(elements: *const [T], keeper: Keeper) -> Self {
        Self(Inner::Part(Part { elements, keeper }))
    }

    /// Returns the elements of a range; none if there are not as many.
    pub(crate) fn slice(&self, range: Range<usize>) -> Option<Self>
    where
        T: Clone,
    {
        let elements: *const [T] = self.get(range)?;
        Some(match &self.0 {
            // SAFETY: the pointer is to a slice of the elements of the vector.
            Inner::Own(_) => Self(Inner::Own(unsafe { &*elements }.to_vec())),
            Inner::Part(part) => Self(Inner::Part(Part { elements, keeper: Arc::clone(&part.keeper) })),
        })
    }
}

impl<T: Clone> Bulk<T> {
    /// Returns the elements as a vector. A part is copied first.
    pub fn to_mut(&mut self) -> &mut Vec<T> {
        if let Inner::Part(_) = self.0 {
            self.0 = Inner::Own(self.to_vec());
        }
        match &mut self.0 {
            Inner::Own(elements) => elements,
            Inner::Part(_) => unreachable!("it was made its own just now"),
        }
    }

    /// Appends an element.
    pub fn push(&mut self, element: T) {
        self.to_mut().push(element);
    }
}

impl Bulk<u8> {
    /// Returns the same bytes as little-endian words; none if they are not aligned, or no whole number of words.
    pub(crate) fn words(&self) -> Option<Bulk<u32>> {
        const { assert!(cfg!(target_endian = "little"), "words are stored as this host reads them") };
        let count = self.len() / size_of::<u32>();
        let start = self.as_ptr().cast::<u32>();
        if !self.len().is_multiple_of(size_of::<u32>()) || !start.is_aligned() {
            return None;
        }
        let elements = std::ptr::slice_from_raw_parts(start, count);
        Some(match &self.0 {
            // SAFETY: the bytes are those of a vector, aligned and enough; any bits are a valid word.
            Inner::Own(_) => unsafe { &*elements }.to_vec().into(),
            Inner::Part(part) => Bulk(Inner::Part(Part { elements, keeper: Arc::clone(&part.keeper) })),
        })
    }
}

impl<T> Deref for Bulk<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Inner::Own(elements) => elements,
            // SAFETY: by the contract of `part` the elements exist as long as the keeper.
            Inner::Part(part) => unsafe { &*part.elements },
        }
    }
}

impl<T> Default for Bulk<T> {
    fn default() -> Self {
        Self(Inner::Own(Vec::new()))
    }
}

impl<T> From<Vec<T>> for Bulk<T> {
    fn from(elements: Vec<T>) -> Self {
        Self(Inner::Own(elements))
    }
}

impl<T> FromIterator<T> for Bulk<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(Inner::Own(elements.into_iter().collect()))
    }
}

impl<'a, T> IntoIterator for &'a Bulk<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Bulk<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Bulk<T> {}

impl<T> fmt::Debug for Bulk<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} elements]", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_what_they_are_parts_of() {
        let words: Arc<Vec<u32>> = Arc::new(vec![1, 2, 0x0403_0201]);
        let weak = Arc::downgrade(&words);
        let bytes = std::ptr::slice_from_raw_parts(words.as_ptr().cast::<u8>(), 12);
        // SAFETY: the vector has 12 bytes, and the keeper owns it.
        let bytes = unsafe { Bulk::part(bytes, words as Keeper) };
        let last = bytes.slice(8..12).unwrap();
        assert_eq!(last[..], [1, 2, 3, 4]);
        assert_eq!(bytes.words().unwrap()[..], [1, 2, 0x0403_0201]);
        assert!(bytes.slice(1..5).unwrap().words().is_none(), "not aligned");
        assert!(bytes.slice(0..6).unwrap().words().is_none(), "half a word");
        assert!(bytes.slice(8..13).is_none());
        drop(bytes);
        let mut last = { last }.clone();
        assert!(weak.upgrade().is_some());
        last.push(5);
        assert_eq!(last[..], [1, 2, 3, 4, 5]);
        assert!(weak.upgrade().is_none(), "a copy needs nobody");
    }
}
