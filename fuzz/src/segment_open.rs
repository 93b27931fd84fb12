//! Any bytes as a segment file: refused, or verified and opened; and no look-up panics even on what was opened without
//! being verified, as a file may be that was changed beneath its map.

use std::sync::Arc;

use yaqut::index::{Segment, verify};

use crate::segment;

/// Verifies `bytes`, opens them and asks.
///
/// # Panics
///
/// If what verifies does not open, or opens as something else.
pub fn run(bytes: &[u8]) {
    let verified = verify(&mut &*bytes).ok();
    let opened = Segment::open(Arc::new(bytes.to_vec())).ok();
    if let Some(verified) = verified {
        let opened = opened.as_ref().map(Segment::header);
        assert_eq!(opened, Some(&verified), "a segment that verifies does not open as what it is");
    }
    opened.into_iter().for_each(segment::ask);
}
