//! What tests share: sample packs and their segments.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::bundled::{BundledFile, BundledPack};
use super::compile::compile;
use super::digest::content_digest;
use super::folder::read_pack;
use super::observer::{Event, Observer, Origin};
use crate::index::Workshop;
use crate::pack::{PackFile, PackFiles};

/// The files of a pack called `name`, with one entity that bears `alias`.
pub(super) fn pack_files(name: &str, alias: &str) -> Vec<(&'static str, String)> {
    let manifest = format!(
        r#"{{"name": "{name}", "title": "A sample", "version": "1",
            "licenses": [{{"name": "CC0-1.0"}}], "sources": [{{"title": "made up"}}]}}"#
    );
    let entities = format!(
        "id\ttype\tname\tcountry\trank\tsame_as\tdescription\nx:{name}\tcity\t{alias}\tUA\t0.5\t\t\n"
    );
    let aliases = format!("id\talias\tlang\tkind\tsource\tnote\nx:{name}\t{alias}\ten\tpreferred\t\t\n");
    vec![("aliases.tsv", aliases), ("datapackage.json", manifest), ("entities.tsv", entities)]
}

/// The bytes of the segment of such a pack.
pub(super) fn segment_bytes(name: &str) -> Vec<u8> {
    let file = |(name, text): (&str, String)| PackFile { name: name.into(), bytes: text.into() };
    let files = pack_files(name, "sample").into_iter().map(file).collect();
    let mut segment = Vec::new();
    let compiled = compile(&PackFiles { label: name.into(), files }, &Workshop::in_memory(), &mut segment);
    compiled.map_err(|_| "the sample is not compiled").unwrap();
    segment
}

/// Writes such a pack into `folder`, which is made if need be.
pub(crate) fn write_pack(folder: &Path, name: &str, alias: &str) {
    fs::create_dir_all(folder).unwrap();
    for (file, text) in pack_files(name, alias) {
        fs::write(folder.join(file), text).unwrap();
    }
}

/// Breaks the pack in `folder`: the second line of its alias table loses its columns.
pub(crate) fn break_pack(folder: &Path) {
    fs::write(folder.join("aliases.tsv"), "id\talias\tlang\tkind\tsource\tnote\nx:broken\n").unwrap();
}

/// Bundles the pack in `folder`, as the build script would.
pub(super) fn bundle_pack(folder: &Path, name: &'static str) -> &'static [BundledPack] {
    let files = read_pack(folder).unwrap().files;
    let digest = content_digest(files.iter().map(|f| (f.name.as_str(), f.bytes.as_slice())));
    let files = files.into_iter().map(|file| BundledFile {
        name: file.name.leak(),
        length: file.bytes.len(),
        gzip: gzip(&file.bytes).leak(),
    });
    let files: Vec<_> = files.collect();
    vec![BundledPack { name, digest, files: files.leak() }].leak()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Remembers how each pack was come by, in no order.
#[derive(Default)]
pub(super) struct Origins(Mutex<Vec<Origin>>);

impl Origins {
    pub(super) fn take(&self) -> Vec<Origin> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Observer for Origins {
    fn observe(&self, event: Event<'_>) {
        if let Event::Ready { origin, .. } = event {
            self.0.lock().unwrap().push(origin);
        }
    }
}
