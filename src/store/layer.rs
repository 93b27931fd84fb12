//! One layer of a stack: from a bundled pack, a segment file or a pack folder to an open segment.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bundled::BundledPack;
use super::cache::{CacheKey, SegmentCache};
use super::compile::{Compiled, compile};
use super::dangling::Reference;
use super::digest::content_digest;
use super::error::StoreError;
use super::folder::read_pack;
use super::observer::{Event, Observer, Origin};
use super::segment_file::{self, LoadMode};
use super::stack::Stack;
use super::warning::Warning;
use crate::index::Segment;
use crate::pack::{Diagnostic, PackFiles};

/// A segment of an open stack.
#[derive(Clone)]
pub(super) struct Layer {
    pub(super) source: Source,
    /// Absent for a segment file.
    key: Option<CacheKey>,
    pub(super) segment: Arc<Segment>,
}

/// Where a layer comes from.
#[derive(Clone)]
pub(super) enum Source {
    Bundled(&'static BundledPack),
    Index(PathBuf),
    Pack(PathBuf),
}

impl Source {
    /// How messages call it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Bundled(pack) => pack.name().to_owned(),
            Self::Index(path) | Self::Pack(path) => path.display().to_string(),
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bundled(a), Self::Bundled(b)) => a.name() == b.name(),
            (Self::Index(a), Self::Index(b)) | (Self::Pack(a), Self::Pack(b)) => a == b,
            _ => false,
        }
    }
}

/// What became of a source.
pub(super) enum Outcome {
    /// It is open.
    Ready(Ready),
    /// It has errors, but an earlier state of it is open.
    Kept { layer: Layer, diagnostics: Vec<Diagnostic> },
    /// It has errors.
    Bad { source: Source, diagnostics: Vec<Diagnostic> },
}

/// A source that is open, and what there is to say about it.
pub(super) struct Ready {
    pub(super) layer: Layer,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) references: Vec<Reference>,
    pub(super) warning: Option<Warning>,
}

/// Opens sources, each by itself.
pub(super) struct Opener<'a> {
    pub(super) mode: LoadMode,
    pub(super) cache: &'a SegmentCache,
    pub(super) previous: &'a Stack,
    pub(super) observer: &'a dyn Observer,
}

impl Opener<'_> {
    pub(super) fn open(&self, source: Source) -> Result<Outcome, StoreError> {
        match source {
            Source::Index(path) => self.open_index(path).map(Outcome::Ready),
            Source::Bundled(pack) => self.open_pack(source, CacheKey::new(&pack.digest), || pack.unpack()),
            Source::Pack(ref folder) => {
                let files = read_pack(folder)?;
                let parts = files.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice()));
                let key = CacheKey::new(&content_digest(parts));
                self.open_pack(source, key, || Ok(files))
            }
        }
    }

    fn open_index(&self, path: PathBuf) -> Result<Ready, StoreError> {
        let file = segment_file::open_file(&path)?;
        let opened = segment_file::load(&file, self.mode).map_err(|e| StoreError::segment(&path, e))?;
        let warning = (self.mode == LoadMode::Map && is_writable_by_others(&file))
            .then(|| Warning::WritableByOthers { path: path.clone() });
        let source = Source::Index(path);
        let unchanged = self
            .last_good(&source)
            .filter(|layer| layer.segment.header().content_digest == opened.header().content_digest);
        let (segment, origin) = match unchanged {
            Some(layer) => (Arc::clone(&layer.segment), Origin::Unchanged),
            None => (Arc::new(opened), Origin::Index),
        };
        Ok(Ready { warning, ..self.ready(Layer { source, key: None, segment }, origin) })
    }

    fn open_pack(
        &self,
        source: Source,
        key: CacheKey,
        files: impl FnOnce() -> Result<PackFiles, StoreError>,
    ) -> Result<Outcome, StoreError> {
        if let Some(layer) = self.previous.layers.iter().find(|layer| layer.key == Some(key)) {
            self.cache.keep(&key);
            let layer = Layer { source, ..layer.clone() };
            return Ok(Outcome::Ready(self.ready(layer, Origin::Unchanged)));
        }
        if let Some(segment) = self.cache.get(&key) {
            let layer = Layer { source, key: Some(key), segment: Arc::new(segment) };
            return Ok(Outcome::Ready(self.ready(layer, Origin::Cache)));
        }
        self.observer.observe(Event::Compiling { pack: &source.name() });
        match compile(&files()?) {
            Ok(compiled) => self.keep(source, key, compiled).map(Outcome::Ready),
            Err(diagnostics) => Ok(self.bad(source, diagnostics)),
        }
    }

    fn keep(&self, source: Source, key: CacheKey, compiled: Compiled) -> Result<Ready, StoreError> {
        let Compiled { bytes, diagnostics, references } = compiled;
        let segment =
            self.cache.put(&key, bytes).map_err(|e| StoreError::segment(Path::new(&source.name()), e))?;
        let layer = Layer { source, key: Some(key), segment: Arc::new(segment) };
        Ok(Ready { diagnostics, references, ..self.ready(layer, Origin::Compiled) })
    }

    fn ready(&self, layer: Layer, origin: Origin) -> Ready {
        self.observer.observe(Event::Ready { pack: &layer.source.name(), origin });
        Ready { layer, diagnostics: Vec::new(), references: Vec::new(), warning: None }
    }

    fn bad(&self, source: Source, diagnostics: Vec<Diagnostic>) -> Outcome {
        self.observer.observe(Event::Bad { pack: &source.name() });
        match self.last_good(&source).cloned() {
            Some(layer) => {
                layer.key.iter().for_each(|key| self.cache.keep(key));
                Outcome::Kept { layer, diagnostics }
            }
            None => Outcome::Bad { source, diagnostics },
        }
    }

    fn last_good(&self, source: &Source) -> Option<&Layer> {
        self.previous.layers.iter().find(|layer| layer.source == *source)
    }
}

fn is_writable_by_others(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o002 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}
