//! Reads packs from memory, tells what is wrong with them, and lays one over the other: no files, no cache, no network.
//!
//! ```text
//! cargo run --no-default-features --example packs
//! ```

use std::error::Error;
use std::sync::Arc;

use yaqut::index::{Segment, compile};
use yaqut::pack::{PackFile, PackFiles, parse};
use yaqut::{Gazetteer, ResolveOptions};

const ENTITIES: &str = "id\ttype\tname\nQ85\tcity\tCairo\n";
const ALIASES: &str = "id\talias\tlang\tkind\nQ85\tالقاهرة\tar\tpreferred\n";
const OURS: &str = "id\talias\tlang\tkind\nQ85\tأم الدنيا\tar\talternate\n";
const BROKEN: &str = "id\talias\tlang\tkind\nQ85\tقاهرة المعز\tar\tnickname\n";

fn main() -> Result<(), Box<dyn Error>> {
    let base = segment("base", &[("entities.tsv", ENTITIES), ("aliases.tsv", ALIASES)])?;
    show(&Gazetteer::new(vec![Arc::clone(&base)]));

    // Later packs win; adding a small one costs nothing but its own compilation.
    let ours = segment("ours", &[("aliases.tsv", OURS)])?;
    show(&Gazetteer::new(vec![base, ours]));

    if let Err(error) = segment("broken", &[("aliases.tsv", BROKEN)]) {
        println!("{error}");
    }
    Ok(())
}

/// Compiles the pack of `tables`, or says what is wrong with it.
fn segment(label: &str, tables: &[(&str, &str)]) -> Result<Arc<Segment>, Box<dyn Error>> {
    let file = |&(name, text): &(&str, &str)| PackFile { name: name.into(), bytes: text.into() };
    let parsed = parse(&PackFiles { label: label.into(), files: tables.iter().map(file).collect() });
    let Some(pack) = parsed.pack else {
        let findings: Vec<String> = parsed.diagnostics.iter().map(ToString::to_string).collect();
        return Err(findings.join("\n").into());
    };
    Ok(Arc::new(Segment::open(Arc::new(compile(&pack)?))?))
}

fn show(gazetteer: &Gazetteer) {
    for name in ["بالقاهرة", "لأم الدنيا"] {
        let answer = gazetteer.resolve(name, &ResolveOptions::default());
        let id = answer.canonical_id.as_ref().map_or("-", |id| id.as_str());
        println!("{name}: {} {id}", answer.status);
    }
}
