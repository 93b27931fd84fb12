//! Writes the automata of a lexicon.

use std::io;

use super::{CharacterCounts, CodePage, Group, LexiconParts};
use crate::index::CompileError;

/// Writes one automaton of a lexicon: codes, each string of them with a number, in bytewise order.
///
/// Streams into `out`, which should be buffered; holds some 10 MB, whatever the number of keys.
pub(crate) struct CodesWriter<W: io::Write>(fst::raw::Builder<W>);

impl<W: io::Write> CodesWriter<W> {
    /// Begins an automaton.
    pub(crate) fn new(out: W) -> io::Result<Self> {
        fst::raw::Builder::new(out).map(Self).map_err(io_error)
    }

    /// Adds the codes of a key, which must be greater than all before: else the error is of the kind
    /// [`io::ErrorKind::InvalidInput`]. Backwards `value` is 0.
    pub(crate) fn insert(&mut self, codes: &[u8], value: u64) -> io::Result<()> {
        self.0.insert(codes, value).map_err(io_error)
    }

    /// Completes the automaton and flushes it.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(io_error)
    }
}

fn io_error(error: fst::Error) -> io::Error {
    match error {
        fst::Error::Io(error) => error,
        fst::Error::Fst(error) => io::Error::new(io::ErrorKind::InvalidInput, error),
    }
}

impl LexiconParts<Vec<u8>> {
    /// Makes a lexicon in memory, of keys in any order, each with a number.
    ///
    /// Of a key that is given twice the lowest number counts.
    pub(crate) fn build<K: AsRef<str>>(keys: &[(K, u64)]) -> Result<Self, CompileError> {
        let mut counts = CharacterCounts::default();
        for (key, _) in keys {
            counts.add(key.as_ref());
        }
        let page = CodePage::new(&counts)?;
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        for (key, value) in keys {
            let mut codes = Vec::new();
            match page.encode(key.as_ref(), &mut codes) {
                Some(Group::Narrow) => narrow.push((codes, *value)),
                Some(Group::Wide) => wide.push((codes, *value)),
                None => {}
            }
        }
        let [narrow_forward, narrow_backward] = automata(Group::Narrow, narrow)?;
        let [wide_forward, wide_backward] = automata(Group::Wide, wide)?;
        let page = page.write().into_bytes();
        Ok(Self { page, narrow_forward, narrow_backward, wide_forward, wide_backward })
    }
}

/// The automata of a group's keys, forwards and backwards.
fn automata(group: Group, mut keys: Vec<(Vec<u8>, u64)>) -> io::Result<[Vec<u8>; 2]> {
    keys.sort_unstable();
    keys.dedup_by(|next, key| next.0 == key.0);
    let forward = automaton(&keys)?;
    for (codes, value) in &mut keys {
        group.reverse(codes);
        *value = 0;
    }
    keys.sort_unstable();
    Ok([forward, automaton(&keys)?])
}

fn automaton(keys: &[(Vec<u8>, u64)]) -> io::Result<Vec<u8>> {
    let mut writer = CodesWriter::new(Vec::new())?;
    keys.iter().try_for_each(|(codes, value)| writer.insert(codes, *value))?;
    writer.finish()
}
