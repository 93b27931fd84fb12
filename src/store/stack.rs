//! Opening a stack of packs and segment files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;

use super::bundled::{BundledPack, bundled_packs};
use super::cache::{CachePolicy, SegmentCache};
use super::dangling::References;
use super::error::StoreError;
use super::layer::{Layer, Opener, Outcome, Rejected, Source};
use super::observer::{Event, Observer, Origin};
use super::segment_file::LoadMode;
use super::warning::Warning;
use crate::Gazetteer;
use crate::pack::{Diagnostic, MAX_DIAGNOSTICS};

/// What a stack is made of, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackConfig {
    /// Whether the bundled packs are the base of the stack.
    pub default_packs: bool,
    /// Segment files, above the bundled packs.
    pub indexes: Vec<PathBuf>,
    /// Pack folders, above the segment files; the last one wins.
    pub packs: Vec<PathBuf>,
    /// Where compiled packs are kept.
    pub cache: CachePolicy,
    /// Where the bytes of segments are while they are in use.
    pub load: LoadMode,
    /// Whether a pack with errors is left out, instead of ending the start.
    pub skip_bad_packs: bool,
}

impl Default for StackConfig {
    /// The bundled packs alone, cached in the user's folder.
    fn default() -> Self {
        Self {
            default_packs: true,
            indexes: Vec::new(),
            packs: Vec::new(),
            cache: CachePolicy::default(),
            load: LoadMode::default(),
            skip_bad_packs: false,
        }
    }
}

/// An open stack.
pub struct Opened {
    /// Ready to answer. If nothing has changed, that of the stack before.
    pub gazetteer: Arc<Gazetteer>,
    /// What [`reopen`] needs to know.
    pub stack: Stack,
    /// What became of each pack and segment file, in stack order.
    pub sources: Vec<SourceReport>,
    /// Findings on the packs that were compiled or have errors: on each by itself, in stack order, then on what they say
    /// of others.
    pub diagnostics: Vec<Diagnostic>,
    /// Packs with errors that were left out.
    pub skipped: Vec<String>,
    /// Packs with errors that still serve as they were before.
    pub kept: Vec<String>,
    /// What the store worked around.
    pub warnings: Vec<Warning>,
}

/// What became of a pack or segment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceReport {
    /// A bundled pack's name, or the path as the user gave it.
    pub source: String,
    /// What became of it.
    pub state: SourceState,
}

/// What may become of a pack or segment file when a stack is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceState {
    /// It serves as it is now.
    Ready(Origin),
    /// It has errors, and serves as it last was without.
    Kept,
    /// It has errors, and does not serve.
    LeftOut,
}

/// An open stack as it came about, for [`reopen`] to compare with. Cheap to clone.
#[derive(Clone, Default)]
pub struct Stack {
    pub(super) layers: Vec<Layer>,
    pub(super) rejected: Vec<Rejected>,
    gazetteer: Option<Arc<Gazetteer>>,
}

impl Stack {
    /// The stack, but with every file to be read again, even those that seem unchanged.
    #[must_use]
    pub fn to_be_read_again(self) -> Self {
        let layers = self.layers.into_iter().map(Layer::without_stamp).collect();
        Self { layers, rejected: Vec::new(), ..self }
    }

    /// The gazetteer over `layers`: the present one if they are its segments, else one that takes over what it can.
    fn gazetteer_over(&self, layers: &[Layer]) -> Arc<Gazetteer> {
        let segments: Vec<_> = layers.iter().map(|layer| Arc::clone(&layer.segment)).collect();
        let are_same = self.layers.len() == layers.len()
            && self.layers.iter().zip(layers).all(|(old, new)| Arc::ptr_eq(&old.segment, &new.segment));
        match &self.gazetteer {
            Some(gazetteer) if are_same => Arc::clone(gazetteer),
            Some(gazetteer) => Arc::new(gazetteer.restacked(segments)),
            None => Arc::new(Gazetteer::new(segments)),
        }
    }
}

/// Opens a stack. Packs that are not in the cache are read, checked and compiled in parallel.
///
/// All errors of all packs are found at once: [`StoreError::BadPacks`], unless [`StackConfig::skip_bad_packs`] is
/// set. Anything else that is wrong ends the opening.
pub fn open(config: &StackConfig, observer: &dyn Observer) -> Result<Opened, StoreError> {
    reopen(config, &Stack::default(), observer)
}

/// Opens a stack anew while `previous` is serving.
///
/// What is unchanged is shared with `previous`; files are not even read whose time of change, length and inode are as they
/// were, unless they had been changed within two seconds before. A pack or segment file that was good and now has errors,
/// or is gone, keeps its last good segment ([`Opened::kept`]); after an `Err`, `previous` can go on serving as a whole.
///
/// Costs a system call or two a file, and what is changed.
pub fn reopen(config: &StackConfig, previous: &Stack, observer: &dyn Observer) -> Result<Opened, StoreError> {
    let bundled = if config.default_packs { bundled_packs() } else { &[] };
    open_over(bundled, config, previous, observer, SystemTime::now())
}

fn open_over(
    bundled: &'static [BundledPack],
    config: &StackConfig,
    previous: &Stack,
    observer: &dyn Observer,
    now: SystemTime,
) -> Result<Opened, StoreError> {
    let sources = sources(bundled, config);
    observer.observe(Event::Opening { pack_count: sources.len() });
    let cache = SegmentCache::new(&config.cache, config.load);
    let opener = Opener { mode: config.load, cache: &cache, previous, observer, now };
    let outcomes: Vec<_> = sources.par_iter().map(|source| opener.open(source)).collect();
    let mut opening = Opening::default();
    for outcome in outcomes {
        opening.add(outcome?);
    }
    opening.warnings.extend(cache.finish());
    opening.finish(config.skip_bad_packs, previous)
}

/// The parts of the stack, from bottom to top.
fn sources(bundled: &'static [BundledPack], config: &StackConfig) -> Vec<Source> {
    let bundled = bundled.iter().map(Source::Bundled);
    let indexes = config.indexes.iter().cloned().map(Source::Index);
    let packs = config.packs.iter().cloned().map(Source::Pack);
    bundled.chain(indexes).chain(packs).collect()
}

/// What has been gathered on the way to an [`Opened`].
#[derive(Default)]
struct Opening {
    layers: Vec<Layer>,
    rejected: Vec<Rejected>,
    sources: Vec<SourceReport>,
    diagnostics: Vec<Diagnostic>,
    references: Vec<References>,
    warnings: Vec<Warning>,
}

impl Opening {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ready(ready) => {
                self.report(&ready.layer.source, SourceState::Ready(ready.origin));
                self.layers.push(ready.layer);
                self.diagnostics.extend(ready.diagnostics);
                self.references.push(ready.references);
                self.warnings.extend(ready.warning);
            }
            Outcome::Rejected { rejected, last_good } => {
                let state = if last_good.is_some() { SourceState::Kept } else { SourceState::LeftOut };
                self.report(&rejected.source, state);
                self.layers.extend(last_good);
                self.diagnostics.extend_from_slice(&rejected.diagnostics);
                self.rejected.push(rejected);
            }
        }
    }

    fn report(&mut self, source: &Source, state: SourceState) {
        self.sources.push(SourceReport { source: source.name(), state });
    }

    /// The sources of a state.
    fn named(&self, state: SourceState) -> Vec<String> {
        let reports = self.sources.iter().filter(|report| report.state == state);
        reports.map(|report| report.source.clone()).collect()
    }

    fn finish(mut self, skip_bad_packs: bool, previous: &Stack) -> Result<Opened, StoreError> {
        let (kept, skipped) = (self.named(SourceState::Kept), self.named(SourceState::LeftOut));
        if !skipped.is_empty() && !skip_bad_packs {
            return Err(StoreError::BadPacks { diagnostics: self.diagnostics });
        }
        let gazetteer = previous.gazetteer_over(&self.layers);
        let dangling = self.references.iter().flat_map(|references| references.dangling(&gazetteer));
        self.diagnostics.extend(dangling.take(MAX_DIAGNOSTICS));
        let Self { layers, rejected, sources, diagnostics, warnings, .. } = self;
        let stack = Stack { layers, rejected, gazetteer: Some(Arc::clone(&gazetteer)) };
        Ok(Opened { gazetteer, stack, sources, diagnostics, skipped, kept, warnings })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::ResolveOptions;
    use crate::model::Status;
    use crate::store::observer::{Origin, Silent};
    use crate::store::testing::{Origins, break_pack, bundle_pack, write_pack};
    use crate::store::{BuildOptions, build};

    struct Fixture {
        folder: tempfile::TempDir,
        config: StackConfig,
    }

    impl Fixture {
        /// Packs a and b, with the aliases alpha and beta.
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let packs = vec![folder.path().join("a"), folder.path().join("b")];
            write_pack(&packs[0], "a", "alpha");
            write_pack(&packs[1], "b", "beta");
            let cache = CachePolicy::Folder(folder.path().join("cache"));
            Self {
                folder,
                config: StackConfig { default_packs: false, packs, cache, ..StackConfig::default() },
            }
        }

        fn open(&self) -> Result<Opened, StoreError> {
            open(&self.config, &Silent)
        }

        fn origins(&self, previous: &Stack) -> Vec<Origin> {
            let origins = Origins::default();
            reopen(&self.config, previous, &origins).unwrap();
            origins.take()
        }

        fn cached(&self) -> Vec<PathBuf> {
            let entries = fs::read_dir(self.folder.path().join("cache/segments")).unwrap();
            entries.map(|entry| entry.unwrap().path()).collect()
        }
    }

    fn names(opened: &Opened) -> Vec<&str> {
        opened.gazetteer.packs().map(|header| header.manifest.name.as_str()).collect()
    }

    fn resolves(opened: &Opened, name: &str) -> bool {
        opened.gazetteer.resolve(name, &ResolveOptions::default()).status == Status::Resolved
    }

    /// The error of an opening that must fail.
    fn failure(result: Result<Opened, StoreError>) -> StoreError {
        result.map(|opened| names(&opened).join(" ")).unwrap_err()
    }

    #[test]
    fn the_second_start_comes_from_the_cache_and_answers_alike() {
        let fixture = Fixture::new();
        assert_eq!(fixture.origins(&Stack::default()), [Origin::Compiled; 2]);
        assert_eq!(fixture.origins(&Stack::default()), [Origin::Cache; 2]);
        let opened = fixture.open().unwrap();
        assert!(resolves(&opened, "alpha") && resolves(&opened, "beta"));
        assert_eq!((opened.warnings, opened.skipped.len(), opened.kept.len()), (vec![], 0, 0));
    }

    #[test]
    fn a_changed_pack_alone_is_compiled_anew() {
        let fixture = Fixture::new();
        let first = fixture.open().unwrap();
        write_pack(&fixture.config.packs[1], "b", "gamma");
        let mut origins = fixture.origins(&first.stack);
        origins.sort_by_key(|&origin| origin as u8);
        assert_eq!(origins, [Origin::Compiled, Origin::Unchanged]);
        let second = reopen(&fixture.config, &first.stack, &Silent).unwrap();
        assert!(resolves(&second, "gamma") && !resolves(&second, "beta"));
        assert!(Arc::ptr_eq(&first.stack.layers[0].segment, &second.stack.layers[0].segment));
    }

    #[test]
    fn the_stack_is_bundled_then_indexes_then_packs() {
        let mut fixture = Fixture::new();
        let pack = fixture.folder.path().join("c");
        write_pack(&pack, "c", "gamma");
        let bundled = bundle_pack(&pack, "c");
        let index = fixture.folder.path().join("b.yaqut");
        build(&fixture.config.packs[1], &index, &BuildOptions::default()).unwrap();
        fixture.config.indexes = vec![index];
        fixture.config.packs.reverse();
        let opened =
            open_over(bundled, &fixture.config, &Stack::default(), &Silent, SystemTime::now()).unwrap();
        assert_eq!(names(&opened), ["c", "b", "b", "a"]);
    }

    #[test]
    fn a_bundled_pack_and_its_folder_share_one_cached_segment() {
        let mut fixture = Fixture::new();
        let bundled = bundle_pack(&fixture.config.packs.pop().unwrap(), "b");
        fixture.config.packs = vec![fixture.folder.path().join("b")];
        fixture.open().unwrap();
        fixture.config.packs.clear();
        let origins = Origins::default();
        open_over(bundled, &fixture.config, &Stack::default(), &origins, SystemTime::now()).unwrap();
        assert_eq!(origins.take(), [Origin::Cache]);
    }

    #[test]
    fn an_empty_stack_opens() {
        let config = StackConfig { default_packs: false, cache: CachePolicy::Off, ..StackConfig::default() };
        let opened = open(&config, &Silent).unwrap();
        assert_eq!((names(&opened), &opened.warnings), (vec![], &vec![]));
    }

    #[test]
    fn all_bad_packs_are_reported_at_once_and_end_the_start() {
        let mut fixture = Fixture::new();
        let bad = [fixture.folder.path().join("c"), fixture.folder.path().join("d")];
        for folder in &bad {
            write_pack(folder, "x", "x");
            break_pack(folder);
        }
        fixture.config.packs.extend(bad.clone());
        let error = failure(fixture.open());
        assert_eq!(error.exit_code(), 65);
        let StoreError::BadPacks { diagnostics } = error else { panic!("{error}") };
        for folder in &bad {
            let file = folder.join("aliases.tsv").display().to_string();
            assert!(diagnostics.iter().any(|d| d.file == file && d.line == Some(2)), "{diagnostics:?}");
        }
        fixture.config.skip_bad_packs = true;
        let opened = fixture.open().unwrap();
        assert_eq!(names(&opened), ["a", "b"]);
        assert_eq!(opened.skipped, bad.map(|folder| folder.display().to_string()));
        assert_eq!(opened.diagnostics, diagnostics);
    }

    #[test]
    fn a_pack_that_breaks_while_serving_keeps_its_last_good_segment() {
        let fixture = Fixture::new();
        let first = fixture.open().unwrap();
        break_pack(&fixture.config.packs[0]);
        write_pack(&fixture.config.packs[1], "b", "gamma");
        let second = reopen(&fixture.config, &first.stack, &Silent).unwrap();
        assert_eq!(second.kept, [fixture.config.packs[0].display().to_string()]);
        assert!(!second.diagnostics.is_empty());
        assert!(resolves(&second, "alpha") && resolves(&second, "gamma"));
        assert_eq!(failure(fixture.open()).exit_code(), 65);
    }

    #[test]
    fn a_pack_or_segment_file_that_is_gone_keeps_its_last_good_segment() {
        let mut fixture = Fixture::new();
        let index = fixture.folder.path().join("b.yaqut");
        build(&fixture.config.packs.pop().unwrap(), &index, &BuildOptions::default()).unwrap();
        fixture.config.indexes = vec![index.clone()];
        let first = fixture.open().unwrap();
        let gone = [index, fixture.config.packs[0].clone()];
        let away = gone.each_ref().map(|path| path.with_extension("away"));
        for (path, away) in gone.iter().zip(&away) {
            fs::rename(path, away).unwrap();
        }
        let without = reopen(&fixture.config, &first.stack, &Silent).unwrap();
        assert_eq!(without.kept, gone.each_ref().map(|path| path.display().to_string()));
        let codes: Vec<_> = without.diagnostics.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["cannot-open"; 2]);
        let again = reopen(&fixture.config, &without.stack, &Silent).unwrap();
        assert_eq!((&again.kept, &again.diagnostics), (&without.kept, &without.diagnostics));
        for (path, away) in gone.iter().zip(&away) {
            fs::rename(away, path).unwrap();
        }
        let back = reopen(&fixture.config, &again.stack, &Silent).unwrap();
        assert_eq!((back.kept, back.diagnostics), (vec![], vec![]));
        assert!(Arc::ptr_eq(&back.gazetteer, &first.gazetteer));
    }

    #[test]
    fn bad_segment_files_keep_the_last_good_one() {
        let mut fixture = Fixture::new();
        let index = fixture.folder.path().join("a.yaqut");
        build(&fixture.config.packs[0], &index, &BuildOptions::default()).unwrap();
        let bytes = fs::read(&index).unwrap();
        fixture.config = StackConfig { packs: vec![], indexes: vec![index.clone()], ..fixture.config };
        let first = fixture.open().unwrap();
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 1;
        for bad in [&bytes[..bytes.len() / 2], &flipped, b"another file", b""] {
            let next = fixture.folder.path().join("next");
            fs::write(&next, bad).unwrap();
            fs::rename(next, &index).unwrap();
            let kept = reopen(&fixture.config, &first.stack, &Silent).unwrap();
            assert_eq!(kept.sources[0].state, SourceState::Kept);
            assert!(resolves(&kept, "alpha") && kept.diagnostics[0].code == "cannot-open");
        }
    }

    struct NeverCompiling;

    impl Observer for NeverCompiling {
        fn observe(&self, event: Event<'_>) {
            assert!(!matches!(event, Event::Compiling { .. }), "{event:?}");
        }
    }

    #[test]
    fn a_bad_pack_is_not_read_again_until_it_changes() {
        let fixture = Fixture::new();
        let first = fixture.open().unwrap();
        break_pack(&fixture.config.packs[0]);
        let second = reopen(&fixture.config, &first.stack, &Silent).unwrap();
        let third = reopen(&fixture.config, &second.stack, &NeverCompiling).unwrap();
        assert_eq!((third.kept, &third.diagnostics), (second.kept, &second.diagnostics));
        assert!(Arc::ptr_eq(&second.gazetteer, &third.gazetteer));
        write_pack(&fixture.config.packs[0], "a", "alpha");
        let mended = reopen(&fixture.config, &third.stack, &NeverCompiling).unwrap();
        assert_eq!((mended.kept, mended.diagnostics), (vec![], vec![]));
        assert!(Arc::ptr_eq(&first.gazetteer, &mended.gazetteer));
    }

    #[cfg(unix)]
    #[test]
    fn files_of_the_same_stamp_are_not_read_and_those_just_written_are() {
        let mut fixture = Fixture::new();
        let index = fixture.folder.path().join("a.yaqut");
        build(&fixture.config.packs[0], &index, &BuildOptions::default()).unwrap();
        fixture.config.indexes = vec![index];
        fixture.config.packs.remove(0);
        let (now, later) = (SystemTime::now(), SystemTime::now() + std::time::Duration::from_secs(60));
        let open_at =
            |previous: &Stack, now| open_over(&[], &fixture.config, previous, &Silent, now).unwrap();
        let racy = open_at(&Stack::default(), now);
        assert!(racy.stack.layers.iter().all(|layer| layer.stamp.is_none()));
        let first = open_at(&Stack::default(), later);
        assert!(first.stack.layers.iter().all(|layer| layer.stamp.is_some()));
        // Whoever says that the new files are those that were read is believed.
        let other = fixture.folder.path().join("c");
        write_pack(&other, "c", "gamma");
        build(&other, &fixture.config.indexes[0], &BuildOptions { force: true, ..BuildOptions::default() })
            .unwrap();
        write_pack(&fixture.config.packs[0], "b", "delta");
        let mut deceived = first.stack;
        for (layer, stamped) in deceived.layers.iter_mut().zip(open_at(&Stack::default(), later).stack.layers)
        {
            layer.stamp = stamped.stamp;
        }
        let believed = open_at(&deceived, later);
        assert!(resolves(&believed, "alpha") && resolves(&believed, "beta"));
        for read in [open_at(&deceived, now), open_at(&deceived.to_be_read_again(), later)] {
            assert!(resolves(&read, "gamma") && resolves(&read, "delta"));
            assert!(!resolves(&read, "alpha") && !resolves(&read, "beta"));
        }
    }

    #[test]
    fn rows_about_entities_that_no_pack_knows_are_inert_and_warned_of() {
        let mut fixture = Fixture::new();
        let overlay = fixture.folder.path().join("overlay");
        write_pack(&overlay, "overlay", "x");
        let rows = "x:a\tomega\ten\talternate\t\t\nx:nobody\tnobody\ten\talternate\t\t\n";
        fs::write(overlay.join("aliases.tsv"), format!("id\talias\tlang\tkind\tsource\tnote\n{rows}"))
            .unwrap();
        fixture.config.packs.push(overlay.clone());
        let opened = fixture.open().unwrap();
        let file = overlay.join("aliases.tsv").display().to_string();
        let places: Vec<_> = opened.diagnostics.iter().map(|d| (d.code, &d.file, d.line)).collect();
        assert_eq!(places, [("unknown-entity", &file, Some(3))]);
        assert!(resolves(&opened, "omega"));
        assert_eq!(fixture.open().unwrap().diagnostics, []);
    }

    #[test]
    fn a_missing_pack_ends_the_start_even_if_bad_ones_are_skipped() {
        let mut fixture = Fixture::new();
        fixture.config.skip_bad_packs = true;
        fixture.config.packs.push("no/such/pack".into());
        let error = failure(fixture.open());
        assert_eq!(error.to_string(), "no/such/pack does not exist; expected a pack folder");
        assert_eq!(error.exit_code(), 66);
    }

    #[test]
    fn damaged_cache_files_are_rebuilt() {
        let fixture = Fixture::new();
        fixture.open().unwrap();
        for path in fixture.cached() {
            fs::write(path, "another\tfile").unwrap();
        }
        let opened = fixture.open().unwrap();
        assert!(resolves(&opened, "alpha") && resolves(&opened, "beta"));
        assert!(matches!(&opened.warnings[..], [Warning::CacheDamaged { .. }, Warning::CacheDamaged { .. }]));
        assert_eq!(fixture.origins(&Stack::default()), [Origin::Cache; 2]);
    }

    #[test]
    fn an_unusable_cache_means_memory_and_one_warning() {
        let fixture = Fixture::new();
        fs::write(fixture.folder.path().join("cache"), "a file, not a folder").unwrap();
        let opened = fixture.open().unwrap();
        assert!(resolves(&opened, "alpha") && resolves(&opened, "beta"));
        assert!(matches!(&opened.warnings[..], [Warning::CacheUnusable { .. }]), "{:?}", opened.warnings);
    }

    #[test]
    fn leavings_of_killed_writers_are_swept() {
        let fixture = Fixture::new();
        fixture.open().unwrap();
        let temp = fixture.folder.path().join("cache/segments/.yaqut-tmp-x");
        fs::write(&temp, "half").unwrap();
        fixture.open().unwrap();
        assert!(temp.exists());
        let file = fs::File::options().write(true).open(&temp).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        fixture.open().unwrap();
        assert!(!temp.exists());
        assert_eq!(fixture.cached().len(), 2);
    }

    #[test]
    fn starts_at_once_do_not_harm_each_other() {
        let fixture = Fixture::new();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let opened = fixture.open().unwrap();
                    assert!(resolves(&opened, "alpha") && resolves(&opened, "beta"));
                    assert_eq!(opened.warnings, []);
                });
            }
        });
        assert_eq!(fixture.cached().len(), 2);
    }

    #[test]
    fn a_segment_file_serves_and_is_shared_while_unchanged() {
        for load in [LoadMode::Map, LoadMode::Heap] {
            let mut fixture = Fixture::new();
            let index = fixture.folder.path().join("a.yaqut");
            build(&fixture.config.packs[0], &index, &BuildOptions::default()).unwrap();
            fixture.config = StackConfig { packs: vec![], indexes: vec![index], load, ..fixture.config };
            let opened = fixture.open().unwrap();
            assert!(resolves(&opened, "alpha"));
            assert_eq!(fixture.origins(&opened.stack), [Origin::Unchanged]);
            assert_eq!(fixture.origins(&Stack::default()), [Origin::Index]);
        }
    }

    #[test]
    fn on_the_heap_a_segment_outlives_its_file() {
        let mut fixture = Fixture::new();
        let index = fixture.folder.path().join("a.yaqut");
        build(&fixture.config.packs[0], &index, &BuildOptions::default()).unwrap();
        let packs = vec![fixture.config.packs.remove(1)];
        fixture.config =
            StackConfig { packs, indexes: vec![index.clone()], load: LoadMode::Heap, ..fixture.config };
        fixture.open().unwrap();
        // The pack now comes from the cache.
        let opened = fixture.open().unwrap();
        let whole = fs::read(&index).unwrap();
        for bytes in [&whole[..whole.len() / 2], &vec![0xFF; whole.len()], &[]] {
            // In place, as nobody should.
            for file in fixture.cached().iter().chain([&index]) {
                fs::write(file, bytes).unwrap();
            }
            assert!(resolves(&opened, "alpha") && resolves(&opened, "beta"));
            let again = reopen(&fixture.config, &opened.stack, &Silent).unwrap();
            assert_eq!(again.kept, [index.display().to_string()]);
            assert!(resolves(&again, "alpha") && resolves(&again, "beta"));
        }
        fs::write(&index, &whole).unwrap();
        let back = reopen(&fixture.config, &opened.stack, &Silent).unwrap();
        assert!(back.kept.is_empty() && resolves(&back, "alpha"));
    }

    #[test]
    fn a_damaged_segment_file_is_bad_data() {
        let mut fixture = Fixture::new();
        let index = fixture.folder.path().join("a.yaqut");
        fs::write(&index, "another\tfile").unwrap();
        fixture.config.indexes = vec![index];
        let error = failure(fixture.open());
        assert!(matches!(&error, StoreError::Segment { path, .. } if path.ends_with("a.yaqut")), "{error}");
        assert_eq!(error.exit_code(), 65);
    }

    #[cfg(unix)]
    #[test]
    fn a_mapped_file_that_anybody_may_write_is_reported() {
        use std::os::unix::fs::PermissionsExt;
        let mut fixture = Fixture::new();
        let index = fixture.folder.path().join("a.yaqut");
        build(&fixture.config.packs[0], &index, &BuildOptions::default()).unwrap();
        fs::set_permissions(&index, fs::Permissions::from_mode(0o646)).unwrap();
        fixture.config.indexes = vec![index.clone()];
        let expected = Warning::WritableByOthers { path: index };
        assert_eq!(fixture.open().unwrap().warnings, [expected]);
        fixture.config.load = LoadMode::Heap;
        assert_eq!(fixture.open().unwrap().warnings, []);
    }
}
