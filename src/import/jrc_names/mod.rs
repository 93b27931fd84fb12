//! JRC-Names: people and organisations in the news, with the spellings under which they were found.
//!
//! A line has four columns with tabs between them: number of the entity, letter of its type, language or `u` where the
//! spelling belongs to none, name with `+` for spaces (Steinberger et al., JRC-Names: A Freely Available, Highly
//! Multilingual Named Entity Resource, RANLP 2011, section 5). Documented for users in `docs/import/jrc-names.md`.

use std::path::{Path, PathBuf};

use super::facts::{Fact, Origin};
use super::files;
use super::gather::{Facts, Gather};
use super::input::{self, Input};
use super::language::tag_of;
use super::malformed::Malformed;
use super::progress::Progress;
use super::report::{Report, Skip};
use super::staging::Staging;
use super::streaming::Streaming;
use super::{ImportError, Options, Source};
use crate::model::{AliasKind, EntityId, EntityType};
use crate::pack::{self, License, Manifest};

pub(super) const INPUTS: &str = "\
  entities.gzip                       the entity file of JRC-Names (*.txt, *.tsv; - for standard input); one is needed";

/// The language of names that belong to none.
const UNIVERSAL: &str = "u";

pub(super) fn import(
    inputs: &[PathBuf],
    staging: Staging,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let wanted = "entity file (such as entities.gzip)";
    let inputs = input::find(Source::JrcNames, wanted, inputs, role_of)?;
    let mut import = Streaming::begin(&manifest(&inputs, options), staging, options, progress)?;
    let mut gather = Gather::new(import.sink.scratch());
    for ((), input) in &inputs {
        import.facts(input, &mut gather, read_line)?;
    }
    import.entities(gather, &Origin { source: "jrc-names", defaults: &options.defaults })?;
    import.finish()
}

fn role_of(path: &Path) -> Option<()> {
    let name = files::file_name(path);
    let has_ending = matches!(files::ending(path).as_str(), "txt" | "tsv");
    (has_ending || name.starts_with("entities") || path == Path::new("-")).then_some(())
}

fn manifest(inputs: &[((), Input)], options: &Options) -> Manifest {
    let page = "https://data.jrc.ec.europa.eu/dataset/jrc-emm-jrc-names";
    let source = |((), input): &((), Input)| pack::Source {
        title: format!("JRC-Names, {}", input.file_name()),
        path: page.to_owned(),
    };
    let terms = License {
        name: String::new(),
        path: page.to_owned(),
        title: "JRC-Names, conditions of use of the Joint Research Centre".to_owned(),
    };
    Manifest {
        name: "jrc-names".to_owned(),
        title: "People and organisations of JRC-Names".to_owned(),
        version: options.version.clone(),
        licenses: if options.license.is_some() { options.licenses() } else { vec![terms] },
        sources: inputs.iter().map(source).collect(),
    }
}

fn read_line(line: &str, facts: &mut Facts) -> Result<(), Malformed> {
    if line.trim().is_empty() {
        return Ok(());
    }
    let columns: Vec<&str> = line.split('\t').collect();
    let &[number, letter, lang, name] = columns.as_slice() else {
        let message = format!("{} columns in place of 4", columns.len());
        return Err(Malformed::new("not four columns", 1, message));
    };
    let id = id_of(number.trim())?;
    // Names that are assigned to nobody.
    let Some(id) = id else {
        facts.report.skip_name(Skip::OfOther);
        return Ok(());
    };
    let entity_type = type_of(letter.trim()).ok_or_else(|| {
        let message = format!("`{}` is no type of JRC-Names", letter.escape_debug());
        Malformed::new("no type", number.len() + 2, message)
    })?;
    facts.push(&id, &Fact::Type(EntityType::from_checked(entity_type)));
    facts.push(&id, &name_of(lang.trim(), name));
    Ok(())
}

/// The ID of an entity; `None` for 0, which stands for no entity.
fn id_of(number: &str) -> Result<Option<EntityId>, Malformed> {
    let no_number = || {
        let message = format!("`{}` is not the number of an entity", number.escape_debug());
        Malformed::new("no number", 1, message)
    };
    let number: u64 = number.parse().map_err(|_| no_number())?;
    if number == 0 {
        return Ok(None);
    }
    EntityId::new(&format!("jrc:{number}")).map(Some).map_err(|_| no_number())
}

/// Some letters are written small in some releases.
fn type_of(letter: &str) -> Option<&'static str> {
    match letter {
        "P" | "p" => Some("person"),
        "O" | "o" => Some("organization"),
        "T" | "t" => Some("place"),
        "E" | "e" => Some("event"),
        "U" | "u" => Some("other"),
        _ => None,
    }
}

/// The first name that belongs to no language is the one under which the source lists the entity.
fn name_of(lang: &str, name: &str) -> Fact<'static> {
    let text = name.replace('+', " ").into();
    match lang {
        UNIVERSAL => Fact::Name { kind: AliasKind::Preferred, lang: "".into(), text },
        lang => {
            let lang = tag_of(lang).unwrap_or_default().into();
            Fact::Name { kind: AliasKind::Alternate, lang, text }
        }
    }
}

#[cfg(test)]
mod tests;
