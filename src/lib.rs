//! Yaqut turns any spelling of a name, above all in Arabic script, into one canonical ID.
//!
//! It says how it got there and how sure it is, and answers "ambiguous" or "not found" when that is the truth. The
//! command line and the gRPC service of the same name are faces of this library; what follows is for who embeds it.
//!
//! # Overview
//!
//! - A [`Gazetteer`] is an immutable stack of compiled packs. It resolves names ([`Gazetteer::resolve`]), completes
//!   prefixes ([`Gazetteer::suggest`]), shows entities ([`Gazetteer::entity`]) and tells why one was chosen for a name, or
//!   why not ([`Gazetteer::explain`]). Share it in an `Arc`; to change it, make a new one, which costs no more than what
//!   has changed.
//! - A [`Resolution`] is the verdict on one name ([`model::Status`]) with its [`Candidate`]s: each with a score, the
//!   [`model::Tier`] of the worst step between name and alias, and an explanation for people.
//! - [`pack`] reads and checks packs (folders of tables), [`index`] compiles one to a segment, `store` does both for
//!   folders on disk, keeps compiled segments in a cache, and brings the bundled packs.
//! - [`text`] makes the keys by which names are compared; [`resolve`] gathers, scores, decides and explains.
//! - [`eval`] judges answers against tables of cases: what was resolved, listed, wrong or missed, and how far scores can
//!   be trusted.
//!
//! # Tasks
//!
//! Resolve with the bundled packs (feature `store`):
//!
#![cfg_attr(feature = "store", doc = "```no_run")]
#![cfg_attr(not(feature = "store"), doc = "```ignore")]
//! use yaqut::ResolveOptions;
//! use yaqut::store::{self, Silent, StackConfig};
//!
//! let gazetteer = store::open(&StackConfig::default(), &Silent)?.gazetteer;
//! let answer = gazetteer.resolve("وأردوغان", &ResolveOptions::default());
//! assert_eq!(answer.canonical_id.unwrap().as_str(), "Q39259");
//! # Ok::<(), store::StoreError>(())
//! ```
//!
//! Bring data of your own, without any file. What is wrong with it is told all at once:
//!
//! ```
//! use std::sync::Arc;
//! use yaqut::index::{Segment, compile};
//! use yaqut::pack::{PackFile, PackFiles, parse};
//! use yaqut::{Gazetteer, ResolveOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let entities = "id\ttype\tname\nQ85\tcity\tCairo\nQ3805\tcity\tAmman\nQ842\tcountry\tOman\n";
//! let aliases = "id\talias\tlang\tkind\n\
//!                Q85\tالقاهرة\tar\tpreferred\n\
//!                Q3805\tعمان\tar\tpreferred\n\
//!                Q842\tعمان\tar\tpreferred\n";
//! let file = |name: &str, text: &str| PackFile { name: name.into(), bytes: text.into() };
//! let parsed = parse(&PackFiles {
//!     label: "mine".into(),
//!     files: vec![file("aliases.tsv", aliases), file("entities.tsv", entities)],
//! });
//! let Some(pack) = parsed.pack else { panic!("{:?}", parsed.diagnostics) };
//! let segment = Segment::open(Arc::new(compile(&pack)?))?;
//! let gazetteer = Gazetteer::new(vec![Arc::new(segment)]);
//!
//! // A misspelling behind an attached preposition.
//! let answer = gazetteer.resolve("بالقاهره", &ResolveOptions::default());
//! assert_eq!(answer.canonical_id.unwrap().as_str(), "Q85");
//! assert_eq!(answer.candidates[0].explanation, ["stripped ب cost 0.07", "folded ه→ة cost 0.10"]);
//! # Ok(())
//! # }
//! ```
//!
//! Treat doubt as doubt, and give a hint where there is one:
//!
//! ```
//! # use std::sync::Arc;
//! # use yaqut::index::{Segment, compile};
//! # use yaqut::model::{AliasKind, EntityId, EntityType};
//! # use yaqut::pack::{AliasRow, EntityRow, Pack};
//! use yaqut::model::{CountryCode, Status};
//! # use yaqut::{Gazetteer, ResolveOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut pack = Pack::default();
//! # for (id, sort, name, country) in [("Q3805", "city", "Amman", "JO"), ("Q842", "country", "Oman", "OM")] {
//! #     let id = EntityId::new(id)?;
//! #     let mut row = EntityRow::new(id.clone(), EntityType::new(sort)?, name);
//! #     row.country = Some(CountryCode::new(country)?);
//! #     pack.entities.push(row);
//! #     pack.aliases.push(AliasRow::new(id, "عمان", "ar", AliasKind::Preferred));
//! # }
//! # let segment = Segment::open(Arc::new(compile(&pack)?))?;
//! # let gazetteer = Gazetteer::new(vec![Arc::new(segment)]);
//! let answer = gazetteer.resolve("عمان", &ResolveOptions::default());
//! assert_eq!(answer.status, Status::Ambiguous);
//! assert_eq!(answer.canonical_id, None);
//! assert_eq!(answer.candidates.len(), 2);
//!
//! let in_jordan = ResolveOptions { country: Some(CountryCode::new("JO")?), ..ResolveOptions::default() };
//! let answer = gazetteer.resolve("عمان", &in_jordan);
//! assert_eq!(answer.canonical_id.unwrap().as_str(), "Q3805");
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | none | the core: no files, no network, no async runtime; compiling a pack uses all processors |
//! | `store` | pack folders, memory-mapped segments, the cache, the bundled packs |
//! | `app` (default) | `store`, the importers, the gRPC service and its client, the command line |
//!
//! # Limits
//!
//! A name has at most [`resolve::MAX_NAME_BYTES`] bytes and [`resolve::MAX_NAME_CHARS`] characters; anything else is
//! answered `INVALID`, never with a panic. A known name takes microseconds, a misspelt one over large packs
//! milliseconds. Scores are probabilities, calibrated on the project's benchmark: with packs of another sort, measure with
//! [`eval`] how far they hold. Of scripts, Arabic and Latin alone meet by sound; others only where a pack lists both.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod curate;
pub mod eval;
pub mod gazetteer;
pub mod index;
pub mod model;
pub mod pack;
pub mod resolve;
mod sort;
pub mod text;

#[cfg(feature = "app")]
pub mod cli;
#[cfg(feature = "app")]
pub mod import;
#[cfg(feature = "app")]
pub mod rpc;
#[cfg(feature = "app")]
pub mod server;
#[cfg(feature = "store")]
pub mod store;

pub use gazetteer::Gazetteer;
pub use resolve::{Candidate, Resolution, ResolveOptions};
