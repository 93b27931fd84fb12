//! What stands in the column of languages: languages, and words for things that are no names.

use std::borrow::Cow;

use crate::import::language::{cased, is_tag};

/// What an alternate name is, by the column that should name its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tagged<'l> {
    /// A name; the language as BCP 47 tag, empty if it is not known.
    Name(Cow<'l, str>),
    /// A name of another time.
    Former(Cow<'l, str>),
    /// An abbreviation.
    Abbreviation,
    /// A code of an airport.
    AirportCode,
    /// A Wikidata ID.
    Wikidata,
    /// A code of the United Nations for trade and transport locations.
    Unlocode,
    /// A link, a postal code, a pronunciation, a code of a railway.
    NoName,
}

impl<'l> Tagged<'l> {
    /// What a code of the column stands for.
    pub fn of(code: &'l str) -> Self {
        match code {
            "" => Self::Name("".into()),
            "abbr" => Self::Abbreviation,
            "iata" | "icao" => Self::AirportCode,
            "wkdt" => Self::Wikidata,
            "unlc" => Self::Unlocode,
            // The variant subtag of Hanyu Pinyin (RFC 5646, registry).
            "piny" => Self::Name("zh-Latn-pinyin".into()),
            code => match code.split_once('_') {
                // `fr_1793` is French of the Revolution.
                Some((language, _)) if is_tag(language) => Self::Former(language.into()),
                None if is_tag(code) => Self::Name(cased(code)),
                _ => Self::NoName,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        for (code, expected) in [
            ("ar", Tagged::Name("ar".into())),
            ("zh-hant", Tagged::Name("zh-Hant".into())),
            ("", Tagged::Name("".into())),
            ("fr_1793", Tagged::Former("fr".into())),
            ("abbr", Tagged::Abbreviation),
            ("icao", Tagged::AirportCode),
            ("wkdt", Tagged::Wikidata),
            ("post", Tagged::NoName),
            ("link", Tagged::NoName),
            ("phon", Tagged::NoName),
            ("tcid", Tagged::NoName),
            ("AR", Tagged::NoName),
        ] {
            assert_eq!(Tagged::of(code), expected, "{code}");
        }
    }
}
