//! Alignment of two sequences, as a text comparison finds it.

use similar::{Algorithm, DiffTag};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Longest time to look for the best alignment of one script; what is found by then is taken.
const PATIENCE: Duration = Duration::from_secs(2);

/// Places in two lists that belong together, as a text comparison finds them; each place of each list once, in order.
pub(crate) fn pairs<T: Eq + Hash + Ord>(old: &[T], new: &[T]) -> Vec<(Option<usize>, Option<usize>)> {
    let deadline = Instant::now() + PATIENCE;
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
