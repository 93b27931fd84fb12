//! The core's answers to messages, and messages back to the core's answers.

use super::pb;
use crate::gazetteer::{Entity, EntityAlias, Suggestion};
use crate::index::Header;
use crate::model::{
    AliasKind, BlockAction, CountryCode, EntityId, EntityType, InvalidToken, Rank, Score, Status, Tier,
};
use crate::pack::{License, Source};
use crate::resolve::{BlockedCandidate, Candidate, Resolution, ResolveOptions};

/// Maps the values of a core enumeration to a message's and back, each in one exhaustive `match`.
macro_rules! enum_conversion {
    ($core:ident, $message:ident, $read:ident, $field:literal, [$( $variant:ident ),+ $(,)?]) => {
        impl From<$core> for pb::$message {
            fn from(value: $core) -> Self {
                match value { $( $core::$variant => Self::$variant, )+ }
            }
        }

        fn $read(value: i32) -> Result<$core, UnreadableAnswer> {
            match pb::$message::try_from(value) {
                $( Ok(pb::$message::$variant) => Ok($core::$variant), )+
                Ok(pb::$message::Unspecified) | Err(_) => {
                    Err(UnreadableAnswer::UnknownValue { field: $field, value })
                }
            }
        }
    };
}

mod explanation;
mod pack_state;

pub use explanation::read_explanation;

impl From<&ResolveOptions> for pb::ResolveOptions {
    fn from(options: &ResolveOptions) -> Self {
        let view = if options.explain { pb::ResolutionView::Full } else { pb::ResolutionView::Basic };
        Self {
            limit: i32::try_from(options.limit).unwrap_or(i32::MAX),
            types: texts(&options.types, EntityType::as_str),
            region_code: country_text(options.country),
            language_code: options.language_code.clone().unwrap_or_default(),
            max_edits: Some(options.max_edits.into()),
            min_score: Some(options.min_score),
            view: view.into(),
            id_namespace: options.id_namespace.clone().unwrap_or_default(),
            display_language_code: options.display_language_code.clone().unwrap_or_default(),
            context: options.context.clone(),
            min_rank: Some(options.min_rank),
        }
    }
}

impl From<Resolution> for pb::Resolution {
    /// Leaves out the index version, which stands in the response once.
    fn from(resolution: Resolution) -> Self {
        Self {
            query: resolution.query,
            status: pb::ResolutionStatus::from(resolution.status).into(),
            canonical_id: resolution.canonical_id.map(|id| id.to_string()).unwrap_or_default(),
            candidates: resolution.candidates.into_iter().map(Into::into).collect(),
            invalid_reason: resolution.invalid_reason.unwrap_or_default(),
            blocked: resolution.blocked.into_iter().map(Into::into).collect(),
            truncated: resolution.truncated,
        }
    }
}

impl From<BlockedCandidate> for pb::BlockedCandidate {
    fn from(blocked: BlockedCandidate) -> Self {
        Self {
            id: blocked.id.to_string(),
            name: blocked.name,
            key: blocked.key,
            action: pb::BlockAction::from(blocked.action).into(),
            pack: blocked.pack,
            place: blocked.place.unwrap_or_default(),
        }
    }
}

impl From<Candidate> for pb::Candidate {
    fn from(candidate: Candidate) -> Self {
        Self {
            id: candidate.id.to_string(),
            name: candidate.name,
            types: texts(&candidate.types, EntityType::as_str),
            region_code: country_text(candidate.country),
            same_as: texts(&candidate.same_as, EntityId::as_str),
            score: candidate.score.get(),
            form_similarity: candidate.form_similarity,
            tier: pb::Tier::from(candidate.tier).into(),
            matched_alias: candidate.matched_alias,
            alias_kind: pb::AliasKind::from(candidate.alias_kind).into(),
            pack: candidate.pack,
            explanation: candidate.explanation,
            rank: candidate.rank.map(Rank::get),
        }
    }
}

impl From<Suggestion> for pb::Suggestion {
    fn from(suggestion: Suggestion) -> Self {
        Self {
            id: suggestion.id.to_string(),
            name: suggestion.name,
            alias: suggestion.alias,
            types: texts(&suggestion.types, EntityType::as_str),
            rank: suggestion.rank.map(Rank::get),
        }
    }
}

impl From<Entity> for pb::Entity {
    fn from(entity: Entity) -> Self {
        Self {
            id: entity.id.to_string(),
            name: entity.name,
            types: texts(&entity.types, EntityType::as_str),
            region_code: country_text(entity.country),
            rank: entity.rank.map(Rank::get),
            same_as: texts(&entity.same_as, EntityId::as_str),
            description: entity.description,
            aliases: entity.aliases.into_iter().map(Into::into).collect(),
            packs: entity.packs,
        }
    }
}

impl From<EntityAlias> for pb::EntityAlias {
    fn from(alias: EntityAlias) -> Self {
        Self {
            text: alias.text,
            language_code: alias.language_code,
            kind: pb::AliasKind::from(alias.kind).into(),
            pack: alias.pack,
        }
    }
}

impl From<&Header> for pb::PackInfo {
    fn from(header: &Header) -> Self {
        let manifest = header.manifest.clone();
        Self {
            name: manifest.name,
            title: manifest.title,
            version: manifest.version,
            entity_count: i64::try_from(header.entity_count).unwrap_or(i64::MAX),
            alias_count: i64::try_from(header.alias_count).unwrap_or(i64::MAX),
            content_digest: blake3::Hash::from(header.content_digest).to_hex().to_string(),
            licenses: manifest.licenses.into_iter().map(Into::into).collect(),
            sources: manifest.sources.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<License> for pb::License {
    fn from(license: License) -> Self {
        Self { name: license.name, path: license.path, title: license.title }
    }
}

impl From<Source> for pb::Source {
    fn from(source: Source) -> Self {
        Self { title: source.title, path: source.path }
    }
}

/// An answer that this build cannot read: the server is of another version, or none of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableAnswer {
    /// An enumeration holds a value that this build does not know.
    #[error("`{field}` is {value}, which this version does not know")]
    UnknownValue {
        /// The field of the message.
        field: &'static str,
        /// What it holds.
        value: i32,
    },
    /// A token is malformed.
    #[error(transparent)]
    Token(#[from] InvalidToken),
    /// A field is not set.
    #[error("`{0}` is not set")]
    Missing(&'static str),
    /// There are more or fewer answers than questions.
    #[error("{found} answers to {expected} names")]
    Count {
        /// How many names were asked.
        expected: usize,
        /// How many answers came.
        found: usize,
    },
}

/// Reads an answer as the core knows it; `index_version` is that of its response.
pub fn read_resolution(message: pb::Resolution, index_version: &str) -> Result<Resolution, UnreadableAnswer> {
    Ok(Resolution {
        query: message.query,
        status: read_status(message.status)?,
        canonical_id: optional(&message.canonical_id, EntityId::new)?,
        candidates: message.candidates.into_iter().map(Candidate::try_from).collect::<Result<_, _>>()?,
        blocked: message.blocked.into_iter().map(BlockedCandidate::try_from).collect::<Result<_, _>>()?,
        invalid_reason: Some(message.invalid_reason).filter(|reason| !reason.is_empty()),
        truncated: message.truncated,
        index_version: index_version.to_owned(),
    })
}

impl TryFrom<pb::BlockedCandidate> for BlockedCandidate {
    type Error = UnreadableAnswer;

    fn try_from(message: pb::BlockedCandidate) -> Result<Self, UnreadableAnswer> {
        Ok(Self {
            id: EntityId::new(&message.id)?,
            name: message.name,
            key: message.key,
            action: read_block_action(message.action)?,
            pack: message.pack,
            place: Some(message.place).filter(|place| !place.is_empty()),
        })
    }
}

impl TryFrom<pb::Candidate> for Candidate {
    type Error = UnreadableAnswer;

    fn try_from(message: pb::Candidate) -> Result<Self, UnreadableAnswer> {
        Ok(Self {
            id: EntityId::new(&message.id)?,
            name: message.name,
            types: message.types.iter().map(|text| EntityType::new(text)).collect::<Result<_, _>>()?,
            country: optional(&message.region_code, CountryCode::new)?,
            rank: message.rank.and_then(Rank::new),
            same_as: message.same_as.iter().map(|text| EntityId::new(text)).collect::<Result<_, _>>()?,
            score: Score::new(message.score),
            form_similarity: message.form_similarity,
            tier: read_tier(message.tier)?,
            matched_alias: message.matched_alias,
            alias_kind: read_alias_kind(message.alias_kind)?,
            pack: message.pack,
            explanation: message.explanation,
        })
    }
}

enum_conversion!(Status, ResolutionStatus, read_status, "status", [Resolved, Ambiguous, NotFound, Invalid]);
enum_conversion!(BlockAction, BlockAction, read_block_action, "action", [Block, NotAName]);
enum_conversion!(
    Tier,
    Tier,
    read_tier,
    "tier",
    [Exact, Orthographic, Proclitic, Partial, Transliteration, Fuzzy, CrossScript]
);
enum_conversion!(
    AliasKind,
    AliasKind,
    read_alias_kind,
    "alias_kind",
    [Preferred, Alternate, Short, Abbreviation, Demonym, Former, Misspelling, Hidden]
);

fn texts<T>(values: &[T], as_str: impl Fn(&T) -> &str) -> Vec<String> {
    values.iter().map(|value| as_str(value).to_owned()).collect()
}

fn country_text(country: Option<CountryCode>) -> String {
    country.map(|country| country.to_string()).unwrap_or_default()
}

fn optional<T>(
    text: &str,
    read: impl Fn(&str) -> Result<T, InvalidToken>,
) -> Result<Option<T>, UnreadableAnswer> {
    if text.is_empty() { Ok(None) } else { Ok(Some(read(text)?)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::validate;

    fn candidate() -> Candidate {
        Candidate {
            id: EntityId::new("Q212").unwrap(),
            name: "Ukraine".into(),
            types: vec![EntityType::new("country").unwrap()],
            country: CountryCode::new("UA").ok(),
            rank: Rank::new(0.93),
            same_as: vec![EntityId::new("iso3166:UA").unwrap()],
            score: Score::new(0.93),
            form_similarity: 0.95,
            tier: Tier::Transliteration,
            matched_alias: "أوكرانيا".into(),
            alias_kind: AliasKind::Preferred,
            pack: "countries".into(),
            explanation: vec!["stripped و".into()],
        }
    }

    fn resolution() -> Resolution {
        Resolution {
            query: "وأكرانيا".into(),
            status: Status::Resolved,
            canonical_id: EntityId::new("Q212").ok(),
            candidates: vec![candidate()],
            blocked: vec![BlockedCandidate {
                id: EntityId::new("Q223").unwrap(),
                name: String::new(),
                key: "وأكرانيا".into(),
                action: BlockAction::NotAName,
                pack: "ours".into(),
                place: Some("overrides.tsv:3".into()),
            }],
            invalid_reason: None,
            truncated: true,
            index_version: "v1".into(),
        }
    }

    #[test]
    fn a_resolution_survives_the_way_there_and_back() {
        let bad = Resolution {
            query: String::new(),
            status: Status::Invalid,
            canonical_id: None,
            candidates: vec![],
            blocked: vec![],
            invalid_reason: Some("the name is empty".into()),
            truncated: false,
            index_version: "v1".into(),
        };
        for resolution in [resolution(), bad] {
            let message = pb::Resolution::from(resolution.clone());
            assert_eq!(read_resolution(message, "v1").unwrap(), resolution);
        }
    }

    #[test]
    fn every_value_of_an_enumeration_survives() {
        for &status in Status::ALL {
            assert_eq!(read_status(pb::ResolutionStatus::from(status).into()), Ok(status));
        }
        for &tier in Tier::ALL {
            assert_eq!(read_tier(pb::Tier::from(tier).into()), Ok(tier));
            assert_eq!(pb::Tier::from(tier).as_str_name(), format!("TIER_{tier}"));
        }
        for &action in BlockAction::ALL {
            assert_eq!(read_block_action(pb::BlockAction::from(action).into()), Ok(action));
        }
        for &kind in AliasKind::ALL {
            assert_eq!(read_alias_kind(pb::AliasKind::from(kind).into()), Ok(kind));
        }
        for unknown in [0, 99, -1] {
            assert!(read_tier(unknown).unwrap_err().to_string().contains("`tier`"));
        }
    }

    #[test]
    fn options_survive_the_way_to_the_server() {
        let options = ResolveOptions {
            limit: 7,
            types: vec![EntityType::new("city").unwrap()],
            country: CountryCode::new("JO").ok(),
            language_code: Some("ar".into()),
            context: vec!["مسقط".into(), "Gulf of Oman".into()],
            min_rank: 0.5,
            max_edits: 0,
            min_score: 0.25,
            id_namespace: Some("geonames".into()),
            display_language_code: Some("en".into()),
            explain: true,
            ..ResolveOptions::default()
        };
        for options in [options, ResolveOptions::default()] {
            assert_eq!(validate::resolve_options(&(&options).into()).unwrap(), options);
        }
    }

    #[test]
    fn an_answer_of_another_kind_is_refused() {
        let with_id = |id: &str| pb::Resolution { canonical_id: id.into(), ..resolution().into() };
        assert!(matches!(read_resolution(with_id("a b"), "v1"), Err(UnreadableAnswer::Token(_))));
        let mut message = pb::Resolution::from(resolution());
        message.candidates[0].region_code = "UKR".into();
        assert!(matches!(read_resolution(message, "v1"), Err(UnreadableAnswer::Token(_))));
    }
}
