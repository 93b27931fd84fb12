//! Places: lines of `allCountries.txt` and its like.

use super::columns::{cells, id, number};
use super::features::Feature;
use crate::import::filters::Filters;
use crate::import::malformed::Malformed;
use crate::import::report::Skip;
use crate::model::{CountryCode, Rank};

/// A place, borrowed from its line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place<'l> {
    pub id: u32,
    pub name: &'l str,
    /// The name in ASCII, by whatever means.
    pub ascii: &'l str,
    /// Names in all languages, untagged, with commas between them.
    pub alternates: &'l str,
    pub class: &'l str,
    pub code: &'l str,
    /// As it stands there.
    pub country: &'l str,
    /// First-order and second-order administrative division, as GeoNames codes them.
    pub divisions: [&'l str; 2],
    /// Zero if it is not known.
    pub people: u64,
}

impl<'l> Place<'l> {
    /// Reads a line.
    pub fn read(line: &'l str) -> Result<Self, Malformed> {
        let [
            id_cell,
            name,
            ascii,
            alternates,
            _,
            _,
            class,
            code,
            country,
            _,
            admin1,
            admin2,
            _,
            _,
            people,
            ..,
        ] = cells::<19>(line)?;
        let people = match people {
            "" => 0,
            people => number(line, people, "a number of people", |_| true)?,
        };
        let divisions = [admin1, admin2];
        Ok(Self { id: id(line, id_cell)?, name, ascii, alternates, class, code, country, divisions, people })
    }

    /// What sort of place it is.
    pub fn feature(&self) -> Feature {
        Feature::of(self.class, self.code)
    }

    /// The country in which it lies, if it lies in one.
    pub fn country_code(&self) -> Option<CountryCode> {
        CountryCode::new(self.country).ok()
    }

    /// How prominent it is.
    pub fn rank(&self) -> Rank {
        self.feature().rank(self.code, self.people)
    }

    /// Why it is not taken, if so.
    pub fn refused(&self, filters: &Filters) -> Option<Skip> {
        filters.refuses(self.feature().entity_type, self.country_code(), Some(self.rank()))
    }

    /// All but the ID, for a record that [`Place::from_record`] reads.
    pub fn record(&self) -> String {
        let Self {
            id: _,
            name,
            ascii,
            alternates,
            class,
            code,
            country,
            divisions: [admin1, admin2],
            people,
        } = self;
        let people = people.to_string();
        [name, ascii, alternates, class, code, country, admin1, admin2, &people.as_str()]
            .map(|cell: &&str| *cell)
            .join("\t")
    }

    /// The place of that ID; `None` if the record is not one of [`Place::record`].
    pub fn from_record(id: u32, record: &'l str) -> Option<Self> {
        let [name, ascii, alternates, class, code, country, admin1, admin2, people] = cells(record).ok()?;
        let people = people.parse().ok()?;
        let divisions = [admin1, admin2];
        Some(Self { id, name, ascii, alternates, class, code, country, divisions, people })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "7\tAl Landah\tAl Landah\tLanda,لاندا\t1.5\t2.5\tP\tPPLA\tAE\t\t03\t101\t\t\t15853\t\t1033\tAsia/Dubai\t2008-10-15";

    #[test]
    fn a_line_is_read_and_survives_as_a_record() {
        let place = Place::read(LINE).unwrap();
        assert_eq!((place.id, place.name, place.people), (7, "Al Landah", 15_853));
        assert_eq!((place.divisions, place.country), (["03", "101"], "AE"));
        assert_eq!(Place::from_record(7, &place.record()), Some(place));
        assert_eq!(Place::from_record(7, "x"), None);
    }

    #[test]
    fn bad_lines_are_told() {
        for (from, to, kind) in [
            ("7\t", "seven\t", "number"),
            ("15853", "many", "number"),
            ("15853", "-1", "number"),
            ("\t1033", "", "columns"),
        ] {
            assert_eq!(Place::read(&LINE.replacen(from, to, 1)).unwrap_err().kind, kind, "{to}");
        }
        assert_eq!(Place::read(&LINE.replacen("15853", "", 1)).unwrap().people, 0);
        assert_eq!(Place::read("").unwrap_err().kind, "columns");
    }
}
