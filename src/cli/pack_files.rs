//! Files of a pack, written so that each appears whole or not at all.

use std::fs;
use std::path::Path;

use super::failure::Failure;
use super::target::Target;
use crate::import::settle;
use crate::pack::PackFile;

/// Writes files into the folder of a pack, which is made if it is not there. All are written beside their places first, so
/// that a full disk changes nothing.
pub fn write_files(folder: &Path, files: &[PackFile]) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::writing(&folder.display().to_string(), &error))?;
    settle(folder)?;
    let mut targets = Vec::with_capacity(files.len());
    for file in files {
        let mut target = Target::create(&folder.join(&file.name), true)?;
        target.put(&file.bytes)?;
        targets.push(target);
    }
    targets.into_iter().try_for_each(Target::commit)
}

/// A name for the pack of a folder, of the signs that package names have.
pub fn package_name(folder: &Path) -> String {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_lowercase();
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = name.chars().map(safe).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "pack".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_names_have_the_signs_of_package_names() {
        for (folder, name) in
            [("a/Our Names", "our-names"), ("ours.v2", "ours.v2"), ("أسماء", "pack"), ("..", "pack")]
        {
            assert_eq!(package_name(Path::new(folder)), name, "{folder}");
        }
    }

    #[test]
    fn other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("README.md"), "mine").unwrap();
        let file = PackFile { name: "aliases.tsv".into(), bytes: b"id\talias\n".to_vec() };
        write_files(folder.path(), &[file]).unwrap();
        assert_eq!(fs::read(folder.path().join("README.md")).unwrap(), b"mine");
        assert_eq!(fs::read(folder.path().join("aliases.tsv")).unwrap(), b"id\talias\n");
    }
}
