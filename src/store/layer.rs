//! One layer of a stack: from a bundled pack, a segment file or a pack folder to an open segment.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::bundled::BundledPack;
use super::cache::{CacheKey, SegmentCache};
use super::compile::{CompileFailure, Compiled, compile};
use super::dangling::References;
use super::error::StoreError;
use super::folder::PackFolder;
use super::observer::{Event, Observer, Origin};
use super::segment_file::{self, LoadMode};
use super::stack::Stack;
use super::warning::Warning;
use crate::index::Segment;
use crate::pack::{Diagnostic, PackSource};

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
    pub(super) references: References,
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
            Source::Bundled(pack) => {
                let key = CacheKey::new(&pack.digest);
                match self.find(&source, &key) {
                    Some(ready) => Ok(Outcome::Ready(ready)),
                    None => self.compile(source, key, &pack.unpack()?, || Ok(true)),
                }
            }
            Source::Pack(ref folder) => {
                let files = PackFolder::open(folder)?;
                self.open_folder(&source, &files)
            }
        }
    }

    /// Opens a pack folder; one that is changed meanwhile is read again, so that a segment bears the digest of its
    /// content.
    fn open_folder(&self, source: &Source, files: &PackFolder) -> Result<Outcome, StoreError> {
        const MAX_ATTEMPTS: usize = 5;
        for _ in 0..MAX_ATTEMPTS {
            let digest = files.digest()?;
            let key = CacheKey::new(&digest);
            if let Some(ready) = self.find(source, &key) {
                return Ok(Outcome::Ready(ready));
            }
            match self.compile(source.clone(), key, files, || Ok(files.digest()? == digest)) {
                Err(StoreError::Changing { .. }) => {}
                outcome => return outcome,
            }
        }
        Err(StoreError::Changing { path: source.name().into() })
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

    /// The pack of this key, if it is open or in the cache.
    fn find(&self, source: &Source, key: &CacheKey) -> Option<Ready> {
        if let Some(layer) = self.previous.layers.iter().find(|layer| layer.key == Some(*key)) {
            self.cache.keep(key);
            let layer = Layer { source: source.clone(), ..layer.clone() };
            return Some(self.ready(layer, Origin::Unchanged));
        }
        let segment = Arc::new(self.cache.get(key)?);
        Some(self.ready(Layer { source: source.clone(), key: Some(*key), segment }, Origin::Cache))
    }

    /// Compiles a pack; `is_unchanged` tells whether it still is that of the key.
    fn compile(
        &self,
        source: Source,
        key: CacheKey,
        files: &dyn PackSource,
        is_unchanged: impl Fn() -> Result<bool, StoreError>,
    ) -> Result<Outcome, StoreError> {
        self.observer.observe(Event::Compiling { pack: &source.name() });
        let compiled = self.cache.put(&key, |workshop, out| {
            let compiled = compile(files, workshop, out)?;
            if is_unchanged()? { Ok(compiled) } else { Err(CompileFailure::Changed) }
        });
        match compiled {
            Ok((Compiled { diagnostics, references }, segment)) => {
                let layer = Layer { source, key: Some(key), segment: Arc::new(segment) };
                Ok(Outcome::Ready(Ready { diagnostics, references, ..self.ready(layer, Origin::Compiled) }))
            }
            Err(CompileFailure::BadPack(diagnostics)) => Ok(self.bad(source, diagnostics)),
            Err(failure) => {
                let name = source.name();
                Err(failure.into_error(Path::new(&name), Path::new(&name), Path::new(&name)))
            }
        }
    }

    fn ready(&self, layer: Layer, origin: Origin) -> Ready {
        self.observer.observe(Event::Ready { pack: &layer.source.name(), origin });
        Ready { layer, diagnostics: Vec::new(), references: References::default(), warning: None }
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
