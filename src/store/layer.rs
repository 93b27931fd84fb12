//! One layer of a stack: from a bundled pack, a segment file or a pack folder to an open segment.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bundled::BundledPack;
use super::cache::{CacheKey, SegmentCache};
use super::compile::{Compiled, compile};
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
    Ready { layer: Layer, diagnostics: Vec<Diagnostic>, warning: Option<Warning> },
    /// It has errors, but an earlier state of it is open.
    Kept { layer: Layer, diagnostics: Vec<Diagnostic> },
    /// It has errors.
    Bad { source: Source, diagnostics: Vec<Diagnostic> },
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
        match &source {
            Source::Index(path) => self.open_index(&path.clone(), source),
            Source::Bundled(pack) => {
                let key = CacheKey::new(&pack.digest);
                self.open_pack(source.clone(), key, || pack.unpack())
            }
            Source::Pack(folder) => {
                let files = read_pack(folder)?;
                let parts = files.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice()));
                let key = CacheKey::new(&content_digest(parts));
                self.open_pack(source, key, || Ok(files))
            }
        }
    }

    fn open_index(&self, path: &Path, source: Source) -> Result<Outcome, StoreError> {
        let file = segment_file::open_file(path)?;
        let opened = segment_file::load(&file, self.mode).map_err(|e| StoreError::segment(path, e))?;
        let warning = (self.mode == LoadMode::Map && is_writable_by_others(&file))
            .then(|| Warning::WritableByOthers { path: path.into() });
        let unchanged = self
            .last_good(&source)
            .filter(|layer| layer.segment.header().content_digest == opened.header().content_digest);
        let (segment, origin) = match unchanged {
            Some(layer) => (Arc::clone(&layer.segment), Origin::Unchanged),
            None => (Arc::new(opened), Origin::Index),
        };
        let layer = Layer { source, key: None, segment };
        Ok(self.ready(layer, origin, Vec::new(), warning))
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
            return Ok(self.ready(layer, Origin::Unchanged, Vec::new(), None));
        }
        if let Some(segment) = self.cache.get(&key) {
            let layer = Layer { source, key: Some(key), segment: Arc::new(segment) };
            return Ok(self.ready(layer, Origin::Cache, Vec::new(), None));
        }
        self.observer.observe(Event::Compiling { pack: &source.name() });
        self.compile(source, key, files()?)
    }

    fn compile(&self, source: Source, key: CacheKey, files: PackFiles) -> Result<Outcome, StoreError> {
        let compiled = compile(&files);
        drop(files);
        match compiled {
            Ok(Compiled { bytes, diagnostics }) => {
                let segment = self
                    .cache
                    .put(&key, bytes)
                    .map_err(|e| StoreError::segment(Path::new(&source.name()), e))?;
                let layer = Layer { source, key: Some(key), segment: Arc::new(segment) };
                Ok(self.ready(layer, Origin::Compiled, diagnostics, None))
            }
            Err(diagnostics) => Ok(self.bad(source, diagnostics)),
        }
    }

    fn ready(
        &self,
        layer: Layer,
        origin: Origin,
        diagnostics: Vec<Diagnostic>,
        warning: Option<Warning>,
    ) -> Outcome {
        self.observer.observe(Event::Ready { pack: &layer.source.name(), origin });
        Outcome::Ready { layer, diagnostics, warning }
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
