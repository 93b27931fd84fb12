//! What Yaqut is measured against.

pub mod fst_map;
pub mod pipeline;
