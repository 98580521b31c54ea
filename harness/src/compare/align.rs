//! Alignment of the directives of a script in two runs.

use crate::alignment::pairs;
use crate::model::Row;

/// Rows of one directive in the two runs; one of them may be missing.
pub(super) type Pair<'a> = (Option<&'a Row>, Option<&'a Row>);

/// Aligns the rows of a script. Returns the pairs, and whether the script has the same shape in both runs.
///
/// With `pinned`, both rows are of the same revision. Rows are in the order of reports: by line, then by kind.
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

/// Returns the shape of a directive: its kind, and the features that its module needs.
fn shape(row: &Row) -> (&str, &str) {
    (&row.directive, &row.features)
}

/// Merges two lists of rows by line and kind.
///
/// Several directives of one kind on one line differ only in their outcomes. They are paired in the order of outcomes,
/// which gives the fewest changes.
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
