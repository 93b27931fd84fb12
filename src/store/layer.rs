//! One layer of a stack: from a bundled pack, a segment file or a pack folder to an open segment.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::bundled::BundledPack;
use super::cache::{CacheKey, SegmentCache};
use super::compile::{CompileFailure, Compiled, compile};
use super::dangling::References;
use super::error::StoreError;
use super::folder::PackFolder;
use super::observer::{Event, Observer, Origin};
use super::segment_file::{self, LoadMode};
use super::stack::Stack;
use super::stamp::Stamp;
use super::warning::Warning;
use crate::index::Segment;
use crate::pack::{Diagnostic, PackSource};

/// A segment of an open stack.
#[derive(Clone)]
pub(super) struct Layer {
    pub(super) source: Source,
    /// Absent for a segment file.
    key: Option<CacheKey>,
    /// Of the files that the segment was made of, if it can be relied upon.
    pub(super) stamp: Option<Stamp>,
    pub(super) segment: Arc<Segment>,
}

/// A state of a source that has errors; kept so that it is not read again and again.
#[derive(Clone)]
pub(super) struct Rejected {
    pub(super) source: Source,
    key: Option<CacheKey>,
    stamp: Option<Stamp>,
    pub(super) diagnostics: Vec<Diagnostic>,
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
    /// It has errors; an earlier state of it is open, if there was one.
    Rejected { rejected: Rejected, last_good: Option<Layer> },
}

/// A source that is open, and what there is to say about it.
pub(super) struct Ready {
    pub(super) layer: Layer,
    pub(super) origin: Origin,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) references: References,
    pub(super) warning: Option<Warning>,
}

/// Opens sources, each by itself.
pub(super) struct Opener<'a> {
    pub(super) mode: LoadMode,
    pub(super) cache: &'a SegmentCache,
    pub(super) previous: &'a Stack,
    pub(super) observer: &'a dyn Observer,
    /// The time, for stamps.
    pub(super) now: SystemTime,
}

impl Opener<'_> {
    /// Opens a source. While an earlier state of it is open, whatever is wrong with it is a rejection and no error.
    pub(super) fn open(&self, source: &Source) -> Result<Outcome, StoreError> {
        let outcome = match source {
            Source::Bundled(pack) => self.open_bundled(source, pack),
            Source::Index(path) => self.open_index(source, path),
            Source::Pack(folder) => self.open_folder(source, folder),
        };
        outcome.or_else(|error| self.reject_error(source, None, error))
    }

    fn open_bundled(&self, source: &Source, pack: &BundledPack) -> Result<Outcome, StoreError> {
        let key = CacheKey::new(&pack.digest);
        match self.find(source, &key, None) {
            Some(outcome) => Ok(outcome),
            None => self.compile(source, key, None, &pack.unpack()?, || Ok(true)),
        }
    }

    /// Opens a pack folder; one that is changed meanwhile is read again, so that a segment bears the digest of its
    /// content.
    fn open_folder(&self, source: &Source, folder: &Path) -> Result<Outcome, StoreError> {
        const MAX_ATTEMPTS: usize = 5;
        for _ in 0..MAX_ATTEMPTS {
            let files = PackFolder::open(folder)?;
            let stamp = files.stamp(self.now)?;
            if let Some(outcome) = self.recall(source, stamp.as_ref()) {
                return Ok(outcome);
            }
            let digest = files.digest()?;
            let key = CacheKey::new(&digest);
            if let Some(outcome) = self.find(source, &key, stamp.as_ref()) {
                return Ok(outcome);
            }
            let is_unchanged = || {
                let has_same_stamp = stamp.is_some() && files.stamp(self.now)? == stamp;
                Ok(has_same_stamp || files.digest()? == digest)
            };
            match self.compile(source, key, stamp.clone(), &files, is_unchanged) {
                Err(StoreError::Changing { .. }) => {}
                outcome => return outcome,
            }
        }
        Err(StoreError::Changing { path: folder.into() })
    }

    fn open_index(&self, source: &Source, path: &Path) -> Result<Outcome, StoreError> {
        let file = segment_file::open_file(path)?;
        let stamp = segment_file::stamp(&file, self.now);
        if let Some(outcome) = self.recall(source, stamp.as_ref()) {
            return Ok(outcome);
        }
        let opened = match segment_file::load(&file, self.mode) {
            Ok(segment) => segment,
            Err(error) => return self.reject_error(source, stamp, StoreError::segment(path, error)),
        };
        let warning = (self.mode == LoadMode::Map && is_writable_by_others(&file))
            .then(|| Warning::WritableByOthers { path: path.into() });
        let unchanged = self
            .last_good(source)
            .filter(|layer| layer.segment.header().content_digest == opened.header().content_digest);
        let (segment, origin) = match unchanged {
            Some(layer) => (Arc::clone(&layer.segment), Origin::Unchanged),
            None => (Arc::new(opened), Origin::Index),
        };
        let layer = Layer { source: source.clone(), key: None, stamp, segment };
        Ok(Outcome::Ready(Ready { warning, ..self.ready(layer, origin) }))
    }

    /// What became of the source the last time, if its files are the same by their stamp.
    fn recall(&self, source: &Source, stamp: Option<&Stamp>) -> Option<Outcome> {
        let stamp = Some(stamp?);
        if let Some(layer) = self.last_good(source).filter(|layer| layer.stamp.as_ref() == stamp) {
            layer.key.iter().for_each(|key| self.cache.keep(key));
            return Some(Outcome::Ready(self.ready(layer.clone(), Origin::Unchanged)));
        }
        let rejected = self.rejected(source).filter(|rejected| rejected.stamp.as_ref() == stamp)?;
        Some(self.reject(rejected.clone()))
    }

    /// The pack of this key, if it is open, in the cache, or known to have errors.
    fn find(&self, source: &Source, key: &CacheKey, stamp: Option<&Stamp>) -> Option<Outcome> {
        let (source, stamp) = (source.clone(), stamp.cloned());
        if let Some(layer) = self.previous.layers.iter().find(|layer| layer.key == Some(*key)) {
            self.cache.keep(key);
            let layer = Layer { source, stamp, ..layer.clone() };
            return Some(Outcome::Ready(self.ready(layer, Origin::Unchanged)));
        }
        if let Some(rejected) = self.rejected(&source).filter(|rejected| rejected.key == Some(*key)) {
            return Some(self.reject(Rejected { stamp, ..rejected.clone() }));
        }
        let segment = Arc::new(self.cache.get(key)?);
        let layer = Layer { source, key: Some(*key), stamp, segment };
        Some(Outcome::Ready(self.ready(layer, Origin::Cache)))
    }

    /// Compiles a pack; `is_unchanged` tells whether it still is that of the key.
    fn compile(
        &self,
        source: &Source,
        key: CacheKey,
        stamp: Option<Stamp>,
        files: &dyn PackSource,
        is_unchanged: impl Fn() -> Result<bool, StoreError>,
    ) -> Result<Outcome, StoreError> {
        self.observer.observe(Event::Compiling { pack: &source.name() });
        let compiled = self.cache.put(&key, |workshop, out| {
            let compiled = compile(files, workshop, out)?;
            if is_unchanged()? { Ok(compiled) } else { Err(CompileFailure::Changed) }
        });
        let (source, key) = (source.clone(), Some(key));
        match compiled {
            Ok((Compiled { diagnostics, references }, segment)) => {
                let layer = Layer { source, key, stamp, segment: Arc::new(segment) };
                Ok(Outcome::Ready(Ready { diagnostics, references, ..self.ready(layer, Origin::Compiled) }))
            }
            Err(CompileFailure::BadPack(diagnostics)) => {
                // Read before it was whole, perhaps: what is said of it must be true of the state that is kept in mind.
                if !is_unchanged()? {
                    return Err(StoreError::Changing { path: source.name().into() });
                }
                Ok(self.reject(Rejected { source, key, stamp, diagnostics }))
            }
            Err(failure) => {
                let name = source.name();
                Err(failure.into_error(Path::new(&name), Path::new(&name), Path::new(&name)))
            }
        }
    }

    fn ready(&self, layer: Layer, origin: Origin) -> Ready {
        self.observer.observe(Event::Ready { pack: &layer.source.name(), origin });
        Ready { layer, origin, diagnostics: Vec::new(), references: References::default(), warning: None }
    }

    fn reject(&self, rejected: Rejected) -> Outcome {
        self.observer.observe(Event::Bad { pack: &rejected.source.name() });
        let last_good = self.last_good(&rejected.source).cloned();
        last_good.iter().filter_map(|layer| layer.key).for_each(|key| self.cache.keep(&key));
        Outcome::Rejected { rejected, last_good }
    }

    /// Rejects a source that cannot be opened, if an earlier state of it can go on.
    fn reject_error(
        &self,
        source: &Source,
        stamp: Option<Stamp>,
        error: StoreError,
    ) -> Result<Outcome, StoreError> {
        if self.last_good(source).is_none() {
            return Err(error);
        }
        let diagnostics = error.into_diagnostics(&source.name());
        Ok(self.reject(Rejected { source: source.clone(), key: None, stamp, diagnostics }))
    }

    fn last_good(&self, source: &Source) -> Option<&Layer> {
        self.previous.layers.iter().find(|layer| layer.source == *source)
    }

    fn rejected(&self, source: &Source) -> Option<&Rejected> {
        self.previous.rejected.iter().find(|rejected| rejected.source == *source)
    }
}

impl Layer {
    /// The layer, to be read again whatever its stamp says.
    pub(super) fn without_stamp(self) -> Self {
        Self { stamp: None, ..self }
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
