//! `Resolution` and what it holds, written as fields of a response.

use smallvec::SmallVec;

use super::reply::RESOLUTIONS;
use super::writer::MessageWriter;
use crate::model::{CountryCode, Rank};
use crate::resolve::{BlockedCandidate, CandidateRef, Verdict};
use crate::rpc::pb;

/// Writes the verdict on `query` as the next resolution of a response.
///
/// With `explain`, steps and blocked candidates too: `RESOLUTION_VIEW_FULL`.
pub fn write_verdict(out: &mut Vec<u8>, query: &str, verdict: &Verdict<'_>, explain: bool) {
    // Looked up and checked each time that they are asked for, and the first is written twice.
    let ids: SmallVec<[&str; 4]> = verdict.candidates().map(CandidateRef::id).collect();
    MessageWriter::new(out).message(RESOLUTIONS, |message| {
        message.text(1, query);
        message.number(2, pb::ResolutionStatus::from(verdict.status()).into());
        message.text(3, verdict.resolved().and(ids.first()).unwrap_or(&""));
        for (candidate, id) in verdict.candidates().zip(&ids) {
            message.message(4, |message| write_candidate(message, candidate, id, explain));
        }
        message.text(5, verdict.invalid_reason().unwrap_or_default());
        for blocked in verdict.blocked() {
            message.message(6, |message| write_blocked(message, blocked));
        }
        message.flag(7, verdict.truncated());
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

fn write_candidate(message: &mut MessageWriter<'_>, candidate: CandidateRef<'_>, id: &str, explain: bool) {
    message.text(1, id);
    message.text(2, &candidate.name());
    for entity_type in candidate.types() {
        message.item(3, entity_type);
    }
    message.text(4, candidate.country().as_ref().map_or("", CountryCode::as_str));
    for id in candidate.same_as() {
        message.item(5, id);
    }
    message.float(6, candidate.score().get());
    message.float(7, candidate.form_similarity());
    message.number(8, pb::Tier::from(candidate.tier()).into());
    message.text(9, &candidate.matched_alias());
    message.number(10, pb::AliasKind::from(candidate.alias_kind()).into());
    message.text(11, candidate.pack());
    if explain {
        for step in candidate.steps() {
            message.item(12, &step.to_string());
        }
    }
    message.optional_float(13, candidate.rank().map(Rank::get));
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
    use std::sync::Arc;

    use proptest::prelude::*;
    use prost::Message;

    use super::*;
    use crate::Gazetteer;
    use crate::index::{Segment, compile};
    use crate::pack::{PackFile, PackFiles, parse};
    use crate::resolve::ResolveOptions;

    const ENTITIES: &str = "id\ttype\tname\tcountry\trank\tsame_as\n\
                            Q85\tcity\tCairo\tEG\t0.87\tgeonames:360630|iso3166-2:EG-C\n\
                            Q3805\tcity\tAmman\tJO\t0.83\t\n\
                            Q842\tcountry\tOman\tOM\t0.84\tiso3166:OM\n\
                            Q212\tcountry\t\tUA\t\tgeonames:690791\n\
                            ours:1\torganization\tSultanate\t\t0\t\n";
    const ALIASES: &str = "id\talias\tlang\tkind\n\
                           Q85\tالقاهرة\tar\tpreferred\n\
                           Q3805\tعمان\tar\tpreferred\n\
                           Q842\tعمان\tar\tpreferred\n\
                           Q212\tأوكرانيا\tar\tpreferred\n\
                           Q212\tUkraine\ten\talternate\n\
                           ours:1\tعمان\tar\tshort\n";
    const OVERRIDES: &str = "action\tid\talias\ttarget\tnote\nblock\tours:1\tعمان\t\t\n";

    const KNOWN: [&str; 10] = [
        "القاهرة",
        "بالقاهره",
        "عمان",
        "وعمان",
        "أكرانيا",
        "أوكرانبا",
        "Ukraine",
        "Cairo",
        "cairro",
        "kahira",
    ];

    fn gazetteer() -> Gazetteer {
        let file = |name: &str, text: &str| PackFile { name: name.into(), bytes: text.into() };
        let tables = [("entities.tsv", ENTITIES), ("aliases.tsv", ALIASES), ("overrides.tsv", OVERRIDES)];
        let files = tables.iter().map(|(name, text)| file(name, text)).collect();
        let parsed = parse(&PackFiles { label: "towns".into(), files });
        let pack = parsed.pack.unwrap_or_else(|| panic!("{:?}", parsed.diagnostics));
        Gazetteer::new(vec![Arc::new(
            Segment::open(Arc::new(compile(&pack).expect("a segment"))).expect("a segment"),
        )])
    }

    /// Names that the gazetteer knows, with and without slips, and names that it does not know.
    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            prop::sample::select(&KNOWN[..]).prop_map(str::to_owned),
            "\\PC{0,60}",
            Just("؟".repeat(300))
        ]
    }

    fn options() -> impl Strategy<Value = ResolveOptions> {
        let namespace = prop::sample::select(&[None, Some("geonames"), Some("iso3166")][..]);
        let language = prop::sample::select(&[None, Some("ar"), Some("tlh")][..]);
        (1_usize..4, any::<bool>(), namespace, language).prop_map(|(limit, explain, namespace, language)| {
            ResolveOptions {
                limit,
                explain,
                id_namespace: namespace.map(str::to_owned),
                display_language_code: language.map(str::to_owned),
                ..ResolveOptions::default()
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_the_message(names in prop::collection::vec(name(), 0..4), options in options()) {
            let gazetteer = gazetteer();
            let mut out = Vec::new();
            for name in &names {
                write_verdict(&mut out, name, &gazetteer.verdict(name, &options), options.explain);
            }
            let resolutions = names.iter().map(|name| gazetteer.resolve(name, &options).into()).collect();
            let message = pb::BatchResolveNamesResponse { resolutions, index_version: String::new() };
            prop_assert_eq!(out, message.encode_to_vec());
        }
    }

    #[test]
    fn the_message_has_all_fields() {
        let (gazetteer, options) = (gazetteer(), ResolveOptions::default());
        let message = |name: &str| pb::Resolution::from(gazetteer.resolve(name, &options));
        let cairo = message("بالقاهره").candidates.remove(0);
        assert!(!cairo.same_as.is_empty() && !cairo.explanation.is_empty() && cairo.rank.is_some());
        assert!(!cairo.types.is_empty() && !cairo.region_code.is_empty() && cairo.score > 0.0);
        assert_eq!(message("عمان").candidates.len(), 2);
        assert_eq!(message("عمان").blocked.len(), 1);
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
