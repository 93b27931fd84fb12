//! What an import took, what it left out, and why.

use std::collections::BTreeMap;
use std::fmt;

use super::malformed::{self, FaultsByKind};

/// Why a name or an entity was left out, or not taken as it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Another name of the entity has the same key in the same language.
    Duplicate,
    /// A value that is no name: a link, a number, a postal code.
    NoName,
    /// A code, such as an airport's three letters.
    Code,
    /// Letters of several scripts in one name.
    MixedScripts,
    /// A letter-for-letter romanisation of another name.
    Romanisation,
    /// Too short to be looked up without harm.
    TooShort,
    /// Another Arabic name of the city without its end.
    Truncated,
    /// A remark or the parent place was cut off; what remained was known.
    Remark,
    /// A word such as `city of` was cut off; what remained was known.
    AdministrativeWord,
    /// The name is marked as a historic state or a place that is gone.
    Historic,
    /// The language or the trust in an untagged name could not be settled.
    Untrusted,
    /// A regional locale repeats what its language says.
    RepeatsParent,
    /// The name is spelled as the English one, which is listed.
    RepeatsEnglish,
    /// An ordinary word: whoever writes it seldom means the entity.
    OrdinaryWord,
    /// The source gives no identifier that others know.
    WithoutId,
    /// A name by which more people know something else.
    OtherName,
    /// No name in Arabic.
    NoArabic,
    /// The code is no country or territory of ISO 3166-1.
    NotIso,
    /// A place that is no city, or is not listed as one.
    NotCity,
    /// Too few people, and no Arabic name.
    SmallWithoutArabic,
    /// Another record of a place that is listed already; its names were taken.
    Twin,
    /// Another entity holds the identifier.
    IdTaken,
    /// The entity stands in the inputs already.
    Repeated,
    /// A type that was not asked for.
    OtherType,
    /// A country that was not asked for.
    OtherCountry,
    /// Less prominent than was asked for.
    LowRank,
    /// No name in a language that was asked for, or none at all.
    Nameless,
    /// A property or lexeme, or a redirect.
    NotItem,
    /// A page of a wiki's own: a disambiguation page, category, template, list.
    WikiPage,
    /// Nothing that has a type here.
    UnknownClass,
    /// A second identifier of one sort.
    SecondId,
    /// An identifier that is not written as its authority writes them.
    NoIdentifier,
    /// A name of an entity that is not taken.
    OfOther,
    /// Longer than names are looked up.
    TooLong,
    /// A sign was lost in a conversion.
    LostSign,
    /// A language that nobody asked for.
    OtherLanguage,
    /// More is said of one entity than of any that is one.
    TooMany,
    /// It is no longer used, says the source.
    Deprecated,
    /// A time of use that is no date, or ends before it begins; the name was taken.
    NoDate,
}

impl Skip {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "same key and language as another name of the entity",
            Self::NoName => "not a name (link, number, code of a post office)",
            Self::Code => "a code",
            Self::MixedScripts => "letters of several scripts",
            Self::Romanisation => "romanised letter for letter",
            Self::TooShort => "too short",
            Self::Truncated => "another Arabic name without its end",
            Self::Remark => "a known name with a remark or a parent place",
            Self::AdministrativeWord => "a known name with an administrative word",
            Self::Historic => "historic state",
            Self::Untrusted => "untagged, and not corroborated",
            Self::RepeatsParent => "regional locale repeats its language",
            Self::RepeatsEnglish => "spelled as the English name",
            Self::OrdinaryWord => "an ordinary word",
            Self::WithoutId => "no Wikidata ID",
            Self::OtherName => "better known as a name of something else",
            Self::NoArabic => "no Arabic name",
            Self::NotIso => "not in ISO 3166-1",
            Self::NotCity => "not a city",
            Self::SmallWithoutArabic => "too few people and no Arabic name",
            Self::Twin => "another record of the same place",
            Self::IdTaken => "of another entity too, which keeps it",
            Self::Repeated => "listed twice; names were added to those of the first",
            Self::OtherType => "of a type that was not asked for",
            Self::OtherCountry => "of a country that was not asked for",
            Self::LowRank => "less prominent than was asked for",
            Self::Nameless => "no name, or none in a language that was asked for",
            Self::NotItem => "a property, a lexeme or a redirect",
            Self::WikiPage => "a page of a wiki's own (disambiguation, category, template, list)",
            Self::UnknownClass => "of a class that stands for no type",
            Self::NoIdentifier => "not written as it should be",
            Self::SecondId => "a second one of one authority",
            Self::OfOther => "of an entity that was not taken",
            Self::TooLong => "longer than 512 bytes",
            Self::LostSign => "a sign was lost in a conversion",
            Self::OtherLanguage => "of a language that was not asked for",
            Self::TooMany => "more than 16 MiB of one entity: is its ID one?",
            Self::Deprecated => "deprecated by the source",
            Self::NoDate => "time of use cannot be read; taken without",
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What an import took and what it left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Entities in the pack.
    pub entities: u64,
    /// Aliases in the pack.
    pub aliases: u64,
    /// Aliases in Arabic.
    pub arabic_aliases: u64,
    /// Aliases in the pack by where they were taken from.
    pub taken: BTreeMap<String, u64>,
    /// Names that were left out, by reason.
    pub skipped_names: BTreeMap<Skip, u64>,
    /// Entities that were left out, by reason.
    pub skipped_entities: BTreeMap<Skip, u64>,
    /// Other identifiers of entities (`same_as`) that were left out, by reason.
    pub skipped_ids: BTreeMap<Skip, u64>,
    /// Single cases that a curator should look at, in order of their finding.
    pub notes: Vec<String>,
    /// Lines that could not be read, by what is wrong with them.
    pub malformed: FaultsByKind,
}

impl Report {
    pub(super) fn skip_name(&mut self, reason: Skip) {
        *self.skipped_names.entry(reason).or_default() += 1;
    }

    pub(super) fn skip_entity(&mut self, reason: Skip) {
        *self.skipped_entities.entry(reason).or_default() += 1;
    }

    pub(super) fn skip_id(&mut self, reason: Skip) {
        self.skip_ids(reason, 1);
    }

    pub(super) fn take_name(&mut self, source: &str) {
        // A look-up first: the key is allocated once, not for every name.
        match self.taken.get_mut(source) {
            Some(count) => *count += 1,
            None => drop(self.taken.insert(source.to_owned(), 1)),
        }
    }

    pub(super) fn skip_names(&mut self, reason: Skip, count: u64) {
        if count > 0 {
            *self.skipped_names.entry(reason).or_default() += count;
        }
    }

    pub(super) fn skip_ids(&mut self, reason: Skip, count: u64) {
        if count > 0 {
            *self.skipped_ids.entry(reason).or_default() += count;
        }
    }

    pub(super) fn skip_entities(&mut self, reason: Skip, count: u64) {
        if count > 0 {
            *self.skipped_entities.entry(reason).or_default() += count;
        }
    }

    /// How many lines could not be read.
    pub fn malformed_lines(&self) -> u64 {
        self.malformed.values().map(|faults| faults.count).sum()
    }

    /// Adds what `later` says to what is said so far.
    pub(super) fn absorb(&mut self, later: Self) {
        let add = |sums: &mut BTreeMap<_, u64>, counts: BTreeMap<_, u64>| {
            counts.into_iter().for_each(|(reason, count)| *sums.entry(reason).or_default() += count);
        };
        self.entities += later.entities;
        self.aliases += later.aliases;
        self.arabic_aliases += later.arabic_aliases;
        add(&mut self.skipped_names, later.skipped_names);
        add(&mut self.skipped_entities, later.skipped_entities);
        add(&mut self.skipped_ids, later.skipped_ids);
        for (source, count) in later.taken {
            *self.taken.entry(source).or_default() += count;
        }
        self.notes.extend(later.notes);
        malformed::absorb(&mut self.malformed, later.malformed);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>9}  entities", self.entities)?;
        writeln!(f, "{:>9}  aliases, {} of them Arabic", self.aliases, self.arabic_aliases)?;
        for (source, count) in &self.taken {
            writeln!(f, "{count:>9}  aliases from {source}")?;
        }
        for (reason, count) in &self.skipped_entities {
            writeln!(f, "{count:>9}  entities left out: {reason}")?;
        }
        for (reason, count) in &self.skipped_ids {
            writeln!(f, "{count:>9}  identifiers left out: {reason}")?;
        }
        for (reason, count) in &self.skipped_names {
            writeln!(f, "{count:>9}  names left out: {reason}")?;
        }
        for (kind, faults) in &self.malformed {
            writeln!(f, "{:>9}  lines left out: {kind}", faults.count)?;
            faults.first.iter().try_for_each(|fault| writeln!(f, "{:11}{fault}", ""))?;
            if faults.count > faults.first.len() as u64 {
                writeln!(f, "{:11}and {} more", "", faults.count - faults.first.len() as u64)?;
            }
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "     note  {note}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_how_much_and_why() {
        let mut report = Report { entities: 2, aliases: 9, arabic_aliases: 4, ..Report::default() };
        report.skip_name(Skip::Code);
        report.skip_name(Skip::Code);
        report.skip_id(Skip::IdTaken);
        report.notes.push("Q1 is claimed twice".to_owned());
        let text = report.to_string();
        for line in ["2  names left out: a code", "9  aliases, 4 of them Arabic", "note  Q1 is claimed twice"]
        {
            assert!(text.contains(line), "{text}");
        }
    }
}
