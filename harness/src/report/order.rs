//! Order of rows in reports.

use crate::model::Row;

/// Sorts rows by their identity, then by all other fields, so that equal runs give equal files in any order of arrival.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
}

fn key(row: &Row) -> impl Ord + '_ {
    (
        (&row.suite, &row.revision, &row.file, row.line),
        (&row.engine, &row.engine_version, &row.mode, &row.target, &row.run),
        (&row.directive, &row.proposal, &row.features, row.outcome, &row.detail, row.micros),
    )
}
