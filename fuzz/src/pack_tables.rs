//! Any bytes as the files of a pack: what is wrong is told with its place, what is right compiles to a segment that
//! verifies, and what `lint --fix` would change is within the file.

use yaqut::index::{compile, verify};
use yaqut::pack::fix::fix;
use yaqut::pack::{Diagnostic, Levels, PackFile, PackFiles, parse};

/// Divides the files of a pack in the bytes that a target is given: the ASCII character for it.
pub const FILE_SEPARATOR: u8 = 0x1C;
/// The files, in the order in which they stand there.
const NAMES: [&str; 5] =
    ["aliases.tsv", "entities.tsv", "overrides.tsv", "datapackage.json", "aliases-more.csv"];

/// Reads `bytes` as the files of a pack.
///
/// # Panics
///
/// If a finding points to no place of its file, a change that would mend one harms, or what has no error does not compile.
pub fn run(bytes: &[u8]) {
    let contents = bytes.split(|&byte| byte == FILE_SEPARATOR);
    let file = |(name, bytes): (&str, &[u8])| PackFile { name: name.into(), bytes: bytes.to_vec() };
    let mut files: Vec<PackFile> = NAMES.into_iter().zip(contents).map(file).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let files = PackFiles { label: "pack".into(), files };
    let parsed = parse(&files);
    for finding in &parsed.diagnostics {
        check_place(finding, &files);
    }
    check_fixes(files);
    if let Some(pack) = parsed.pack
        && let Ok(segment) = compile(&pack)
    {
        let header = verify(&mut segment.as_slice()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(header.entity_count, pack.entities.len() as u64);
    }
}

/// What is mended is a file of the pack, and there is nothing more to mend in it.
fn check_fixes(mut files: PackFiles) {
    for fixed in fix(&files, &Levels::strict()) {
        let file = files.files.iter_mut().find(|file| file.name == fixed.file.name);
        let file = file.unwrap_or_else(|| panic!("{} is mended, and is not there", fixed.file.name));
        assert_ne!(file.bytes, fixed.file.bytes, "nothing is mended in {}", file.name);
        file.bytes = fixed.file.bytes;
    }
    let again = fix(&files, &Levels::strict());
    assert!(again.is_empty(), "mended twice: {again:?}");
}

/// A finding is on a file that is there, or on one that is missed, and not beyond its end.
fn check_place(finding: &Diagnostic, files: &PackFiles) {
    let name = finding.file.rsplit('/').next().unwrap_or_default();
    let Some(line) = finding.line else {
        assert_eq!(finding.column, None, "{finding}");
        return;
    };
    let file = files.files.iter().find(|file| file.name == name);
    let text = String::from_utf8_lossy(&file.unwrap_or_else(|| panic!("in no file: {finding}")).bytes);
    // A row of a CSV may go over several lines, and what is missing at the end is missed on the line after it.
    let lines: Vec<&str> = text.split('\n').collect();
    assert!((1..=lines.len() + 1).contains(&(line as usize)), "beyond {} lines: {finding}", lines.len());
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    assert!(finding.column.is_none_or(|at| (1..=longest + 1).contains(&(at as usize))), "{finding}");
    if let Some(fix) = &finding.fix {
        assert!((fix.line, fix.column) <= (fix.end_line, fix.end_column), "{finding}: {fix:?}");
    }
}
