//! `yaqut lint --fix`: packs, mended in their folders.

use std::path::{Path, PathBuf};

use super::super::failure::Failure;
use super::super::target::Target;
use super::super::terminal::{counted, note};
use crate::import::settle;
use crate::pack::Levels;
use crate::pack::fix::{FixedFile, fix};
use crate::store::read_pack;

/// The most changes of a file that are told one by one.
const MAX_SHOWN: usize = 100;

/// Mends the packs, and tells what was changed; each file is replaced as a whole, or not at all.
pub(super) fn run(packs: &[PathBuf], levels: &Levels, is_dry_run: bool) -> Result<(), Failure> {
    for folder in packs {
        if !is_dry_run {
            settle(folder)?;
        }
        for fixed in fix(&read_pack(folder)?, levels) {
            let path = folder.join(&fixed.file.name);
            if !is_dry_run {
                let mut target = Target::create(&path, true)?;
                target.put(&fixed.file.bytes)?;
                target.commit()?;
            }
            tell(&path, &fixed, is_dry_run);
        }
    }
    Ok(())
}

fn tell(path: &Path, fixed: &FixedFile, is_dry_run: bool) {
    let path = path.display();
    for change in fixed.changes.iter().take(MAX_SHOWN) {
        let line = change.line.map(|line| format!(":{line}")).unwrap_or_default();
        let code = change.code.map(|code| format!("[{code}]")).unwrap_or_default();
        note(format_args!("{path}{line}: fixed{code}: {}", change.what));
    }
    let changes = counted(fixed.changes.len() as u64, "change");
    let done = if is_dry_run { "not made, because of --dry-run" } else { "made" };
    note(format_args!("{path}: {changes} {done}"));
}
