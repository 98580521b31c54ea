//! Which directive of one run is which of the other.

use crate::model::Row;
use similar::{Algorithm, DiffTag};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Longest time to look for the best alignment of one script; what is found by then is taken.
const PATIENCE: Duration = Duration::from_secs(2);

/// Rows that belong together; one of them may be missing.
pub(super) type Pair<'a> = (Option<&'a Row>, Option<&'a Row>);

/// Pairs of rows, and whether the two scripts look alike. `pinned`: both are of the same revision.
///
/// Rows are in the order of reports: by line, then by kind.
pub(super) fn align<'a>(base: &'a [Row], head: &'a [Row], pinned: bool) -> (Vec<Pair<'a>>, bool) {
    let alike =
        base.len() == head.len() && base.iter().zip(head).all(|(a, b)| shape(a) == shape(b) && a.line == b.line);
    if pinned || alike {
        return (by_line(base, head), alike);
    }
    let (old, new): (Vec<_>, Vec<_>) = (base.iter().map(shape).collect(), head.iter().map(shape).collect());
    let rows = |(old, new): (Option<usize>, Option<usize>)| (old.map(|at| &base[at]), new.map(|at| &head[at]));
    (pairs(&old, &new).into_iter().map(rows).collect(), false)
}

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

/// What a directive looks like from afar.
fn shape(row: &Row) -> (&str, &str) {
    (&row.directive, &row.features)
}

/// Merges two sorted lists. Directives of one kind on one line are told apart by nothing but what came of them, so they
/// are paired in the order of that: the fewest changes that there can be.
pub(super) fn by_line<'a>(base: &'a [Row], head: &'a [Row]) -> Vec<Pair<'a>> {
    let key = |row: &'a Row| (row.line, row.directive.as_str());
    let sorted = |rows: &'a [Row]| {
        let mut rows: Vec<&Row> = rows.iter().collect();
        rows.sort_by_key(|row| (key(row), row.outcome));
        rows
    };
    let (base, head) = (sorted(base), sorted(head));
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::with_capacity(base.len().max(head.len()));
    while i < base.len() || j < head.len() {
        let order = match (base.get(i), head.get(j)) {
            (Some(a), Some(b)) => key(a).cmp(&key(b)),
            (Some(_), None) => std::cmp::Ordering::Less,
            _ => std::cmp::Ordering::Greater,
        };
        let pair = (order.is_le().then(|| base[i]), order.is_ge().then(|| head[j]));
        i += usize::from(pair.0.is_some());
        j += usize::from(pair.1.is_some());
        pairs.push(pair);
    }
    pairs
}
