//! A synthetic dump in the layout of Wikidata's: an array with an entity a line, names in both scripts, statements that
//! importers read among many that they pass over.
//!
//! The same seed and number of items give the same bytes. The mean line has some 1.5 kB; non-ASCII characters are escaped,
//! as in the real one. Memory does not grow with the number of items.

use std::fmt::Write as _;
use std::io::{self, Write};

use fastrand::Rng;

use crate::names::compose::{Name, Sort};
use crate::names::{Script, Vocabulary};

/// Languages of labels, the likelier first.
const LANGUAGES: [(&str, Script); 14] = [
    ("en", Script::Latin),
    ("ar", Script::Arabic),
    ("de", Script::Latin),
    ("fr", Script::Latin),
    ("es", Script::Latin),
    ("arz", Script::Arabic),
    ("it", Script::Latin),
    ("fa", Script::Arabic),
    ("pt-br", Script::Latin),
    ("nl", Script::Latin),
    ("tr", Script::Latin),
    ("ur", Script::Arabic),
    ("id", Script::Latin),
    ("en-gb", Script::Latin),
];

/// Of a hundred items as many are pages of a wiki, or of a class that no importer knows.
const STRANGE: u32 = 10;

/// Writes the dump of `items` items, drawn by `seed`, to `out`; the number of bytes.
pub fn write_dump(out: &mut impl Write, vocabulary: &Vocabulary, items: u64, seed: u64) -> io::Result<u64> {
    let mut rng = Rng::with_seed(seed);
    let mut line = String::with_capacity(1 << 16);
    let mut bytes = 4;
    out.write_all(b"[\n")?;
    let mut number = 1_000;
    for index in 0..items {
        number += rng.u64(1..12);
        line.clear();
        Item::draw(&mut rng, vocabulary, number).write(&mut line, &mut rng, vocabulary);
        line.push_str(if index + 1 < items { ",\n" } else { "\n" });
        bytes += line.len() as u64;
        out.write_all(line.as_bytes())?;
    }
    out.write_all(b"]\n")?;
    Ok(bytes)
}

/// An item before it is written.
struct Item<'v> {
    number: u64,
    sort: Sort,
    class: u64,
    name: Name<'v>,
    /// How widely it is known; the mean is about one.
    fame: f64,
}

impl<'v> Item<'v> {
    fn draw(rng: &mut Rng, vocabulary: &'v Vocabulary, number: u64) -> Self {
        let (sort, class) = match rng.u32(..100) {
            ..STRANGE => (Sort::Region, *rng.choice(&[4_167_410, 4_167_836, 13_442_814]).unwrap_or(&1)),
            STRANGE..55 => (Sort::Person, 5),
            55..75 => (Sort::City, *rng.choice(&[515, 3957, 532, 486_972]).unwrap_or(&515)),
            75..88 => (Sort::Region, *rng.choice(&[56_061, 10_864_048, 8502, 4022]).unwrap_or(&8502)),
            _ => (Sort::Organization, *rng.choice(&[43_229, 4_830_453, 7278]).unwrap_or(&43_229)),
        };
        // Pareto's law: few are known everywhere.
        let fame = (0.35 * (1.0 - rng.f64()).powf(-0.7)).min(40.0);
        Self { number, sort, class, name: Name::draw(rng, vocabulary, sort), fame }
    }

    fn write(&self, line: &mut String, rng: &mut Rng, vocabulary: &Vocabulary) {
        let _ = write!(line, r#"{{"type":"item","id":"Q{}","labels":{{"#, self.number);
        let count = ((1.2 + 1.4 * self.fame) as usize).clamp(1, LANGUAGES.len());
        let languages = LANGUAGES.get(..count).unwrap_or(&LANGUAGES);
        separated(line, languages, |line, (language, script)| {
            term(line, language, &self.name.written(*script));
        });
        line.push_str(r#"},"descriptions":{"#);
        separated(line, languages.get(..count.min(3)).unwrap_or_default(), |line, (language, _)| {
            term(line, language, self.sort.as_str());
        });
        line.push_str(r#"},"aliases":{"#);
        let aliases = languages.get(..count.min(self.fame as usize + 1)).unwrap_or_default();
        separated(line, aliases, |line, (language, script)| {
            let other = self.name.respelled(rng, vocabulary, *script).unwrap_or_else(|| self.name.clone());
            let _ = write!(line, r#""{language}":[{{"language":"{language}","value":"#);
            string(line, &other.written(*script));
            line.push_str("}]");
        });
        line.push_str(r#"},"claims":{"#);
        self.claims(line, rng);
        line.push_str(r#"},"sitelinks":{"#);
        let links = languages.get(..count.min((3.0 * self.fame) as usize)).unwrap_or_default();
        separated(line, links, |line, (language, script)| {
            let site = language.replace('-', "_");
            let _ = write!(line, r#""{site}wiki":{{"site":"{site}wiki","title":"#);
            string(line, &self.name.written(*script));
            line.push_str(r#","badges":[]}"#);
        });
        let _ = write!(line, r#"}},"lastrevid":{}}}"#, rng.u32(..));
    }

    fn claims(&self, line: &mut String, rng: &mut Rng) {
        let country = rng.choice(&[212, 79, 30, 142, 183, 145, 851, 148, 668, 794]).copied().unwrap_or(30);
        statement(line, rng, self.number, "P31", &item_value(self.class));
        line.push(',');
        let belongs = if self.sort == Sort::Person { "P27" } else { "P17" };
        statement(line, rng, self.number, belongs, &item_value(country));
        let id = rng.u32(1_000_000..99_999_999);
        if self.sort == Sort::City || self.sort == Sort::Region {
            line.push(',');
            statement(line, rng, self.number, "P1566", &format!(r#"{{"value":"{id}","type":"string"}}"#));
            line.push(',');
            let amount =
                format!(r#"{{"value":{{"amount":"+{}","unit":"1"}},"type":"quantity"}}"#, id % 3_000_000);
            statement(line, rng, self.number, "P1082", &amount);
        } else if rng.u32(..100) < 40 {
            line.push(',');
            statement(line, rng, self.number, "P214", &format!(r#"{{"value":"{id}","type":"string"}}"#));
        }
        // What importers pass over.
        if rng.u32(..100) < 60 {
            line.push(',');
            let time = format!(
                r#"{{"value":{{"time":"+{}-01-01T00:00:00Z","timezone":0,"before":0,"after":0,"precision":9,"calendarmodel":"http:\/\/www.wikidata.org\/entity\/Q1985727"}},"type":"time"}}"#,
                rng.u32(1000..2024)
            );
            statement(line, rng, self.number, "P569", &time);
        }
    }
}

fn item_value(number: u64) -> String {
    format!(
        r#"{{"value":{{"entity-type":"item","numeric-id":{number},"id":"Q{number}"}},"type":"wikibase-entityid"}}"#
    )
}

fn statement(line: &mut String, rng: &mut Rng, number: u64, property: &str, value: &str) {
    let (a, b) = (rng.u64(..), rng.u64(..));
    let _ = write!(
        line,
        r#""{property}":[{{"mainsnak":{{"snaktype":"value","property":"{property}","datavalue":{value},"datatype":"x"}},"type":"statement","id":"Q{number}${a:016x}{b:016x}","rank":"normal"}}]"#
    );
}

fn term(line: &mut String, language: &str, text: &str) {
    let _ = write!(line, r#""{language}":{{"language":"{language}","value":"#);
    string(line, text);
    line.push('}');
}

fn separated<T>(line: &mut String, items: &[T], mut each: impl FnMut(&mut String, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        each(line, item);
    }
}

/// A JSON string in ASCII.
fn string(line: &mut String, text: &str) {
    line.push('"');
    let mut units = [0; 2];
    for sign in text.chars() {
        match sign {
            '"' | '\\' => line.extend(['\\', sign]),
            ' '..='~' => line.push(sign),
            sign => {
                for unit in sign.encode_utf16(&mut units) {
                    let _ = write!(line, "\\u{unit:04x}");
                }
            }
        }
    }
    line.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::testing::vocabulary;

    fn dump(items: u64, seed: u64) -> String {
        let mut out = Vec::new();
        let bytes = write_dump(&mut out, vocabulary(), items, seed).unwrap();
        assert_eq!(bytes, out.len() as u64);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_dump_is_an_array_of_items_of_some_size() {
        let text = dump(3_000, 7);
        let items: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(items.len(), 3_000);
        assert!(text.is_ascii());
        let mean = text.len() / items.len();
        assert!((1_350..1_650).contains(&mean), "{mean} bytes");
        assert!(items.iter().all(|item| item["claims"]["P31"].is_array()));
        let mut ids: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 3_000);
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert!(dump(200, 7) == dump(200, 7));
        assert!(dump(200, 7) != dump(200, 8));
    }
}
