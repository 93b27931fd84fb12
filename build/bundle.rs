//! Bundling: packs the folders of `data/` into files and a table that `src/store/bundled.rs` includes.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::{Compression, GzBuilder};

use super::digest::content_digest;

/// The list of packs, in the order of the stack.
const LIST: &str = "packs.txt";

/// Compresses every pack that `data/packs.txt` names into `out/bundled/` and writes the table `out/bundled.rs`.
///
/// Same data, same bytes: the compressed files carry neither time nor name. A missing `data` is an empty list.
pub(crate) fn bundle(data: &Path, out: &Path) -> Result<(), String> {
    let packs = listed_packs(data)?;
    fs::create_dir_all(out.join("bundled")).map_err(|e| at(out, &e))?;
    let mut table = "[\n".to_owned();
    for pack in &packs {
        table += &bundle_pack(&data.join(pack), pack, out)?;
    }
    table += "]\n";
    let path = out.join("bundled.rs");
    fs::write(&path, table).map_err(|e| at(&path, &e))
}

/// The names in `packs.txt`, which must be exactly the folders of `data`.
fn listed_packs(data: &Path) -> Result<Vec<String>, String> {
    let path = data.join(LIST);
    let text = match fs::read_to_string(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
        result => result.map_err(|e| at(&path, &e))?,
    };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let listed: Vec<String> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    check_list(data, &listed)?;
    Ok(listed)
}

fn check_list(data: &Path, listed: &[String]) -> Result<(), String> {
    for (i, name) in listed.iter().enumerate() {
        let is_token = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !is_token {
            return Err(format!("{LIST}: `{name}`: a pack's folder name is made of a-z, 0-9, - and _"));
        }
        if listed.iter().take(i).any(|earlier| earlier == name) {
            return Err(format!("{LIST} names `{name}` twice; keep one of the lines"));
        }
        if !data.join(name).is_dir() {
            return Err(format!("{LIST} names `{name}`, but {} has no such folder", data.display()));
        }
    }
    match folders(data)?.into_iter().find(|folder| !listed.contains(folder)) {
        Some(folder) => Err(format!(
            "{} is not listed; write it into {LIST}, or move it away",
            data.join(folder).display()
        )),
        None => Ok(()),
    }
}

fn folders(data: &Path) -> Result<Vec<String>, String> {
    if data.is_dir() { names(data, Path::is_dir) } else { Ok(Vec::new()) }
}

/// Names of the entries that are not hidden and pass `wanted`, in name order.
fn names(folder: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| at(folder, &e))? {
        let entry = entry.map_err(|e| at(folder, &e))?;
        let Ok(name) = entry.file_name().into_string() else {
            return Err(format!("{}: the name is not UTF-8", entry.path().display()));
        };
        if !name.starts_with('.') && wanted(&entry.path()) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Compresses the files of one pack and returns its row of the table.
fn bundle_pack(folder: &Path, pack: &str, out: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    for name in names(folder, Path::is_file)? {
        let path = folder.join(&name);
        files.push((name, fs::read(&path).map_err(|e| at(&path, &e))?));
    }
    let digest = content_digest(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    let mut row = format!("    BundledPack {{\n        name: {pack:?},\n        digest: {digest:?},\n");
    row += "        files: &[\n";
    for (i, (name, bytes)) in files.iter().enumerate() {
        let gz = format!("bundled/{pack}.{i}.gz");
        let path = out.join(&gz);
        compress(bytes).and_then(|gz| fs::write(&path, gz)).map_err(|e| at(&path, &e))?;
        let (length, gz) = (bytes.len(), format!("/{gz}"));
        // Writing to a String cannot fail.
        let _ = writeln!(
            row,
            "            BundledFile {{ name: {name:?}, length: {length}, \
             gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), {gz:?})) }},"
        );
    }
    row += "        ],\n    },\n";
    Ok(row)
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn at(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// A data folder with packs b and a, in this order.
    fn data() -> tempfile::TempDir {
        let data = tempfile::tempdir().unwrap();
        for pack in ["a", "b"] {
            fs::create_dir(data.path().join(pack)).unwrap();
            fs::write(data.path().join(pack).join("aliases.tsv"), format!("alias of {pack}")).unwrap();
        }
        list(data.path(), "# order of the stack\nb # below\n\na\n");
        data
    }

    fn list(data: &Path, text: &str) {
        fs::write(data.join(LIST), text).unwrap();
    }

    fn table(data: &Path, out: &Path) -> String {
        bundle(data, out).unwrap();
        fs::read_to_string(out.join("bundled.rs")).unwrap()
    }

    fn fails(data: &Path, expected: &str) {
        let message = bundle(data, tempfile::tempdir().unwrap().path()).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn packs_come_in_the_order_of_the_list_with_the_digest_of_what_was_compressed() {
        let (data, out) = (data(), tempfile::tempdir().unwrap());
        fs::write(data.path().join("a").join(".aliases.tsv.swp"), "hidden").unwrap();
        let table = table(data.path(), out.path());
        let digest = format!("{:?}", content_digest([("aliases.tsv", b"alias of a".as_slice())]));
        assert!(table.contains(&digest), "{table}");
        assert!(table.find(r#"name: "b""#) < table.find(r#"name: "a""#), "{table}");
        assert!(!table.contains(".swp"), "{table}");
        let mut unpacked = String::new();
        let gz = fs::File::open(out.path().join("bundled/a.0.gz")).unwrap();
        flate2::read::GzDecoder::new(gz).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, "alias of a");
    }

    #[test]
    fn the_same_data_gives_the_same_bytes() {
        let (data, first, second) = (data(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_eq!(table(data.path(), first.path()), table(data.path(), second.path()));
        let gz = |out: &Path| fs::read(out.join("bundled/a.0.gz")).unwrap();
        assert_eq!(gz(first.path()), gz(second.path()));
    }

    #[test]
    fn no_data_is_an_empty_table() {
        let (data, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_eq!(table(data.path(), out.path()), "[\n]\n");
        assert_eq!(table(&data.path().join("gone"), out.path()), "[\n]\n");
    }

    #[test]
    fn list_and_folders_must_agree() {
        let data = data();
        list(data.path(), "a\n");
        fails(data.path(), "b is not listed; write it into packs.txt");
        list(data.path(), "a\nb\nc\n");
        fails(data.path(), "packs.txt names `c`, but");
        list(data.path(), "a\nb\na\n");
        fails(data.path(), "packs.txt names `a` twice");
        list(data.path(), "a\n../b\n");
        fails(data.path(), "`../b`: a pack's folder name is made of");
    }
}
