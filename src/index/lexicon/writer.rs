//! Makes lexicons in memory, for tests: those of a segment are streamed.

use std::io;

use super::{CharacterCounts, CodePage, CodesWriter, Group, LexiconParts};
use crate::index::CompileError;

impl LexiconParts<Vec<u8>> {
    /// Makes a lexicon in memory, of keys in any order.
    pub(crate) fn build<K: AsRef<str>>(keys: &[K]) -> Result<Self, CompileError> {
        let mut counts = CharacterCounts::default();
        for key in keys {
            counts.add(key.as_ref());
        }
        let page = CodePage::new(&counts)?;
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        for key in keys {
            let mut codes = Vec::new();
            match page.encode(key.as_ref(), &mut codes) {
                Some(Group::Narrow) => narrow.push(codes),
                Some(Group::Wide) => wide.push(codes),
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
fn automata(group: Group, mut keys: Vec<Vec<u8>>) -> io::Result<[Vec<u8>; 2]> {
    keys.sort_unstable();
    keys.dedup();
    let forward = automaton(&keys)?;
    for codes in &mut keys {
        group.reverse(codes);
    }
    keys.sort_unstable();
    Ok([forward, automaton(&keys)?])
}

fn automaton(keys: &[Vec<u8>]) -> io::Result<Vec<u8>> {
    let mut writer = CodesWriter::new(Vec::new());
    keys.iter().try_for_each(|codes| writer.insert(codes))?;
    writer.finish()
}
