//! Text: keys, Arabic orthography, proclitics, weighted distance, tokens and the rule tables.
//!
//! Architecture invariant: no files, no index, no network.

/// Digest of the key function and of all rule tables: a segment that was written under other rules is refused.
pub fn rules_digest() -> [u8; 32] {
    [0; 32]
}

/// The folded, separator-free form under which a name is looked up (K2); two names with one key are one name.
pub fn lookup_key(name: &str) -> String {
    name.split_whitespace().collect::<String>().to_lowercase()
}
