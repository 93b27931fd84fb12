//! [`Trial`]: the stack as it would be with some more rows.

use std::sync::Arc;

use super::{AdoptError, AliasRow, Gazetteer, OverrideRow, Pack, Segment};
use crate::index::compile;

/// A pack that lies on a stack, and may get more rows.
pub(super) struct Trial<'a> {
    pub base: &'a [Arc<Segment>],
    pub pack: &'a Pack,
}

impl Trial<'_> {
    /// The stack with the pack and these rows at its end.
    pub fn gazetteer(
        &self,
        aliases: &[AliasRow],
        overrides: &[OverrideRow],
    ) -> Result<Gazetteer, AdoptError> {
        let mut pack = self.pack.clone();
        pack.aliases.extend_from_slice(aliases);
        pack.overrides.extend_from_slice(overrides);
        let segment = Segment::open(Arc::new(compile(&pack)?))?;
        Ok(Gazetteer::new(self.base.iter().cloned().chain([Arc::new(segment)]).collect()))
    }
}
