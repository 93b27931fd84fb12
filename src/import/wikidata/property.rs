//! The properties that are read.

/// A property of Wikidata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Property {
    /// What it is an instance of.
    InstanceOf,
    /// What it is a subclass of.
    SubclassOf,
    /// The country in which it lies or to which it belongs.
    Country,
    /// The country whose citizen a person is.
    Citizenship,
    /// What it is the capital of.
    CapitalOf,
    /// How many people live there.
    Population,
    /// ISO 3166-1 alpha-2 code.
    CountryCode,
    /// ISO 3166-2 code.
    DivisionCode,
    /// GeoNames ID.
    GeoNames,
    /// ID of the Integrated Authority File (GND).
    Gnd,
    /// ID of the Virtual International Authority File.
    Viaf,
    /// A word for the people or the adjective of a place.
    Demonym,
    /// A short name.
    ShortName,
}

impl Property {
    /// The property of that ID, if it is read.
    pub fn of(id: &str) -> Option<Self> {
        Some(match id {
            "P31" => Self::InstanceOf,
            "P279" => Self::SubclassOf,
            "P17" => Self::Country,
            "P27" => Self::Citizenship,
            "P1376" => Self::CapitalOf,
            "P1082" => Self::Population,
            "P297" => Self::CountryCode,
            "P300" => Self::DivisionCode,
            "P1566" => Self::GeoNames,
            "P227" => Self::Gnd,
            "P214" => Self::Viaf,
            "P1549" => Self::Demonym,
            "P1813" => Self::ShortName,
            _ => return None,
        })
    }
}
