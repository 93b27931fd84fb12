//! Flags that say something about a name beside the name itself.

use clap::Args;

use super::failure::{Exit, Failure};
use crate::model::{CountryCode, EntityType, InvalidToken};
use crate::resolve::{ResolveOptions, Stages, check_context};

/// What is known of the names that are asked for, and how many answers are wanted.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What is known of the names")]
pub struct HintArgs {
    /// Only entities of these types, such as `country,city`
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',', value_parser = parse_type)]
    pub types: Vec<EntityType>,
    /// Prefer entities of this country (ISO 3166-1 alpha-2, such as UA)
    #[arg(long, value_name = "CC", value_parser = parse_country)]
    pub country: Option<CountryCode>,
    /// Prefer aliases of this language (BCP 47, such as ar)
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
    /// Words that stand near the names: prefer what they speak of (repeatable; 64 words in all)
    ///
    /// Such as `--context "تبليسي القوقاز"`: other names, names of the country or of something in it, nouns for the type
    /// (مدينة, state), words of the description.
    #[arg(long, value_name = "WORDS")]
    pub context: Vec<String>,
    /// Only entities of at least this rank, 0 to 1: 0.625 for 100,000 people, 0.75 for a million
    #[arg(long, value_name = "RANK", default_value_t = 0.0, value_parser = parse_fraction)]
    pub min_rank: f32,
    /// The most candidates for one name
    #[arg(long, value_name = "N", default_value_t = ResolveOptions::DEFAULT_LIMIT, value_parser = parse_limit)]
    pub limit: usize,
    /// The most edits of a fuzzy hit, 0 to 2
    #[arg(long, value_name = "N", default_value_t = ResolveOptions::MAX_EDITS,
          value_parser = clap::value_parser!(u8).range(..=i64::from(ResolveOptions::MAX_EDITS)))]
    pub max_edits: u8,
    /// Drop candidates below this score, 0 to 1
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, value_parser = parse_fraction)]
    pub min_score: f32,
    /// Answer with IDs of this namespace, such as geonames; an entity that has none keeps its canonical ID
    #[arg(long, value_name = "NS")]
    pub id_namespace: Option<String>,
    /// Show names in this language where the entity has one, else canonical names
    #[arg(long, value_name = "LANG")]
    pub display_lang: Option<String>,
}

impl HintArgs {
    /// Checks what no flag shows alone.
    pub fn check(&self) -> Result<(), Failure> {
        check_context(&self.context)
            .map_err(|reason| Failure::new(Exit::Usage, format!("--context: {reason}")))
    }

    /// The options of a query; `explain` asks for the steps.
    pub fn options(&self, explain: bool) -> ResolveOptions {
        ResolveOptions {
            limit: self.limit,
            types: self.types.clone(),
            country: self.country,
            language_code: self.lang.clone(),
            context: self.context.clone(),
            min_rank: self.min_rank,
            max_edits: self.max_edits,
            min_score: self.min_score,
            id_namespace: self.id_namespace.clone(),
            display_language_code: self.display_lang.clone(),
            explain,
            without: Stages::NONE,
        }
    }
}

fn parse_type(text: &str) -> Result<EntityType, InvalidToken> {
    EntityType::new(text)
}

fn parse_country(text: &str) -> Result<CountryCode, InvalidToken> {
    CountryCode::new(text)
}

fn parse_limit(text: &str) -> Result<usize, String> {
    let max = ResolveOptions::MAX_LIMIT;
    match text.parse() {
        Ok(limit) if (1..=max).contains(&limit) => Ok(limit),
        _ => Err(format!("expected a whole number from 1 to {max}")),
    }
}

/// A number from 0 to 1.
pub fn parse_fraction(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked() {
        assert_eq!(parse_limit("1"), Ok(1));
        assert!(parse_limit("0").is_err() && parse_limit("101").is_err() && parse_limit("x").is_err());
        assert_eq!(parse_fraction("0.5"), Ok(0.5));
        assert!(parse_fraction("1.01").is_err() && parse_fraction("NaN").is_err());
    }
}
