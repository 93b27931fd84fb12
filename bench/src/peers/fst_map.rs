//! A plain `fst::Map` of UTF-8 keys, and `levenshtein_automata` over it: what one gets without Yaqut.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::LazyLock;

use fst::{IntoStreamer, Map, MapBuilder, Streamer};
use levenshtein_automata::{DFA, LevenshteinAutomatonBuilder};

use crate::Result;
use crate::workload::keys_of_pack;

/// Writes the map of the keys of a pack, each to its place in their order; returns how many there are.
pub fn build(pack: &Path, out: &Path) -> Result<usize> {
    let keys = keys_of_pack(pack)?;
    let mut builder = MapBuilder::new(BufWriter::with_capacity(1 << 20, File::create(out)?))?;
    for (i, key) in (0..).zip(&keys) {
        builder.insert(key, i)?;
    }
    builder.finish()?;
    Ok(keys.len())
}

/// The automaton of all keys within `edits` of `key`, a transposition counting as one.
pub fn automaton(key: &str, edits: u8) -> DFA {
    static BUILDERS: LazyLock<[LevenshteinAutomatonBuilder; 3]> =
        LazyLock::new(|| [0, 1, 2].map(|edits| LevenshteinAutomatonBuilder::new(edits, true)));
    BUILDERS[usize::from(edits)].build_dfa(key)
}

/// Calls `visit` with every key of the map within `edits` of `key`.
pub fn search(map: &Map<Vec<u8>>, key: &str, edits: u8, mut visit: impl FnMut(&[u8])) {
    let automaton = automaton(key, edits);
    let mut found = map.search(&automaton).into_stream();
    while let Some((key, _)) = found.next() {
        visit(key);
    }
}
