//! Yaqut turns any spelling of a name, above all in Arabic script, into one canonical ID.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod gazetteer;
pub mod index;
pub mod model;
pub mod pack;
pub mod resolve;
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
