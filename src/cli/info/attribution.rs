//! The credits that licences ask for, as Markdown that can be pasted into an imprint.

use std::fmt::Write as _;

use super::PackInfo;
use crate::pack::{License, Source};
use crate::text::CREDITS;

/// The credits of packs, then those of the program.
pub fn attribution(packs: &[PackInfo<'_>]) -> String {
    let mut text = String::from("Names are resolved with Yaqut, and with data from:\n");
    for pack in packs {
        let title = if pack.title.is_empty() { pack.name } else { pack.title };
        let version =
            if pack.version.is_empty() { String::new() } else { format!(", version {}", pack.version) };
        let licenses: Vec<_> = pack.licenses.iter().map(license).collect();
        let licenses =
            if licenses.is_empty() { String::new() } else { format!(". {}", listed("Licence", &licenses)) };
        let _ = writeln!(text, "\n- {title}{version}{licenses}");
        for one in pack.sources {
            let _ = writeln!(text, "  - {}", source(one));
        }
    }
    for credit in CREDITS {
        let _ = writeln!(
            text,
            "\n- {} within the program: {}, <{}>. Licence: [{}]({})",
            credit.what, credit.source, credit.source_path, credit.license, credit.license_path
        );
    }
    text
}

fn listed(noun: &str, items: &[String]) -> String {
    format!("{noun}{}: {}", if items.len() == 1 { "" } else { "s" }, items.join(", "))
}

fn license(license: &License) -> String {
    let name = if license.title.is_empty() { &license.name } else { &license.title };
    linked(if name.is_empty() { &license.path } else { name }, &license.path)
}

fn source(source: &Source) -> String {
    linked(if source.title.is_empty() { &source.path } else { &source.title }, &source.path)
}

fn linked(text: &str, path: &str) -> String {
    // What data says must not end a line, nor begin another list.
    let text = text.replace(['\n', '\r'], " ");
    if path.is_empty() { text } else { format!("[{text}]({path})") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_licence_and_source_is_named_and_the_word_list_too() {
        let licenses =
            [License { name: "CC-BY-4.0".into(), path: "https://x.org/by".into(), title: String::new() }];
        let sources = [Source { title: "GeoNames".into(), path: "https://www.geonames.org/".into() }];
        let pack = PackInfo {
            name: "cities",
            title: "Cities",
            version: "1",
            entity_count: 0,
            alias_count: 0,
            segment_bytes: 0,
            section_bytes: BTreeMap::new(),
            licenses: &licenses,
            sources: &sources,
        };
        let text = attribution(&[pack]);
        for part in [
            "- Cities, version 1. Licence: [CC-BY-4.0](https://x.org/by)\n",
            "  - [GeoNames](https://www.geonames.org/)\n",
            "wordfreq",
            "Robyn Speer",
            "CC-BY-SA-4.0",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }
}
