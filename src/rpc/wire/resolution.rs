//! `Resolution` and what it holds, written as fields of a response.

use super::reply::RESOLUTIONS;
use super::writer::MessageWriter;
use crate::model::{CountryCode, EntityId, EntityType, Rank};
use crate::resolve::{BlockedCandidate, Candidate, Resolution};
use crate::rpc::pb;

/// Writes an answer of the core as the next resolution of a response.
pub fn write_resolution(out: &mut Vec<u8>, resolution: &Resolution) {
    MessageWriter::new(out).message(RESOLUTIONS, |message| {
        message.text(1, &resolution.query);
        message.number(2, pb::ResolutionStatus::from(resolution.status).into());
        message.text(3, resolution.canonical_id.as_ref().map_or("", EntityId::as_str));
        for candidate in &resolution.candidates {
            message.message(4, |message| write_candidate(message, candidate));
        }
        message.text(5, resolution.invalid_reason.as_deref().unwrap_or_default());
        for blocked in &resolution.blocked {
            message.message(6, |message| write_blocked(message, blocked));
        }
    });
}

/// Writes that a query is `INVALID`, and why, as the next resolution of a response.
pub fn write_invalid(out: &mut Vec<u8>, query: &str, reason: &str) {
    MessageWriter::new(out).message(RESOLUTIONS, |message| {
        message.text(1, query);
        message.number(2, pb::ResolutionStatus::Invalid.into());
        message.text(5, reason);
    });
}

fn write_candidate(message: &mut MessageWriter<'_>, candidate: &Candidate) {
    message.text(1, candidate.id.as_str());
    message.text(2, &candidate.name);
    for entity_type in &candidate.types {
        message.item(3, EntityType::as_str(entity_type));
    }
    message.text(4, candidate.country.as_ref().map_or("", CountryCode::as_str));
    for id in &candidate.same_as {
        message.item(5, id.as_str());
    }
    message.float(6, candidate.score.get());
    message.float(7, candidate.form_similarity);
    message.number(8, pb::Tier::from(candidate.tier).into());
    message.text(9, &candidate.matched_alias);
    message.number(10, pb::AliasKind::from(candidate.alias_kind).into());
    message.text(11, &candidate.pack);
    for step in &candidate.explanation {
        message.item(12, step);
    }
    message.optional_float(13, candidate.rank.map(Rank::get));
}

fn write_blocked(message: &mut MessageWriter<'_>, blocked: &BlockedCandidate) {
    message.text(1, blocked.id.as_str());
    message.text(2, &blocked.name);
    message.text(3, &blocked.key);
    message.number(4, pb::BlockAction::from(blocked.action).into());
    message.text(5, &blocked.pack);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message;

    use super::*;
    use crate::model::{AliasKind, BlockAction, Score, Status, Tier};

    fn id() -> impl Strategy<Value = EntityId> {
        "[A-Z][0-9]{1,8}|geonames:[0-9]{1,3}".prop_map(|id| EntityId::new(&id).expect("an ID"))
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![Just(String::new()), "[a-zA-Zء-ي ]{1,20}", "\\PC{100,200}"]
    }

    fn candidate() -> impl Strategy<Value = Candidate> {
        let types = prop::collection::vec("[a-z]{1,9}", 0..3);
        let country = prop::option::of("[A-Z]{2}");
        let of_entity =
            (id(), text(), types, country, prop::option::of(0_f32..=1.0), prop::collection::vec(id(), 0..4));
        let tier = prop::sample::select(Tier::ALL);
        let kind = prop::sample::select(AliasKind::ALL);
        let steps = prop::collection::vec(text(), 0..3);
        let of_alias = (0_f32..=1.0, 0_f32..=1.0, tier, text(), kind, text(), steps);
        (of_entity, of_alias).prop_map(|((id, name, types, country, rank, same_as), alias)| {
            let (score, form_similarity, tier, matched_alias, alias_kind, pack, explanation) = alias;
            Candidate {
                id,
                name,
                types: types.iter().map(|text| EntityType::new(text).expect("a type")).collect(),
                country: country.map(|code| CountryCode::new(&code).expect("a code")),
                rank: rank.and_then(Rank::new),
                same_as,
                score: Score::new(score),
                form_similarity,
                tier,
                matched_alias,
                alias_kind,
                pack,
                explanation,
            }
        })
    }

    fn blocked() -> impl Strategy<Value = BlockedCandidate> {
        let action = prop::sample::select(BlockAction::ALL);
        (id(), text(), text(), action, text()).prop_map(|(id, name, key, action, pack)| BlockedCandidate {
            id,
            name,
            key,
            action,
            pack,
        })
    }

    fn resolution() -> impl Strategy<Value = Resolution> {
        let status = prop::sample::select(Status::ALL);
        let candidates = prop::collection::vec(candidate(), 0..4);
        let blocked = prop::collection::vec(blocked(), 0..2);
        let reason = prop::option::of("[a-z]{1,9}");
        (text(), status, prop::option::of(id()), candidates, blocked, reason).prop_map(
            |(query, status, canonical_id, candidates, blocked, invalid_reason)| Resolution {
                query,
                status,
                canonical_id,
                candidates,
                blocked,
                invalid_reason,
                index_version: String::new(),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_the_message(resolutions in prop::collection::vec(resolution(), 0..4)) {
            let mut out = Vec::new();
            for resolution in &resolutions {
                write_resolution(&mut out, resolution);
            }
            let resolutions = resolutions.into_iter().map(Into::into).collect();
            let message = pb::BatchResolveNamesResponse { resolutions, index_version: String::new() };
            prop_assert_eq!(out, message.encode_to_vec());
        }
    }

    #[test]
    fn an_invalid_query_is_the_message() {
        let mut out = Vec::new();
        write_invalid(&mut out, "??", "is no name");
        let resolution = pb::Resolution {
            query: "??".into(),
            status: pb::ResolutionStatus::Invalid.into(),
            invalid_reason: "is no name".into(),
            ..Default::default()
        };
        let message = pb::ResolveNameResponse { resolution: Some(resolution), index_version: String::new() };
        assert_eq!(out, message.encode_to_vec());
    }
}
