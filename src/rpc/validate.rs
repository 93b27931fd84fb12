//! Requests to the core's types. Everything that is wrong with a request is found at once, field by field.

use std::borrow::Cow;
use std::fmt::Display;

use tonic_types::FieldViolation;

use super::limits::{
    MAX_BATCH_CANDIDATES, MAX_BATCH_IDS, MAX_BATCH_QUERIES, MAX_INDEX_VERSION_BYTES, MAX_LANGUAGE_CODE_BYTES,
    MAX_NAMESPACE_BYTES, MAX_TYPES,
};
use super::{Failure, pb, wire};
use crate::gazetteer::{EntityOptions, SuggestOptions};
use crate::model::{CountryCode, EntityId, EntityType};
use crate::resolve::{ResolveOptions, Stages, check_context, check_name};

/// The options of a resolution; absent ones take their defaults.
pub fn resolve_options(message: &pb::ResolveOptions) -> Result<ResolveOptions, Failure> {
    let mut check = Check::default();
    let options = check.resolve_options(message);
    check.finish(options)
}

/// A name and the options of its resolution.
///
/// Whether the name can be one is left to the resolution, which has to read it anyway; but if something else is wrong,
/// everything that is wrong with the two is told.
pub fn name_options<'a>(
    name: &'a [u8],
    message: &pb::ResolveOptions,
) -> Result<(&'a str, ResolveOptions), Failure> {
    let (mut check, mut of_options) = (Check::default(), Check::default());
    let options = of_options.resolve_options(message);
    let is_good = of_options.violations.is_empty();
    let name = if is_good { check.text("name", name) } else { check.name("name", name) };
    check.violations.append(&mut of_options.violations);
    check.finish((name, options))
}

/// The name and the options of an explanation: those of its resolution; `id` must be one as well.
pub fn explain_options<'a>(
    name: &'a [u8],
    id: &str,
    message: &pb::ResolveOptions,
) -> Result<(&'a str, ResolveOptions), Failure> {
    let mut check = Check::default();
    let name = check.name("name", name);
    check.keep("id", EntityId::new(id));
    let options = check.resolve_options(message);
    check.finish((name, options))
}

/// The options of a batch or chunk of `count` names: those of a resolution, and bounds on the whole.
pub fn batch_options(count: usize, message: &pb::ResolveOptions) -> Result<ResolveOptions, Failure> {
    let mut check = Check::default();
    check.count("queries", count, MAX_BATCH_QUERIES);
    let options = check.resolve_options(message);
    if count.saturating_mul(options.limit) > MAX_BATCH_CANDIDATES {
        check.fail(
            "options.limit",
            format!(
                "{count} queries times {} candidates is more than {MAX_BATCH_CANDIDATES}; send fewer or lower the limit",
                options.limit
            ),
        );
    }
    check.finish(options)
}

/// The name of one query of a batch, and its options: those of the batch with the query's own hints. Or why the query is
/// invalid; whether the name can be one is left to its resolution.
pub(crate) fn query_options<'q, 'a>(
    query: &'q wire::NameQuery,
    batch: &'a ResolveOptions,
) -> Result<(&'q str, Cow<'a, ResolveOptions>), Failure> {
    let mut check = Check::default();
    let name = check.text("name", &query.name);
    if query.region_code.is_empty() && query.language_code.is_empty() && query.context.is_empty() {
        return check.finish((name, Cow::Borrowed(batch)));
    }
    let mut options = batch.clone();
    let region_code = check.text("region_code", &query.region_code);
    options.country = check.country("region_code", region_code).or(options.country);
    let language_code = check.text("language_code", &query.language_code);
    options.language_code = check.language_code("language_code", language_code).or(options.language_code);
    if !query.context.is_empty() {
        let context: Vec<String> =
            query.context.iter().map(|entry| check.text("context", entry).to_owned()).collect();
        options.context = check.context("context", &context);
    }
    check.finish((name, Cow::Owned(options)))
}

/// The prefix and the options of a completion.
pub(crate) fn suggest_options(
    message: &wire::SuggestNamesRequest,
) -> Result<(&str, SuggestOptions), Failure> {
    let mut check = Check::default();
    let prefix = check.name("prefix", &message.prefix);
    let options = SuggestOptions {
        limit: check.limit("limit", message.limit, SuggestOptions::default().limit),
        types: check.types("types", &message.types),
        country: check.country("region_code", &message.region_code),
        min_rank: check.fraction("min_rank", message.min_rank),
        id_namespace: check.id_namespace("id_namespace", &message.id_namespace),
        display_language_code: check.language_code("display_language_code", &message.display_language_code),
    };
    check.finish((prefix, options))
}

/// How an entity is to be shown; its ID must be one.
pub fn entity_options(message: &pb::GetEntityRequest) -> Result<EntityOptions, Failure> {
    let mut check = Check::default();
    check.keep("id", EntityId::new(&message.id));
    let options = check.entity_options(&message.id_namespace, &message.display_language_code);
    check.finish(options)
}

/// How the entities of a batch are to be shown, and how many IDs it may hold.
pub fn batch_entity_options(message: &pb::BatchGetEntitiesRequest) -> Result<EntityOptions, Failure> {
    let mut check = Check::default();
    check.count("ids", message.ids.len(), MAX_BATCH_IDS);
    let options = check.entity_options(&message.id_namespace, &message.display_language_code);
    check.finish(options)
}

/// The index version that a request insists on, if any.
pub fn expected_index_version(text: &str) -> Result<Option<&str>, Failure> {
    if text.len() > MAX_INDEX_VERSION_BYTES {
        let description =
            format!("has {} bytes, but at most {MAX_INDEX_VERSION_BYTES} are taken", text.len());
        return Err(Failure::invalid("expected_index_version", description));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Gathers what is wrong.
#[derive(Default)]
struct Check {
    violations: Vec<FieldViolation>,
}

impl Check {
    fn finish<T>(self, value: T) -> Result<T, Failure> {
        if self.violations.is_empty() { Ok(value) } else { Err(Failure::InvalidArgument(self.violations)) }
    }

    fn fail(&mut self, field: impl Into<String>, description: impl Into<String>) {
        self.violations.push(FieldViolation::new(field, description));
    }

    fn keep<T, E: Display>(&mut self, field: impl Into<String>, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.fail(field, error.to_string())).ok()
    }

    /// A text that can be a name; what is none is empty.
    fn name<'a>(&mut self, field: &str, bytes: &'a [u8]) -> &'a str {
        let count = self.violations.len();
        let name = self.text(field, bytes);
        if self.violations.len() == count {
            self.keep(field, check_name(name));
        }
        name
    }

    /// A text; what is none is empty.
    fn text<'a>(&mut self, field: &str, bytes: &'a [u8]) -> &'a str {
        let text = std::str::from_utf8(bytes);
        let told = text.map_err(|error| format!("is not UTF-8 from byte {} on", error.valid_up_to()));
        self.keep(field, told).unwrap_or_default()
    }

    fn resolve_options(&mut self, message: &pb::ResolveOptions) -> ResolveOptions {
        ResolveOptions {
            limit: self.limit("options.limit", message.limit, ResolveOptions::DEFAULT_LIMIT),
            types: self.types("options.types", &message.types),
            min_rank: self.fraction("options.min_rank", message.min_rank),
            country: self.country("options.region_code", &message.region_code),
            language_code: self.language_code("options.language_code", &message.language_code),
            context: self.context("options.context", &message.context),
            max_edits: self.max_edits("options.max_edits", message.max_edits),
            min_score: self.fraction("options.min_score", message.min_score),
            id_namespace: self.id_namespace("options.id_namespace", &message.id_namespace),
            display_language_code: self
                .language_code("options.display_language_code", &message.display_language_code),
            explain: self.is_full_view("options.view", message.view),
            without: Stages::NONE,
        }
    }

    fn count(&mut self, field: &str, count: usize, max: usize) {
        if count > max {
            self.fail(
                field,
                format!("has {count} items, but at most {max} are taken; send several requests"),
            );
        }
    }

    fn limit(&mut self, field: &str, limit: i32, default: usize) -> usize {
        match usize::try_from(limit) {
            Ok(0) => default,
            Ok(limit) if limit <= ResolveOptions::MAX_LIMIT => limit,
            _ => {
                let max = ResolveOptions::MAX_LIMIT;
                self.fail(
                    field,
                    format!("is {limit}, expected 1 to {max}, or 0 for the default ({default})"),
                );
                default
            }
        }
    }

    fn types(&mut self, field: &str, types: &[String]) -> Vec<EntityType> {
        self.count(field, types.len(), MAX_TYPES);
        let checked = types.iter().take(MAX_TYPES).enumerate();
        checked.filter_map(|(i, text)| self.keep(format!("{field}[{i}]"), EntityType::new(text))).collect()
    }

    fn country(&mut self, field: &str, text: &str) -> Option<CountryCode> {
        if text.is_empty() { None } else { self.keep(field, CountryCode::new(text)) }
    }

    fn language_code(&mut self, field: &str, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        if !is_language_code(text) {
            self.fail(field, "is not a BCP 47 language tag such as ar, fa or zh-Hant");
            return None;
        }
        Some(text.to_owned())
    }

    fn max_edits(&mut self, field: &str, edits: Option<i32>) -> u8 {
        let max = ResolveOptions::MAX_EDITS;
        match edits.map(u8::try_from) {
            None => max,
            Some(Ok(edits)) if edits <= max => edits,
            Some(_) => {
                self.fail(field, format!("is {}, expected 0 to {max}", edits.unwrap_or_default()));
                max
            }
        }
    }

    /// A number from 0, the default, to 1.
    fn fraction(&mut self, field: &str, number: Option<f32>) -> f32 {
        let number = number.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&number) {
            self.fail(field, format!("is {number}, expected 0 to 1"));
        }
        number
    }

    fn context(&mut self, field: &str, context: &[String]) -> Vec<String> {
        self.keep(field, check_context(context)).map_or_else(Vec::new, |()| context.to_vec())
    }

    fn entity_options(&mut self, id_namespace: &str, display_language_code: &str) -> EntityOptions {
        EntityOptions {
            id_namespace: self.id_namespace("id_namespace", id_namespace),
            display_language_code: self.language_code("display_language_code", display_language_code),
        }
    }

    fn id_namespace(&mut self, field: &str, text: &str) -> Option<String> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if text.len() > MAX_NAMESPACE_BYTES || !text.bytes().all(allowed) {
            self.fail(
                field,
                format!("is not a namespace such as geonames: expected 1 to {MAX_NAMESPACE_BYTES} of A-Z a-z 0-9 - _ ."),
            );
        }
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    fn is_full_view(&mut self, field: &str, view: i32) -> bool {
        let known = pb::ResolutionView::try_from(view).map_err(|_| format!("is {view}, which names no view"));
        self.keep(field, known) == Some(pb::ResolutionView::Full)
    }
}

/// Whether `text` has the shape of a BCP 47 tag: subtags of 1 to 8 letters or digits, the first of letters.
fn is_language_code(text: &str) -> bool {
    let is_subtag = |subtag: &str| {
        (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let is_language = |subtag: &str| subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
    text.len() <= MAX_LANGUAGE_CODE_BYTES
        && text.split('-').all(is_subtag)
        && text.split('-').next().is_some_and(is_language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::{MAX_CONTEXT_BYTES, MAX_CONTEXT_WORDS, MAX_NAME_BYTES};

    fn fields<T: std::fmt::Debug>(result: Result<T, Failure>) -> Vec<String> {
        match result.expect_err("a violation") {
            Failure::InvalidArgument(violations) => violations.into_iter().map(|v| v.field).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn absent_options_are_the_defaults_without_explanation() {
        let expected = ResolveOptions { explain: false, ..ResolveOptions::default() };
        assert_eq!(resolve_options(&pb::ResolveOptions::default()).unwrap(), expected);
        assert_eq!(name_options(b"Kyiv", &pb::ResolveOptions::default()).unwrap(), ("Kyiv", expected));
    }

    #[test]
    fn unset_differs_from_zero() {
        let zero = pb::ResolveOptions { max_edits: Some(0), ..Default::default() };
        assert_eq!(resolve_options(&zero).unwrap().max_edits, 0);
        let unset = pb::ResolveOptions::default();
        assert_eq!(resolve_options(&unset).unwrap().max_edits, ResolveOptions::MAX_EDITS);
    }

    #[test]
    fn a_bad_name_and_bad_options_are_told_together() {
        let options = pb::ResolveOptions { limit: -1, ..Default::default() };
        assert_eq!(fields(name_options(b" ", &options)), ["name", "options.limit"]);
        assert_eq!(fields(name_options(b"Kyi\xff", &options)), ["name", "options.limit"]);
    }

    #[test]
    fn an_explanation_needs_a_name_and_an_id() {
        let options = pb::ResolveOptions::default();
        let expected = name_options(b"Kyiv", &options).unwrap();
        assert_eq!(explain_options(b"Kyiv", "Q1899", &options).unwrap(), expected);
        let options = pb::ResolveOptions { limit: -1, ..Default::default() };
        assert_eq!(fields(explain_options(b"", "a b", &options)), ["name", "id", "options.limit"]);
    }

    #[test]
    fn every_option_is_taken_over() {
        let message = pb::ResolveOptions {
            limit: 100,
            types: vec!["city".into(), "volcano".into()],
            region_code: "jo".into(),
            language_code: "ar".into(),
            max_edits: Some(1),
            min_score: Some(0.5),
            view: pb::ResolutionView::Full.into(),
            id_namespace: "geonames".into(),
            display_language_code: "zh-Hant".into(),
            context: vec!["مسقط".into()],
            min_rank: Some(0.25),
        };
        let options = resolve_options(&message).unwrap();
        assert_eq!(options.limit, 100);
        assert_eq!(options.types.iter().map(EntityType::as_str).collect::<Vec<_>>(), ["city", "volcano"]);
        assert_eq!(options.country.unwrap().as_str(), "JO");
        assert_eq!(options.language_code.as_deref(), Some("ar"));
        assert_eq!((options.max_edits, options.min_score, options.min_rank), (1, 0.5, 0.25));
        assert_eq!(options.context, ["مسقط"]);
        assert_eq!(options.id_namespace.as_deref(), Some("geonames"));
        assert_eq!(options.display_language_code.as_deref(), Some("zh-Hant"));
        assert!(options.explain);
    }

    #[test]
    fn all_bad_options_are_named_at_once() {
        let message = pb::ResolveOptions {
            limit: 101,
            types: vec!["city".into(), "City".into()],
            region_code: "JOR".into(),
            language_code: "a b".into(),
            max_edits: Some(-1),
            min_score: Some(f32::NAN),
            view: 7,
            id_namespace: "geo names".into(),
            display_language_code: "-".into(),
            context: vec!["word ".repeat(MAX_CONTEXT_WORDS + 1)],
            min_rank: Some(1.5),
        };
        let expected = [
            "limit",
            "types[1]",
            "min_rank",
            "region_code",
            "language_code",
            "context",
            "max_edits",
            "min_score",
            "id_namespace",
            "display_language_code",
            "view",
        ];
        assert_eq!(fields(resolve_options(&message)), expected.map(|field| format!("options.{field}")));
    }

    #[test]
    fn the_bounds_of_a_number_are_exact() {
        for (limit, good) in [(-1, false), (0, true), (1, true), (100, true), (101, false), (i32::MIN, false)]
        {
            let message = pb::ResolveOptions { limit, ..Default::default() };
            assert_eq!(resolve_options(&message).is_ok(), good, "limit {limit}");
        }
        for (edits, good) in [(-1, false), (0, true), (2, true), (3, false), (258, false)] {
            let message = pb::ResolveOptions { max_edits: Some(edits), ..Default::default() };
            assert_eq!(resolve_options(&message).is_ok(), good, "max_edits {edits}");
        }
        for (score, good) in [(-0.1, false), (0.0, true), (1.0, true), (1.1, false), (f32::INFINITY, false)] {
            let message = pb::ResolveOptions { min_score: Some(score), ..Default::default() };
            assert_eq!(resolve_options(&message).is_ok(), good, "min_score {score}");
            let message =
                wire::SuggestNamesRequest { prefix: "K".into(), min_rank: Some(score), ..Default::default() };
            assert_eq!(suggest_options(&message).is_ok(), good, "min_rank {score}");
        }
    }

    #[test]
    fn a_batch_is_bounded_in_queries_and_in_candidates() {
        let limit = |limit| pb::ResolveOptions { limit, ..Default::default() };
        assert!(batch_options(0, &limit(0)).is_ok());
        assert!(batch_options(1_000, &limit(20)).is_ok());
        assert!(batch_options(200, &limit(100)).is_ok());
        assert_eq!(fields(batch_options(1_001, &limit(0))), ["queries"]);
        assert_eq!(fields(batch_options(1_000, &limit(21))), ["options.limit"]);
    }

    #[test]
    fn a_query_overrides_the_hints_of_its_batch() {
        let batch = ResolveOptions { country: CountryCode::new("OM").ok(), ..Default::default() };
        let query = |region_code: &str| wire::NameQuery {
            region_code: region_code.to_owned().into(),
            ..Default::default()
        };
        let country = |region_code| query_options(&query(region_code), &batch).unwrap().1.country;
        assert_eq!(country("JO"), CountryCode::new("JO").ok());
        assert_eq!(country(""), CountryCode::new("OM").ok());
        assert_eq!(fields(query_options(&query("J"), &batch)), ["region_code"]);
    }

    #[test]
    fn a_query_overrides_the_context_of_its_batch() {
        let batch = ResolveOptions { context: vec!["مسقط".into()], ..Default::default() };
        let query = |context: &[&str]| wire::NameQuery {
            context: context.iter().map(|&entry| entry.to_owned().into()).collect(),
            ..Default::default()
        };
        let context = |entries: &[&str]| query_options(&query(entries), &batch).unwrap().1.context.clone();
        assert_eq!(context(&["الأردن"]), ["الأردن"]);
        assert_eq!(context(&[]), ["مسقط"]);
        let too_much = "a".repeat(MAX_CONTEXT_BYTES + 1);
        assert_eq!(fields(query_options(&query(&[&too_much]), &batch)), ["context"]);
    }

    #[test]
    fn what_is_not_utf_8_is_told_field_by_field() {
        let broken = || bytes::Bytes::from_static(b"a\xffb");
        let query = wire::NameQuery {
            name: broken(),
            region_code: broken(),
            language_code: broken(),
            context: vec![broken()],
        };
        let failure = query_options(&query, &ResolveOptions::default()).unwrap_err();
        assert!(failure.to_string().starts_with("name: is not UTF-8 from byte 1 on; "), "{failure}");
        assert_eq!(fields::<()>(Err(failure)), ["name", "region_code", "language_code", "context"]);
    }

    #[test]
    fn how_an_entity_is_shown_is_checked_with_its_id() {
        let request = |id: &str, namespace: &str| pb::GetEntityRequest {
            id: id.into(),
            id_namespace: namespace.into(),
            display_language_code: "ar".into(),
            ..Default::default()
        };
        let options = entity_options(&request("Q212", "geonames")).unwrap();
        assert_eq!(options.id_namespace.as_deref(), Some("geonames"));
        assert_eq!(options.display_language_code.as_deref(), Some("ar"));
        assert_eq!(fields(entity_options(&request("Q 212", "geo names"))), ["id", "id_namespace"]);
        let batch = pb::BatchGetEntitiesRequest {
            ids: vec!["Q212".into(); MAX_BATCH_IDS + 1],
            display_language_code: "-".into(),
            ..Default::default()
        };
        assert_eq!(fields(batch_entity_options(&batch)), ["ids", "display_language_code"]);
    }

    #[test]
    fn a_prefix_is_a_name_that_is_not_finished() {
        let request = |prefix: &[u8]| wire::SuggestNamesRequest {
            prefix: bytes::Bytes::copy_from_slice(prefix),
            ..Default::default()
        };
        let prefix = request("عم".as_bytes());
        assert_eq!(suggest_options(&prefix).unwrap(), ("عم", SuggestOptions::default()));
        let too_many_bytes = "a".repeat(MAX_NAME_BYTES + 1);
        // One code point that becomes eighteen.
        let too_many_chars = "\u{fdfa}".repeat(15);
        for prefix in ["", " ", "-", &too_many_bytes, &too_many_chars]
            .map(str::as_bytes)
            .into_iter()
            .chain([&b"\xd8"[..]])
        {
            assert_eq!(fields(suggest_options(&request(prefix))), ["prefix"], "{prefix:?}");
        }
    }

    #[test]
    fn language_tags_have_a_shape() {
        for good in ["ar", "fa-AF", "zh-Hant-TW", "ar-x-gulf", "sr-Latn", "es-419"] {
            assert!(is_language_code(good), "{good}");
        }
        for bad in ["", "-", "ar-", "-ar", "a r", "419", "ar_EG", "abcdefghi", &"a-".repeat(18)] {
            assert!(!is_language_code(bad), "{bad}");
        }
    }

    #[test]
    fn an_empty_index_version_is_none() {
        assert_eq!(expected_index_version("").unwrap(), None);
        assert_eq!(expected_index_version("abc").unwrap(), Some("abc"));
        assert_eq!(fields(expected_index_version(&"a".repeat(129))), ["expected_index_version"]);
    }
}
