//! CLDR's names of divisions, one file a locale.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::xml;
use crate::import::ImportError;
use crate::import::files::file_name;
use crate::import::language::{cased, is_tag};
use crate::import::names::tidy;
use crate::import::progress::Progress;

/// The names that one locale gives to divisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Locale {
    /// BCP 47 tag.
    pub tag: String,
    /// Names by CLDR's code, without remarks.
    pub names: BTreeMap<String, String>,
}

impl Locale {
    /// The tag of the locale from which it differs only in parts: `sr` for `sr-Latn`.
    pub fn parent(&self) -> Option<&str> {
        self.tag.rsplit_once('-').map(|(parent, _)| parent)
    }
}

/// Reads `files`; parents come before the locales that differ from them.
pub(super) fn read<'a>(
    files: impl Iterator<Item = &'a PathBuf>,
    progress: &mut dyn Progress,
) -> Result<Vec<Locale>, ImportError> {
    let mut locales = Vec::new();
    for path in files {
        if let Some(tag) = tag_of(path) {
            locales.push(read_file(path, tag, progress)?);
        }
    }
    locales.sort_by(|a, b| a.tag.cmp(&b.tag));
    Ok(locales)
}

/// `sr-Latn` for `sr_Latn.xml`; `None` for `root.xml`, which is of no language.
fn tag_of(path: &Path) -> Option<String> {
    let tag = cased(&file_name(path).strip_suffix(".xml")?.replace('_', "-")).into_owned();
    is_tag(&tag).then_some(tag)
}

fn read_file(path: &Path, tag: String, progress: &mut dyn Progress) -> Result<Locale, ImportError> {
    let mut names = BTreeMap::new();
    for element in xml::elements(path, "subdivision", progress)? {
        names.insert(element.attribute("type").to_owned(), tidy(&element.text));
    }
    let parents = parents(&names);
    for (code, name) in &mut names {
        *name = without_remark(code, name, &parents).to_owned();
    }
    Ok(Locale { tag, names })
}

/// How often something stands behind a comma, by the country of the division.
type Parents = HashMap<(String, String), usize>;

fn parents(names: &BTreeMap<String, String>) -> Parents {
    let mut parents = Parents::new();
    for (code, name) in names {
        if let Some((_, parent)) = name.rsplit_once(COMMAS) {
            *parents.entry(key(code, parent)).or_default() += 1;
        }
    }
    parents
}

const COMMAS: [char; 2] = [',', '،'];

fn key(code: &str, parent: &str) -> (String, String) {
    (code.get(..2).unwrap_or_default().to_owned(), parent.trim().to_owned())
}

/// The name without a remark in brackets, and without the parent place that follows a comma. One that follows but once
/// in a country may be the last of a list (`Newry, Mourne and Down`), and stays.
fn without_remark<'n>(code: &str, name: &'n str, parents: &Parents) -> &'n str {
    let name = name.split(['(', '（']).next().map_or(name, str::trim_end);
    match name.rsplit_once(COMMAS) {
        Some((first, parent)) if parents.get(&key(code, parent)).is_some_and(|&count| count > 1) => {
            first.trim_end()
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(name: &str, text: &str) -> Vec<Locale> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read([path].iter(), &mut ()).unwrap()
    }

    #[test]
    fn files_are_told_by_their_tags() {
        let locale = &read_text("sr_Latn.xml", "<s><subdivision type='rs00'>Beograd</subdivision></s>")[0];
        assert_eq!((locale.tag.as_str(), locale.parent()), ("sr-Latn", Some("sr")));
        assert_eq!(locale.names["rs00"], "Beograd");
        assert_eq!(read_text("root.xml", "<s/>"), []);
    }

    #[test]
    fn remarks_and_parent_places_go_and_lists_stay() {
        let locale = &read_text(
            "ar.xml",
            "<s><subdivision type='lk1'>المقاطعة الغربية (سريلانكا)</subdivision>\
             <subdivision type='bb03'>سانت جورج، بربادوس</subdivision>\
             <subdivision type='bb04'>سانت جيمس، بربادوس</subdivision>\
             <subdivision type='gbnmd'>نيوري، مورن وداون</subdivision></s>",
        )[0];
        let names: Vec<_> = locale.names.values().map(String::as_str).collect();
        assert_eq!(names, ["سانت جورج", "سانت جيمس", "نيوري، مورن وداون", "المقاطعة الغربية"]);
    }
}
