//! Text: keys, Arabic orthography, proclitics, heads, personal names, the weighted distance, and the rule tables.
//!
//! Start with `keys`: one function makes the keys, and index and query both use it.
//!
//! Architecture invariant: no files, no index, no network.

mod bare;
pub mod distance;
mod fold;
pub mod heads;
mod images;
mod keys;
mod letters;
mod ordinary;
pub mod person;
pub mod proclitic;
mod tables;

pub use bare::{Bare, bare_form};
pub use fold::safe_fold;
pub use keys::{hamza_fold, join, lookup_key, lossy_fold};
pub use letters::{ARTICLE, is_arabic};
pub use ordinary::is_ordinary_word;
pub use tables::{is_function_word, rules_digest};
