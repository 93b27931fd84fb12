//! What may happen to packs and segment files, and how it is noticed.

use std::fs;

use yaqut::rpc::pb::{DiagnosticSeverity, PackReloadState, ReloadOutcome, ReloadTrigger, ReloadWatchMode};
use yaqut::store::{BuildOptions, build};

use super::bed::{Bed, Watching, overlay, replace, write_base, write_overlay, write_pack};

#[tokio::test]
async fn a_bad_pack_is_told_of_and_a_mended_one_goes_live() {
    let mut bed = Bed::start(Watching::Off).await;
    let before = bed.status().await.index_version;
    replace(&bed.path("overlay/aliases.tsv"), overlay("Q2").replace("preferred", "prefered"));
    let bad = bed.reload().await;
    assert_eq!(bad.outcome(), ReloadOutcome::Incomplete);
    assert_eq!((&bad.old_index_version, &bad.new_index_version), (&before, &before));
    assert_eq!(bad.packs[1].state(), PackReloadState::Kept);
    assert_eq!(bad.diagnostic_count, 1);
    let finding = &bad.diagnostics[0];
    assert_eq!((finding.severity(), &*finding.code), (DiagnosticSeverity::Error, "unknown-kind"));
    assert!(finding.file.ends_with("overlay/aliases.tsv"), "{}", finding.file);
    assert_eq!((finding.line, finding.column), (Some(2), Some(19)));
    assert!(finding.message.contains("prefered") && finding.help.contains("preferred"), "{finding:?}");
    assert_eq!(bed.target().await.0, "Q1");
    assert_eq!(bed.status().await.counters.unwrap().incomplete_count, 1);

    // The others go live meanwhile.
    let aliases = "id\talias\tlang\tkind\nQ3\tGranary\ten\tpreferred\n";
    write_pack(&bed.path("base"), &[("aliases.tsv", aliases)]);
    let still = bed.reload().await;
    assert_eq!(still.outcome(), ReloadOutcome::Incomplete);
    assert_ne!(still.new_index_version, before);
    bed.write_overlay("Q2");
    assert_eq!(bed.reload().await.outcome(), ReloadOutcome::Exchanged);
    assert_eq!(bed.target().await.0, "Q2");
}

#[tokio::test]
async fn a_written_file_is_noticed() {
    let mut bed = Bed::start(Watching::Events).await;
    let watch = bed.status().await.watch.unwrap();
    assert_eq!((watch.mode(), &*watch.note), (ReloadWatchMode::Events, ""));
    for name in ["base", "overlay", ""] {
        let folder = fs::canonicalize(bed.path(name)).unwrap().display().to_string();
        assert!(watch.folders.contains(&folder), "{folder} in {:?}", watch.folders);
    }
    // In place, and in steps, as editors may.
    fs::write(bed.path("overlay/aliases.tsv"), &overlay("Q2")[..30]).unwrap();
    fs::write(bed.path("overlay/aliases.tsv"), overlay("Q2")).unwrap();
    bed.becomes("Q2").await;
    bed.comes_to(|attempt| attempt.trigger() == ReloadTrigger::Watch).await;
}

#[tokio::test]
async fn a_folder_that_is_replaced_by_a_rename_is_noticed() {
    let mut bed = Bed::start(Watching::Events).await;
    for id in ["Q2", "Q3", "Q1"] {
        write_overlay(&bed.path("next/overlay"), id);
        fs::rename(bed.path("overlay"), bed.path("last")).unwrap();
        fs::rename(bed.path("next/overlay"), bed.path("overlay")).unwrap();
        bed.becomes(id).await;
        fs::remove_dir_all(bed.path("last")).unwrap();
    }
}

/// As kubelet updates a volume: the files are links through `..data`, which is turned to another folder.
#[cfg(unix)]
#[tokio::test]
async fn a_swap_of_data_is_noticed() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let volume = folder.path().join("overlay");
    let swap = |version: &str, id: &str| {
        write_overlay(&volume.join(version), id);
        symlink(version, volume.join("..data_tmp")).unwrap();
        fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    };
    write_base(&folder.path().join("base"));
    swap("..2026_1", "Q1");
    for file in ["aliases.tsv", "datapackage.json"] {
        symlink(format!("..data/{file}"), volume.join(file)).unwrap();
    }
    let packs = vec![folder.path().join("base"), volume.clone()];
    let mut bed = Bed::start_with(folder, packs, vec![], Watching::Events).await;
    assert_eq!(bed.target().await.0, "Q1");
    for (version, last, id) in [("..2026_2", "..2026_1", "Q2"), ("..2026_3", "..2026_2", "Q3")] {
        swap(version, id);
        fs::remove_dir_all(volume.join(last)).unwrap();
        bed.becomes(id).await;
    }
}

#[tokio::test]
async fn a_folder_that_is_deleted_goes_on_serving_until_it_is_back() {
    let mut bed = Bed::start(Watching::Events).await;
    // At once: a folder from which one file after another is taken may be a good pack of fewer rows on the way.
    fs::rename(bed.path("overlay"), bed.path("trash")).unwrap();
    fs::remove_dir_all(bed.path("trash")).unwrap();
    let gone = bed
        .comes_to(|attempt| attempt.diagnostics.iter().any(|d| d.message.contains("does not exist")))
        .await;
    assert_eq!(gone.outcome(), ReloadOutcome::Incomplete);
    assert_eq!(gone.packs[1].state(), PackReloadState::Kept);
    let finding = &gone.diagnostics[0];
    assert_eq!((&*finding.code, finding.line), ("cannot-open", None));
    assert!(finding.file.ends_with("overlay") && finding.help.contains("last good"), "{finding:?}");
    assert_eq!(bed.target().await.0, "Q1");
    bed.write_overlay("Q2");
    bed.becomes("Q2").await;
}

#[tokio::test]
async fn a_segment_file_that_is_replaced_serves_and_a_damaged_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write_base(&path("base"));
    let segment = |id: &str| {
        write_overlay(&path("overlay"), id);
        let out = folder.path().join(format!("{id}.yaqut"));
        build(&path("overlay"), &out, &BuildOptions::default()).unwrap();
        fs::read(out).unwrap()
    };
    let [first, second] = ["Q1", "Q2"].map(segment);
    let index = path("overlay.yaqut");
    replace(&index, &first);
    let packs = vec![path("base")];
    let mut bed = Bed::start_with(folder, packs, vec![index.clone()], Watching::Events).await;
    replace(&index, &second);
    bed.becomes("Q2").await;
    replace(&index, &first[..first.len() / 2]);
    let bad = bed.comes_to(|attempt| attempt.outcome() == ReloadOutcome::Incomplete).await;
    assert_eq!(bad.packs[0].state(), PackReloadState::Kept);
    assert!(bad.diagnostics[0].message.contains("damaged"), "{:?}", bad.diagnostics);
    assert_eq!(bed.target().await.0, "Q2");
    replace(&index, &first);
    bed.becomes("Q1").await;
}

#[tokio::test]
async fn without_events_files_are_looked_at_from_time_to_time() {
    let mut bed = Bed::start(Watching::Poll).await;
    assert_eq!(bed.status().await.watch.unwrap().mode(), ReloadWatchMode::Poll);
    bed.write_overlay("Q2");
    bed.becomes("Q2").await;
    bed.comes_to(|attempt| attempt.trigger() == ReloadTrigger::Poll).await;
    let idle = bed.status().await.counters.unwrap().idle_count;
    while bed.status().await.counters.unwrap().idle_count < idle + 3 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let last = bed.status().await.last_attempt.unwrap();
    assert_eq!(last.outcome(), ReloadOutcome::Exchanged);
}

#[tokio::test]
async fn unwatched_files_wait_for_a_call() {
    let mut bed = Bed::start(Watching::Off).await;
    bed.write_overlay("Q2");
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert_eq!(bed.target().await.0, "Q1");
    let status = bed.status().await;
    assert!(status.last_attempt.is_none() && status.counters.unwrap().idle_count == 0);
    bed.reload().await;
    assert_eq!(bed.target().await.0, "Q2");
}
