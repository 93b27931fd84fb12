//! `yaqut info`: what answers, under which licences, and whom to credit.

mod attribution;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use self::attribution::attribution;
use super::Context;
use super::failure::{Exit, Failure};
use super::stack::Load;
use super::target::Target;
use super::terminal::{Display, thousands};
use crate::gazetteer::Gazetteer;
use crate::index::{FORMAT_VERSION, Header};
use crate::pack::{License, Source};
use crate::text::{CREDITS, Credit};

/// Tell which packs answer: versions, licences, sources, counts
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  yaqut info --format json
  yaqut info --attribution --pack ours > ATTRIBUTION.md")]
pub struct InfoArgs {
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,

    /// Tell how many bytes each section of a pack's segment takes, in all and per alias
    #[arg(long)]
    sizes: bool,

    /// Print the credits that the licences of the packs and of the program ask for, ready to be pasted
    #[arg(long, conflicts_with_all = ["sizes", "format"])]
    attribution: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object
    Json,
}

/// Runs the command.
pub fn run(args: &InfoArgs, context: &Context) -> Result<Exit, Failure> {
    let gazetteer = context.stack.open()?;
    let info = Info::of(&gazetteer, context.stack.load);
    let text = match args.format {
        _ if args.attribution => attribution(&info.packs),
        Format::Text => info.text(Display::of_stdout(context.color), args.sizes),
        Format::Json => serde_json::to_string_pretty(&info)
            .map(|json| json + "\n")
            .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?,
    };
    let mut out = Target::stdout();
    out.put(text.as_bytes())?;
    out.commit()?;
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct Info<'a> {
    version: &'static str,
    segment_format: u32,
    index_version: &'a str,
    /// Where segments are while they are in use.
    load: &'static str,
    packs: Vec<PackInfo<'a>>,
    /// Whom the program itself owes credit.
    credits: &'static [Credit],
}

#[derive(Serialize)]
struct PackInfo<'a> {
    name: &'a str,
    title: &'a str,
    version: &'a str,
    entity_count: u64,
    alias_count: u64,
    segment_bytes: u64,
    section_bytes: BTreeMap<&'static str, u64>,
    licenses: &'a [License],
    sources: &'a [Source],
}

impl<'a> Info<'a> {
    fn of(gazetteer: &'a Gazetteer, load: Load) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            segment_format: FORMAT_VERSION,
            index_version: gazetteer.index_version(),
            load: load.as_str(),
            packs: gazetteer.packs().map(PackInfo::of).collect(),
            credits: CREDITS,
        }
    }

    fn text(&self, display: Display, sizes: bool) -> String {
        let mut text = format!(
            "yaqut {}\nindex version {}\nsegments loaded by {}\n",
            self.version, self.index_version, self.load
        );
        for pack in &self.packs {
            text.push('\n');
            text.push_str(&pack.text(display));
            if sizes {
                text.push_str(&pack.sizes());
            }
        }
        text.push_str("\nwithin the program\n");
        for credit in self.credits {
            let _ = writeln!(text, "  {}: {} <{}>", credit.what, credit.source, credit.source_path);
            let _ = writeln!(text, "  licence: {} <{}>", credit.license, credit.license_path);
        }
        text
    }
}

impl<'a> PackInfo<'a> {
    fn of(header: &'a Header) -> Self {
        let manifest = &header.manifest;
        Self {
            name: &manifest.name,
            title: &manifest.title,
            version: &manifest.version,
            entity_count: header.entity_count,
            alias_count: header.alias_count,
            segment_bytes: header.file_bytes,
            section_bytes: header.section_bytes.iter().map(|&(kind, bytes)| (kind.as_str(), bytes)).collect(),
            licenses: &manifest.licenses,
            sources: &manifest.sources,
        }
    }

    fn text(&self, display: Display) -> String {
        let mut text = format!("{} {}", display.data(self.name), display.data(self.version));
        if !self.title.is_empty() {
            let _ = write!(text, ": {}", display.data(self.title));
        }
        let (entities, aliases) = (thousands(self.entity_count), thousands(self.alias_count));
        let _ = writeln!(text, "\n  {entities} entities, {aliases} aliases");
        for license in self.licenses {
            let name = if license.title.is_empty() { &license.name } else { &license.title };
            let _ = writeln!(text, "  licence: {}{}", display.data(name), link(&license.path, display));
        }
        for source in self.sources {
            let _ =
                writeln!(text, "  source: {}{}", display.data(&source.title), link(&source.path, display));
        }
        text
    }
}

impl PackInfo<'_> {
    /// What takes space in the segment, the most first.
    fn sizes(&self) -> String {
        let mut rows: Vec<(&str, u64)> = self
            .section_bytes
            .iter()
            .map(|(&name, &bytes)| (name, bytes))
            .filter(|&(_, bytes)| bytes > 0)
            .collect();
        rows.sort_by_key(|&(_, bytes)| Reverse(bytes));
        let mut text = String::new();
        for (name, bytes) in std::iter::once(("segment", self.segment_bytes)).chain(rows) {
            let per_alias = bytes as f64 / self.alias_count.max(1) as f64;
            let _ = writeln!(text, "  {name:<22} {:>14} bytes {per_alias:>8.2} per alias", thousands(bytes));
        }
        text
    }
}

fn link(path: &str, display: Display) -> String {
    if path.is_empty() { String::new() } else { format!(" <{}>", display.data(path)) }
}
