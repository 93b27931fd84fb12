//! The names that are asked for.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// The folders of the bundled packs.
const PACKS: [&str; 3] = ["countries", "cities", "newsmakers"];

/// Up to `count` different names: the lines of `file`, or aliases of the bundled packs, spread evenly over them.
pub fn read(file: Option<&Path>, count: usize) -> io::Result<Vec<String>> {
    let names = match file {
        Some(file) => fs::read_to_string(file)?.lines().map(str::to_owned).collect(),
        None => bundled()?,
    };
    let names: Vec<String> = names.into_iter().filter(|name| !name.trim().is_empty()).collect();
    if names.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "there are no names to ask for"));
    }
    Ok(shuffled(spread(&names, count)))
}

/// Every alias of the bundled packs, in order.
fn bundled() -> io::Result<BTreeSet<String>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut names = BTreeSet::new();
    for pack in PACKS {
        for entry in fs::read_dir(data.join(pack))? {
            let path = entry?.path();
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if file.starts_with("aliases") {
                let table = fs::read_to_string(&path)?;
                names.extend(
                    table.lines().skip(1).filter_map(|row| row.split('\t').nth(1)).map(str::to_owned),
                );
            }
        }
    }
    Ok(names)
}

fn spread(names: &[String], count: usize) -> Vec<String> {
    let count = count.min(names.len());
    (0..count).map(|i| names[i * names.len() / count].clone()).collect()
}

/// In an order that is the same in every run, and in which neighbours have nothing in common.
fn shuffled(mut names: Vec<String>) -> Vec<String> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for i in (1..names.len()).rev() {
        // The generator of Knuth's MMIX; its upper bits are the better ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        names.swap(i, (state >> 33) as usize % (i + 1));
    }
    names
}
