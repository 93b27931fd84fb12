//! A curator's own names, which a rebuild reads and writes again.
//!
//! The table `aliases-curated.tsv` of a pack is an input like any other: its rows come back in the new pack as they
//! are, and where they say the same as an imported name, theirs is the one that stays.

use std::path::{Path, PathBuf};

use super::ImportError;
use super::files;
use super::names::Name;
use super::progress::Progress;
use crate::model::EntityId;

/// The name of the table in a pack's folder.
pub(super) const TABLE: &str = "aliases-curated.tsv";
/// What stands in the `source` column where the curator left it empty.
const SOURCE: &str = "curated";

/// The names of some such tables, one after the other.
pub(super) fn read_all<'p>(
    paths: impl IntoIterator<Item = &'p PathBuf>,
    progress: &mut dyn Progress,
) -> Result<Vec<(EntityId, Name)>, ImportError> {
    let mut names = Vec::new();
    for path in paths {
        names.extend(read(path, progress)?);
    }
    Ok(names)
}

/// Reads the table: columns `id alias lang kind source note`, of which the last two may be missing.
fn read(path: &Path, progress: &mut dyn Progress) -> Result<Vec<(EntityId, Name)>, ImportError> {
    let fail = |error| ImportError::csv(path, error);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .flexible(true)
        .from_reader(files::open(path, progress)?);
    let headers = reader.headers().map_err(fail)?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let needed = |name: &str| {
        column(name).ok_or_else(|| ImportError::layout(path, 1, format!("the table has no column `{name}`")))
    };
    let (id, alias, lang, kind) = (needed("id")?, needed("alias")?, needed("lang")?, needed("kind")?);
    let note = column("note");
    let mut names = Vec::new();
    for row in reader.records() {
        let row = row.map_err(fail)?;
        let line = row.position().map_or(0, csv::Position::line);
        let wrong = |error: crate::model::InvalidToken| ImportError::layout(path, line, error.to_string());
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let kind = cell(kind).parse().map_err(wrong)?;
        let mut name = Name::new(cell(alias), cell(lang), kind, SOURCE);
        note.map_or("", cell).clone_into(&mut name.note);
        names.push((EntityId::new(cell(id)).map_err(wrong)?, name));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AliasKind;

    fn read_text(text: &str) -> Result<Vec<(EntityId, Name)>, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(TABLE);
        std::fs::write(&path, text).unwrap();
        read(&path, &mut ())
    }

    #[test]
    fn rows_are_read_as_they_are() {
        let names =
            read_text("id\talias\tlang\tkind\tsource\tnote\nQ1\tالكون\tar\tdemonym\t\tn\nQ1\tAll\t\tshort\n");
        let names = names.unwrap();
        assert_eq!((names[0].1.text.as_str(), names[0].1.note.as_str()), ("الكون", "n"));
        assert_eq!((names[1].1.kind, names[1].1.source), (AliasKind::Short, "curated"));
    }

    #[test]
    fn faults_name_their_line() {
        for (text, part) in [
            ("id\talias\tkind\n", ":1: the table has no column `lang`"),
            ("id\talias\tlang\tkind\nQ1\ta\ten\tnick\n", ":2: `nick` is not an alias kind"),
            ("id\talias\tlang\tkind\n\ta\ten\tshort\n", ":2: "),
        ] {
            let error = read_text(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
