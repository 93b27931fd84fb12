//! Alternate names: lines of `alternateNamesV2.txt`, and of its forerunner without times of use.

use super::columns::{id, number, wrong_count};
use crate::import::malformed::Malformed;
use crate::model::AliasKind;

/// A name of a place, or something else that is known of it; borrowed from its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alternate<'l> {
    /// The place.
    pub id: u32,
    /// ISO 639 code, empty, or the word for something that is no name: see [`super::tagged`].
    pub language: &'l str,
    pub text: &'l str,
    pub kind: AliasKind,
    /// As it was written down.
    pub from: &'l str,
    pub to: &'l str,
}

/// The cells of the old layout; the new one has two more.
const OLD_WIDTH: usize = 8;
const WIDTH: usize = 10;

impl<'l> Alternate<'l> {
    /// Reads a line.
    pub fn read(line: &'l str) -> Result<Self, Malformed> {
        let mut cells: Vec<&str> = line.split('\t').collect();
        if cells.len() == OLD_WIDTH {
            cells.resize(WIDTH, "");
        }
        let found = cells.len();
        let cells = <[&str; WIDTH]>::try_from(cells).map_err(|_| wrong_count(line, "8 or 10", found))?;
        let [own, place, language, text, preferred, short, colloquial, historic, from, to] = cells;
        number::<u64>(line, own, "the ID of a name", |_| true)?;
        let is_set = |flag: &str| flag == "1";
        let kind = match () {
            () if is_set(historic) => AliasKind::Former,
            () if is_set(colloquial) => AliasKind::Alternate,
            () if is_set(short) => AliasKind::Short,
            () if is_set(preferred) => AliasKind::Preferred,
            () => AliasKind::Alternate,
        };
        Ok(Self { id: id(line, place)?, language, text, kind, from, to })
    }

    /// All but the ID, for a record that [`Alternate::from_record`] reads.
    pub fn record(&self) -> String {
        let Self { id: _, language, text, kind, from, to } = self;
        [language, text, kind.as_str(), from, to].join("\t")
    }

    /// The name of the place of that ID; `None` if the record is not one of [`Alternate::record`].
    pub fn from_record(id: u32, record: &'l str) -> Option<Self> {
        let [language, text, kind, from, to] = super::columns::cells(record).ok()?;
        Some(Self { id, language, text, kind: kind.parse().ok()?, from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_are_read() {
        for (line, kind, from) in [
            ("1\t7\tar\tلاندا\t1\t\t\t\t\t", AliasKind::Preferred, ""),
            ("1\t7\tar\tلاندا\t1\t1\t\t\t\t", AliasKind::Short, ""),
            ("1\t7\tar\tلاندا\t1\t\t1\t\t\t", AliasKind::Alternate, ""),
            ("1\t7\tar\tلاندا\t1\t\t\t1\t1918\t1939", AliasKind::Former, "1918"),
            ("1\t7\tar\tلاندا\t\t\t\t", AliasKind::Alternate, ""),
        ] {
            let name = Alternate::read(line).unwrap();
            assert_eq!((name.id, name.language, name.text, name.kind), (7, "ar", "لاندا", kind), "{line}");
            assert_eq!(name.from, from);
            assert_eq!(Alternate::from_record(7, &name.record()), Some(name));
        }
    }

    #[test]
    fn bad_lines_are_told() {
        for (line, kind) in [
            ("1\t7\tar\tx\t1", "columns"),
            ("1\t7\tar\tx\t\t\t\t\t", "columns"),
            ("x\t7\tar\tx\t\t\t\t", "number"),
            ("1\tseven\tar\tx\t\t\t\t", "number"),
        ] {
            assert_eq!(Alternate::read(line).unwrap_err().kind, kind, "{line}");
        }
    }
}
