//! The program as a user runs it: arguments in, streams, files and exit codes out.
//!
//! `YAQUT_UPDATE_GOLDEN=1 cargo test --test cli` writes the files in `tests/cli/golden/` anew.
#![allow(clippy::unwrap_used)]

#[path = "cli/broken_lists.rs"]
mod broken_lists;
#[path = "cli/canonicalize.rs"]
mod canonicalize;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/connections.rs"]
mod connections;
#[path = "cli/curate.rs"]
mod curate;
#[path = "cli/eval.rs"]
mod eval;
#[path = "cli/hints.rs"]
mod hints;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/import_formats.rs"]
mod import_formats;
#[path = "cli/lint.rs"]
mod lint;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/packs.rs"]
mod packs;
#[path = "cli/resolve.rs"]
mod resolve;
#[path = "cli/serve.rs"]
mod serve;
#[path = "cli/support.rs"]
mod support;
#[path = "cli/token.rs"]
mod token;
