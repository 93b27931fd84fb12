//! Text: keys, Arabic orthography, proclitics, heads, personal names, the weighted distance, skeletons, the alignment of
//! scripts, words and names that are no misspellings, and the rule tables.
//!
//! Start with `keys`: one function makes the keys, and index and query both use it.
//!
//! Architecture invariant: no files, no index, no network.

mod bare;
mod confusables;
mod credits;
mod cross_script;
pub mod distance;
mod fold;
pub mod heads;
mod images;
mod keys;
mod letters;
mod marks;
mod name_keys;
mod ordinary;
pub mod person;
pub mod proclitic;
mod skeleton;
mod sounds;
mod tables;
pub mod type_words;
pub mod well_known;

pub use bare::{Bare, bare_form};
pub use confusables::Alphabet;
pub use credits::{CREDITS, Credit};
pub use cross_script::{
    ArabicName, CrossScriptAlignment, CrossScriptStep, LatinName, Outline, align_cross_script,
    cross_script_budget,
};
pub use fold::{safe_fold, safe_fold_into};
pub(crate) use images::Image;
pub use keys::{equal_hamza_folded, equal_joined, hamza_fold, join, lookup_key, lossy_fold};
pub use letters::{ARTICLE, is_arabic};
pub use marks::has_mark_run;
pub use name_keys::NameKeys;
pub(crate) use name_keys::key_image;
pub use ordinary::{is_ordinary_word, is_whole_ordinary_word};
pub use skeleton::{
    MAX_SKELETON_KEYS, MAX_SKELETON_QUERIES, MIN_NEAR_SYMBOLS, skeleton_consonants, skeleton_keys,
    skeleton_queries,
};
pub use tables::{is_function_word, rules_digest};
