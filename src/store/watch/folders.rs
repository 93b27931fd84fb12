//! Which folders show that the packs and segment files of a stack change.

use std::fs;
use std::path::{Path, PathBuf};

use crate::store::segment_file::folder_of;
use crate::store::stack::StackConfig;

/// The folders of the packs, and those in which packs and segment files lie, as they are named and as links resolve.
///
/// A folder that is replaced by a rename, a link that is turned to another folder, and Kubernetes' swap of `..data` all
/// show in the folder above. What does not exist is left out, and noticed when it comes to be by the folder above.
pub(super) fn folders(config: &StackConfig) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut add = |folder: &Path| {
        // By what they resolve to: the system takes two names of one folder for one.
        if let Ok(folder) = fs::canonicalize(folder).map(|folder| nearest_folder(&folder))
            && !folders.contains(&folder)
        {
            folders.push(folder);
        }
    };
    for pack in &config.packs {
        add(pack);
    }
    for path in config.packs.iter().chain(&config.indexes) {
        add(folder_of(path));
        if let Ok(resolved) = fs::canonicalize(path) {
            add(folder_of(&resolved));
        }
    }
    folders
}

/// The folder itself, or that of a file that somebody has put in its place.
fn nearest_folder(path: &Path) -> PathBuf {
    if path.is_dir() { path.to_owned() } else { folder_of(path).to_owned() }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn folders_are_those_of_names_and_of_what_they_resolve_to() {
        let root = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(root.path()).unwrap();
        for folder in ["etc/..v1/pack", "etc/direct", "files/v1"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("files/v1/b.yaqut"), "").unwrap();
        symlink("..v1", root.join("etc/..data")).unwrap();
        symlink("..data/pack", root.join("etc/pack")).unwrap();
        symlink("v1/b.yaqut", root.join("files/b.yaqut")).unwrap();
        let of = |packs: &[&str], indexes: &[&str]| {
            let paths = |names: &[&str]| names.iter().map(|name| root.join(name)).collect();
            let config =
                StackConfig { packs: paths(packs), indexes: paths(indexes), ..StackConfig::default() };
            let mut names: Vec<_> = folders(&config)
                .iter()
                .map(|folder| folder.strip_prefix(&root).unwrap().display().to_string())
                .collect();
            names.sort();
            names
        };
        assert_eq!(of(&["etc/direct"], &[]), ["etc", "etc/direct"]);
        assert_eq!(of(&["etc/direct", "etc/pack"], &[]), ["etc", "etc/..v1", "etc/..v1/pack", "etc/direct"]);
        assert_eq!(of(&["etc/gone"], &[]), ["etc"]);
        assert_eq!(of(&[], &["files/b.yaqut"]), ["files", "files/v1"]);
        assert_eq!(of(&["etc/gone/too"], &[]), Vec::<String>::new());
    }
}
