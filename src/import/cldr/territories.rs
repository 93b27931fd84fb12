//! CLDR: names of territories, one file a locale.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::import::ImportError;
use crate::import::files::{self, folder_name};
use crate::import::progress::Progress;

/// The names that one locale gives to territories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Locale {
    /// BCP 47 tag.
    pub tag: String,
    /// Names by territory code, plain first.
    pub names: BTreeMap<String, Vec<(Form, String)>>,
}

/// Which of a territory's names it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// The name to show.
    Plain,
    /// `-alt-short`.
    Short,
    /// `-alt-variant` and other alternatives.
    Variant,
}

impl Locale {
    /// The first name of the form that the locale gives to the territory.
    pub(super) fn name(&self, code: &str, form: Form) -> Option<&str> {
        self.names.get(code)?.iter().find(|(f, _)| *f == form).map(|(_, name)| name.as_str())
    }

    /// The language without script and region: `sr` of `sr-Latn-BA`.
    pub(super) fn language(&self) -> &str {
        self.tag.split('-').next().unwrap_or_default()
    }
}

#[derive(Deserialize)]
struct File {
    main: BTreeMap<String, Main>,
}

#[derive(Deserialize)]
struct Main {
    #[serde(rename = "localeDisplayNames")]
    names: DisplayNames,
}

#[derive(Deserialize)]
struct DisplayNames {
    #[serde(default)]
    territories: BTreeMap<String, String>,
}

/// Reads `files`; parents come before their regional children, and macro-regions (`es-419`) before regions.
pub(super) fn read<'a>(
    files: impl Iterator<Item = &'a PathBuf>,
    progress: &mut dyn Progress,
) -> Result<Vec<Locale>, ImportError> {
    let mut locales = Vec::new();
    for path in files {
        locales.extend(read_file(path, progress)?);
    }
    locales.sort_by_cached_key(|locale| {
        let subtags = locale.tag.split('-').count();
        let is_region = locale.tag.rsplit('-').next().is_some_and(|last| last.parse::<u16>().is_err());
        (subtags, is_region, locale.tag.clone())
    });
    Ok(locales)
}

fn read_file(path: &Path, progress: &mut dyn Progress) -> Result<Vec<Locale>, ImportError> {
    let file: File = files::read_json(path, progress)?;
    if file.main.is_empty() {
        let message = format!("no names for the locale {}", folder_name(path));
        return Err(ImportError::layout(path, 1, message));
    }
    Ok(file.main.into_iter().map(|(tag, main)| locale(tag, main.names.territories)).collect())
}

fn locale(tag: String, territories: BTreeMap<String, String>) -> Locale {
    let mut names: BTreeMap<String, Vec<(Form, String)>> = BTreeMap::new();
    for (key, name) in territories {
        let (code, form) = match key.split_once("-alt-") {
            None => (key.as_str(), Form::Plain),
            Some((code, "short")) => (code, Form::Short),
            Some((code, _)) => (code, Form::Variant),
        };
        // Where a locale has no name, CLDR repeats the code.
        if name != code {
            names.entry(code.to_owned()).or_default().push((form, name));
        }
    }
    for forms in names.values_mut() {
        forms.sort();
    }
    Locale { tag, names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_first_and_forms_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let mut paths = Vec::new();
        for (tag, territories) in [
            ("es-AR", r#""CI": "Costa de Marfil""#),
            ("es-419", r#""CI": "Costa de Marfil""#),
            (
                "es",
                r#""CI": "Côte d’Ivoire", "CI-alt-variant": "Costa de Marfil", "AA": "AA", "GB-alt-short": "RU""#,
            ),
        ] {
            let path = folder.path().join(tag);
            let text = format!(
                r#"{{"main": {{"{tag}": {{"localeDisplayNames": {{"territories": {{{territories}}}}}}}}}}}"#
            );
            std::fs::write(&path, text).unwrap();
            paths.push(path);
        }
        let locales = read(paths.iter(), &mut ()).unwrap();
        assert_eq!(locales.iter().map(|l| l.tag.as_str()).collect::<Vec<_>>(), ["es", "es-419", "es-AR"]);
        assert_eq!(locales[0].name("CI", Form::Variant), Some("Costa de Marfil"));
        assert_eq!(locales[0].name("GB", Form::Short), Some("RU"));
        assert_eq!(locales[0].name("AA", Form::Plain), None, "a code is no name");
    }

    #[test]
    fn a_file_without_names_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("territories.json");
        std::fs::write(&path, r#"{"main": {}}"#).unwrap();
        assert!(read([path].iter(), &mut ()).is_err());
    }
}
