//! Resolves the names on the command line with the packs that are built into the crate.
//!
//! ```text
//! cargo run --release --example resolve -- أردوغان 'بيونج يانح' عمان
//! ```

use std::error::Error;

use yaqut::ResolveOptions;
use yaqut::model::Status;
use yaqut::store::{self, Silent, StackConfig};

fn main() -> Result<(), Box<dyn Error>> {
    // Compiles the bundled packs on the first run, and maps the compiled segments from the user's cache afterwards.
    let gazetteer = store::open(&StackConfig::default(), &Silent)?.gazetteer;
    let options = ResolveOptions { limit: 3, ..ResolveOptions::default() };

    for name in std::env::args().skip(1) {
        let answer = gazetteer.resolve(&name, &options);
        match (answer.status, &answer.canonical_id) {
            (Status::Resolved, Some(id)) => println!("{name}: {id}"),
            (status, _) => println!("{name}: {status} {}", answer.invalid_reason.unwrap_or_default()),
        }
        for candidate in &answer.candidates {
            println!("  {} {} {} {}", candidate.score, candidate.tier, candidate.id, candidate.name);
            println!(
                "       by {} in {}: {:?}",
                candidate.matched_alias, candidate.pack, candidate.explanation
            );
        }
    }
    Ok(())
}
