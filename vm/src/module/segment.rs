//! Element segments and data segments.

use super::const_expr::ConstExpr;
use crate::bulk::Bulk;
use crate::types::RefType;
use serde::{Deserialize, Serialize};

/// An element segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElementSegment {
    /// What happens to it when the module is instantiated.
    pub mode: ElementMode,
    /// Type of the elements.
    pub ty: RefType,
    /// The elements.
    pub items: ElementItems,
}

/// What happens to an element segment when the module is instantiated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ElementMode {
    /// Copied into a table, then dropped.
    Active {
        /// Table index.
        table: u32,
        /// First table index that is written.
        offset: ConstExpr,
    },
    /// Kept for `table.init`.
    Passive,
    /// Dropped: the segment only declares functions for `ref.func`.
    Declared,
}

/// Elements of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ElementItems {
    /// Function indices.
    Funcs(#[serde(skip)] Bulk<u32>),
    /// One expression for each element.
    Exprs(Vec<ConstExpr>),
}

/// A data segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSegment {
    /// Destination of an active segment. A passive segment has none and is kept for `memory.init`.
    pub active: Option<ActiveData>,
    /// The bytes.
    #[serde(skip)]
    pub bytes: Bulk<u8>,
}

/// Target of an active data segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActiveData {
    /// Memory index.
    pub memory: u32,
    /// First address that is written.
    pub offset: ConstExpr,
}
