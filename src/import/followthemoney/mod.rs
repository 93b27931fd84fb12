//! FollowTheMoney entities, as OpenSanctions and others publish them: one JSON object a line.
//!
//! [`entity`] reads what is needed of a line, [`schema`] says of which type it is, [`identifier`] which other IDs it bears.
//! Documented for users in `docs/import/followthemoney.md`.

mod entity;
mod identifier;
mod schema;

use std::path::{Path, PathBuf};

use super::countries;
use super::facts::{Fact, Origin};
use super::files;
use super::input::{self, Input};
use super::malformed::Malformed;
use super::progress::Progress;
use super::report::{Report, Skip};
use super::sink::Rows;
use super::staging::Staging;
use super::streaming::Streaming;
use super::{ImportError, Options, Source};
use crate::model::{AliasKind, CountryCode, EntityId, EntityType, is_qid};
use crate::pack::{self, Manifest};
use entity::{Entity, Properties};

pub(super) const INPUTS: &str = "\
  entities.ftm.json                   FollowTheMoney entities, one JSON object a line (*.json, *.ijson, *.ndjson,
                                      *.jsonl; - for standard input); one is needed";

/// Stands before IDs that nobody gave another namespace.
const NAMESPACE: &str = "ftm:";

pub(super) fn import(
    inputs: &[PathBuf],
    staging: Staging,
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let wanted = "file of entities (such as entities.ftm.json)";
    let inputs = input::find(Source::FollowTheMoney, wanted, inputs, role_of)?;
    let mut import = Streaming::begin(&manifest(&inputs, options), staging, options, progress)?;
    let reader = Reader {
        prefix: options.id_prefix.as_deref().unwrap_or(NAMESPACE),
        origin: Origin { source: "followthemoney", defaults: &options.defaults },
    };
    for ((), input) in &inputs {
        import.rows(input, |line, rows| reader.read_line(line, rows))?;
    }
    import.finish()
}

fn role_of(path: &Path) -> Option<()> {
    let has_ending = matches!(files::ending(path).as_str(), "json" | "ijson" | "ndjson" | "jsonl");
    (has_ending || path == Path::new("-")).then_some(())
}

fn manifest(inputs: &[((), Input)], options: &Options) -> Manifest {
    let source = |((), input): &((), Input)| pack::Source {
        title: format!("FollowTheMoney entities, {}", input.file_name()),
        path: String::new(),
    };
    Manifest {
        name: "followthemoney".to_owned(),
        title: "FollowTheMoney entities".to_owned(),
        version: options.version.clone(),
        licenses: options.licenses(),
        sources: inputs.iter().map(source).collect(),
    }
}

/// How lines become entities.
struct Reader<'o> {
    prefix: &'o str,
    origin: Origin<'o>,
}

impl Reader<'_> {
    fn read_line(&self, line: &str, rows: &mut Rows<'_>) -> Result<(), Malformed> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let entity: Entity = serde_json::from_str(line).map_err(|error| Malformed::json(&error))?;
        let Some(entity_type) = schema::type_of(&entity.schema) else {
            rows.report.skip_entity(Skip::UnknownClass);
            return Ok(());
        };
        let id = self.id(&entity.id).ok_or_else(|| {
            let message = format!("`{}` cannot be an ID", entity.id.escape_debug());
            Malformed::new("no ID", 1, message)
        })?;
        let facts = self.facts(&entity, entity_type, &mut rows.report);
        match self.origin.draft(id, facts, rows.filters(), &mut rows.report) {
            Ok(draft) => rows.add(draft),
            Err(skip) => rows.report.skip_entity(skip),
        }
        Ok(())
    }

    /// Items of Wikidata keep their IDs; all others get a namespace.
    fn id(&self, text: &str) -> Option<EntityId> {
        if is_qid(text) {
            EntityId::new(text).ok()
        } else {
            EntityId::new(&format!("{}{text}", self.prefix)).ok()
        }
    }

    fn facts<'e>(&self, entity: &'e Entity, entity_type: EntityType, report: &mut Report) -> Vec<Fact<'e>> {
        let properties = &entity.properties;
        let mut facts = vec![Fact::Type(entity_type)];
        facts.extend(country(properties).map(Fact::Country));
        facts.extend(names(entity));
        let text =
            properties.description.iter().chain(&properties.summary).chain(&properties.position).next();
        facts.extend(text.map(|text| Fact::Description { lang: "".into(), text: text.as_str().into() }));
        facts.extend(identifier::ids(properties, report).into_iter().map(Fact::SameAs));
        facts.extend(entity.referents.iter().filter_map(|id| self.id(id)).map(Fact::SameAs));
        facts
    }
}

/// The name to show, if the source says which one it is, before all others.
fn names(entity: &Entity) -> impl Iterator<Item = Fact<'_>> {
    let Properties { name, alias, weak_alias, previous_name, abbreviation, .. } = &entity.properties;
    let caption = name.iter().position(|name| *name == entity.caption).unwrap_or_default();
    let kind_of = move |index| if index == caption { AliasKind::Preferred } else { AliasKind::Alternate };
    let main = name.iter().enumerate().map(move |(index, text)| (kind_of(index), text));
    let others = [
        (AliasKind::Alternate, alias),
        (AliasKind::Hidden, weak_alias),
        (AliasKind::Former, previous_name),
        (AliasKind::Abbreviation, abbreviation),
    ];
    let others = others.into_iter().flat_map(|(kind, texts)| texts.iter().map(move |text| (kind, text)));
    main.chain(others).map(|(kind, text)| Fact::Name { kind, lang: "".into(), text: text.as_str().into() })
}

/// The first country that is one: codes of unions and of states that are gone are others' business.
fn country(properties: &Properties) -> Option<CountryCode> {
    let Properties { main_country, nationality, citizenship, jurisdiction, flag, country, .. } = properties;
    let all = [main_country, nationality, citizenship, jurisdiction, flag, country].into_iter().flatten();
    all.filter_map(|code| CountryCode::new(code).ok()).find(|&code| countries::name_of(code).is_some())
}

#[cfg(test)]
mod tests;
