//! Reloads of two packs in a folder of their own.

use std::sync::Weak;
use std::time::Instant;

use super::*;
use crate::ResolveOptions;
use crate::store::testing::{break_pack, write_pack};
use crate::store::{CachePolicy, Origin, SourceState};

struct Fixture {
    folder: tempfile::TempDir,
    config: StackConfig,
    engine: Engine,
    stack: Stack,
}

impl Fixture {
    /// The packs `a` and `b`, with the aliases `alpha` and `beta`.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let packs = vec![folder.path().join("a"), folder.path().join("b")];
        write_pack(&packs[0], "a", "alpha");
        write_pack(&packs[1], "b", "beta");
        let cache = CachePolicy::Folder(folder.path().join("cache"));
        let config = StackConfig { default_packs: false, packs, cache, ..StackConfig::default() };
        let opened = store::open(&config, &store::Silent).unwrap();
        Self { folder, config, engine: Engine::new(opened.gazetteer), stack: opened.stack }
    }

    fn worker(&self) -> (Sender<Request>, Worker) {
        let (requests, asked) = mpsc::channel();
        let worker = Worker {
            engine: self.engine.clone(),
            config: self.config.clone(),
            stack: self.stack.clone(),
            asked,
            ledger: Arc::new(Ledger::new(self.engine.clone())),
            trouble: Trouble::default(),
            warnings: Vec::new(),
            retired: Vec::new(),
        };
        (requests, worker)
    }

    fn resolves(&self, name: &str) -> bool {
        self.engine.snapshot().resolve(name, &ResolveOptions::default()).canonical_id.is_some()
    }
}

/// Does one reload, and gives what is told of it.
fn reload(worker: &mut Worker, trigger: ReloadTrigger) -> ReloadAttempt {
    let (waiting, mut result) = oneshot::channel();
    worker.answer(vec![Request { trigger, force: false, waiting: Some(waiting) }]);
    (*result.try_recv().unwrap()).clone()
}

fn states(attempt: &ReloadAttempt) -> Vec<SourceState> {
    attempt.sources.iter().map(|report| report.state).collect()
}

#[test]
fn a_change_is_exchanged_and_no_change_is_not() {
    let fixture = Fixture::new();
    let (_requests, mut worker) = fixture.worker();
    let first = reload(&mut worker, ReloadTrigger::Rpc);
    assert_eq!(first.outcome, ReloadOutcome::Unchanged);
    assert_eq!(states(&first), [SourceState::Ready(Origin::Unchanged); 2]);

    write_pack(&fixture.config.packs[1], "b", "gamma");
    let second = reload(&mut worker, ReloadTrigger::Watch);
    assert_eq!((second.outcome.clone(), second.trigger), (ReloadOutcome::Exchanged, ReloadTrigger::Watch));
    let changed = [SourceState::Ready(Origin::Unchanged), SourceState::Ready(Origin::Compiled)];
    assert_eq!(states(&second), changed);
    assert_eq!(second.old_index_version, first.new_index_version);
    assert_eq!(second.new_index_version, fixture.engine.snapshot().index_version());
    assert!(fixture.resolves("gamma") && fixture.resolves("alpha") && !fixture.resolves("beta"));
}

#[test]
fn a_bad_pack_is_told_of_once_and_keeps_its_last_good_state() {
    let fixture = Fixture::new();
    let (_requests, mut worker) = fixture.worker();
    break_pack(&fixture.config.packs[0]);
    write_pack(&fixture.config.packs[1], "b", "gamma");
    let attempt = reload(&mut worker, ReloadTrigger::Watch);
    assert_eq!(attempt.outcome, ReloadOutcome::Incomplete);
    assert_eq!(states(&attempt), [SourceState::Kept, SourceState::Ready(Origin::Compiled)]);
    assert!(attempt.diagnostics[0].file.ends_with("aliases.tsv") && attempt.diagnostics[0].line == Some(2));
    assert!(fixture.resolves("alpha") && fixture.resolves("gamma"));

    reload(&mut worker, ReloadTrigger::Poll);
    let status = worker.ledger.status();
    assert_eq!(status.last_attempt.unwrap().trigger, ReloadTrigger::Watch);
    let again = reload(&mut worker, ReloadTrigger::Rpc);
    assert_eq!((&again.outcome, &again.diagnostics), (&ReloadOutcome::Incomplete, &attempt.diagnostics));

    write_pack(&fixture.config.packs[0], "a", "delta");
    assert_eq!(reload(&mut worker, ReloadTrigger::Signal).outcome, ReloadOutcome::Exchanged);
    assert!(fixture.resolves("delta"));
    let counters = worker.ledger.counters();
    let counts = [counters.exchanged(), counters.incomplete(), counters.idle(), counters.failed()];
    assert_eq!(counts, [1, 2, 1, 0]);
}

#[test]
fn a_pack_that_comes_back_as_it_was_is_news_without_an_exchange() {
    let fixture = Fixture::new();
    let (_requests, mut worker) = fixture.worker();
    let away = fixture.folder.path().join("away");
    std::fs::rename(&fixture.config.packs[0], &away).unwrap();
    let gone = reload(&mut worker, ReloadTrigger::Watch);
    assert_eq!(gone.outcome, ReloadOutcome::Incomplete);
    assert_eq!(gone.diagnostics[0].code, "cannot-open");
    assert!(fixture.resolves("alpha"));
    std::fs::rename(&away, &fixture.config.packs[0]).unwrap();
    let back = reload(&mut worker, ReloadTrigger::Watch);
    assert_eq!(back.outcome, ReloadOutcome::Unchanged);
    let last = worker.ledger.status().last_attempt.unwrap();
    assert_eq!(last.start_time, back.start_time);
}

#[test]
fn what_cannot_be_opened_leaves_all_as_it_was() {
    let mut fixture = Fixture::new();
    let never_good = fixture.folder.path().join("c");
    write_pack(&never_good, "c", "gamma");
    break_pack(&never_good);
    fixture.config.packs.push(never_good.clone());
    let (_requests, mut worker) = fixture.worker();
    let attempt = reload(&mut worker, ReloadTrigger::Rpc);
    assert!(matches!(&attempt.outcome, ReloadOutcome::Failed(reason) if reason.contains("aliases.tsv:2")));
    assert_eq!((attempt.sources.len(), attempt.diagnostic_count), (0, attempt.diagnostics.len()));
    assert!(!attempt.diagnostics.is_empty() && fixture.resolves("alpha"));
    worker.config.skip_bad_packs = true;
    let attempt = reload(&mut worker, ReloadTrigger::Rpc);
    assert_eq!(attempt.outcome, ReloadOutcome::Incomplete);
    assert_eq!(states(&attempt)[2], SourceState::LeftOut);
    write_pack(&never_good, "c", "gamma");
    assert_eq!(reload(&mut worker, ReloadTrigger::Rpc).outcome, ReloadOutcome::Exchanged);
    assert!(fixture.resolves("gamma"));
}

#[test]
fn all_who_have_asked_are_answered_by_one_reload() {
    let fixture = Fixture::new();
    let (requests, mut worker) = fixture.worker();
    let mut results = Vec::new();
    for trigger in [ReloadTrigger::Poll, ReloadTrigger::Signal, ReloadTrigger::Watch] {
        let (waiting, result) = oneshot::channel();
        requests.send(Request { trigger, force: false, waiting: Some(waiting) }).unwrap();
        results.push(result);
    }
    let batch = worker.wait().unwrap();
    worker.answer(batch);
    let attempts: Vec<_> = results.iter_mut().map(|result| result.try_recv().unwrap()).collect();
    assert!(attempts.iter().all(|attempt| Arc::ptr_eq(attempt, &attempts[0])));
    assert_eq!(attempts[0].trigger, ReloadTrigger::Signal);
    drop(requests);
    assert!(worker.wait().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_gazetteer_goes_when_no_call_uses_it_and_not_before() {
    let fixture = Fixture::new();
    let Fixture { engine, config, stack, folder } = fixture;
    let reloader = Reloader::start(engine.clone(), config.clone(), stack).unwrap();
    let call = engine.snapshot();
    let old: Weak<Gazetteer> = Arc::downgrade(&call);
    write_pack(&config.packs[0], "a", "gamma");
    let attempt = reloader.reload(ReloadTrigger::Rpc, true).await.unwrap();
    assert_eq!(attempt.outcome, ReloadOutcome::Exchanged);
    assert_eq!(reloader.status().index_version, attempt.new_index_version);
    tokio::time::sleep(2 * RETIREMENT).await;
    assert!(call.resolve("alpha", &ResolveOptions::default()).canonical_id.is_some());
    drop(call);
    let patience = Instant::now();
    while old.strong_count() > 0 {
        assert!(patience.elapsed() < Duration::from_secs(10), "it is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(folder);
}
