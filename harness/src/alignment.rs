//! Alignment of two sequences with Myers' algorithm, as in a text comparison.

use similar::{Algorithm, DiffTag};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Time limit of one alignment. After it, the algorithm returns an alignment that may not be the best.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Pairs the indices of equal elements of two slices; every index of both slices is in one pair, in order.
pub(crate) fn pairs<T: Eq + Hash + Ord>(old: &[T], new: &[T]) -> Vec<(Option<usize>, Option<usize>)> {
    let deadline = Instant::now() + TIME_LIMIT;
    let mut pairs = Vec::new();
    for op in similar::capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(deadline)) {
        let (tag, old, new) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            pairs.extend(old.zip(new).map(|(old, new)| (Some(old), Some(new))));
        } else {
            pairs.extend(old.map(|old| (Some(old), None)));
            pairs.extend(new.map(|new| (None, Some(new))));
        }
    }
    pairs
}
