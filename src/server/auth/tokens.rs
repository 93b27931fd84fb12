//! [`TokenTable`]: static tokens, of which the server knows hashes alone.
//!
//! A token is 256 random bits, so a plain SHA-256 keeps it safe: slow hashes (Argon2, bcrypt) protect secrets that can be
//! guessed, and 2^256 cannot, however quick a guess is. They would cost each call milliseconds.
//!
//! A token is found by its hash, in a table keyed at random. How long that takes tells at most how much of a *hash* is met;
//! whoever wants to use it would need tokens whose hashes begin as chosen, and in the end one whose whole hash is given:
//! a preimage of SHA-256. So comparing hashes needs no constant time, as comparing tokens would.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use prost_types::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use super::credential::is_token;
use super::reload::Admits;
use super::table::{AuthFileError, Cell, Table};
use super::{Caller, Refusal, Scopes};

/// Before every token that we make, so that people and scanners for leaked secrets know it for what it is.
const PREFIX: &str = "yaqut_";

/// A fresh token: 256 bits from the system's generator, in hexadecimal.
///
/// Errors if the system gives no random bits.
pub fn new_token() -> Result<String, ring::error::Unspecified> {
    let mut bits = [0; 32];
    SystemRandom::new().fill(&mut bits)?;
    Ok(format!("{PREFIX}{}", Hex(&bits)))
}

/// The SHA-256 of a token; written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of `token`.
    pub fn of(token: &str) -> Self {
        let mut hash = [0; 32];
        for (to, from) in hash.iter_mut().zip(digest(&SHA256, token.as_bytes()).as_ref()) {
            *to = *from;
        }
        Self(hash)
    }

    /// The hash of a token that was made elsewhere, if it can be one: as a bearer token is written, and long enough to
    /// hold 128 random bits.
    pub fn of_foreign(token: &str) -> Option<Self> {
        const LEAST_CHARS: usize = 32;
        (token.len() >= LEAST_CHARS && is_token(token)).then(|| Self::of(token))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

/// The text is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no SHA-256 of a token: expected 64 hexadecimal digits, as `yaqut token hash` prints them")]
pub struct WrongHash;

impl FromStr for TokenHash {
    type Err = WrongHash;

    fn from_str(text: &str) -> Result<Self, WrongHash> {
        let digits: Vec<u8> = text.chars().map_while(|c| c.to_digit(16)).map(|digit| digit as u8).collect();
        let pairs: Vec<u8> = digits.as_chunks().0.iter().map(|[high, low]| high << 4 | low).collect();
        let is_whole = digits.len() == text.len();
        pairs.try_into().ok().filter(|_| is_whole && digits.len() == 64).map(Self).ok_or(WrongHash)
    }
}

struct Hex<'b>(&'b [u8; 32]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// When a token ends; a date alone is its first moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry(Timestamp);

impl Expiry {
    /// Whether it is past at `now`, in seconds since 1970.
    fn is_past(self, now: u64) -> bool {
        i64::try_from(now).is_ok_and(|now| self.0.seconds <= now)
    }
}

/// The text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is neither a date nor a time of RFC 3339: expected 2027-01-31 or 2027-01-31T12:00:00Z")]
pub struct WrongExpiry;

impl FromStr for Expiry {
    type Err = WrongExpiry;

    fn from_str(text: &str) -> Result<Self, WrongExpiry> {
        text.parse().map(Self).map_err(|_| WrongExpiry)
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text cannot be the name of a token or client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no name: expected 1 to 64 letters, digits and any of . _ - @ /, in ASCII")]
pub struct WrongName;

/// Gives `name` back if it can be one: short, and nothing that a log would have to escape.
pub(super) fn check_name(name: &str) -> Result<&str, WrongName> {
    let is_symbol = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@/".contains(&byte);
    let is_name = (1..=64).contains(&name.len()) && name.bytes().all(is_symbol);
    is_name.then_some(name).ok_or(WrongName)
}

/// A line of a [`TokenTable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    name: String,
    hash: TokenHash,
    scopes: Scopes,
    expiry: Option<Expiry>,
    note: String,
}

impl TokenRow {
    /// A row for the token with this hash; a note has its control characters replaced by blanks.
    pub fn new(
        name: &str,
        hash: TokenHash,
        scopes: Scopes,
        expiry: Option<Expiry>,
        note: &str,
    ) -> Result<Self, WrongName> {
        let name = check_name(name)?.to_owned();
        Ok(Self { name, hash, scopes, expiry, note: note.replace(char::is_control, " ") })
    }

    fn read([name, hash, scopes, expiry, note]: [Cell<'_>; 5]) -> Result<Self, AuthFileError> {
        let expiry_of =
            |text: &str| text.parse().map_err(|error: WrongExpiry| expiry.error(error.to_string()));
        Ok(Self {
            name: check_name(name.text).map_err(|error| name.error(error.to_string()))?.to_owned(),
            hash: hash.text.parse().map_err(|error: WrongHash| hash.error(error.to_string()))?,
            scopes: Scopes::parse_list(scopes.text).map_err(|error| scopes.error(error.to_string()))?,
            expiry: Some(expiry.text).filter(|text| !text.is_empty()).map(expiry_of).transpose()?,
            note: note.text.to_owned(),
        })
    }
}

/// As the table has it, without the end of the line.
impl fmt::Display for TokenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, hash, scopes, expiry, note } = self;
        write!(f, "{name}\t{hash}\t{scopes}\t")?;
        expiry.map_or(Ok(()), |expiry| expiry.fmt(f))?;
        write!(f, "\t{note}")
    }
}

/// Static tokens, by hash.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenTable {
    grants: HashMap<TokenHash, (Caller, Option<Expiry>)>,
}

impl TokenTable {
    /// The columns, as a comment at the head of a file.
    pub const HEADER: &'static str = "# name\tsha256\tscopes\texpires\tnote";

    /// Reads a table: lines of `name`, `sha256`, `scopes` (with commas), `expires` and `note`, the last two optional, with
    /// tabs between them; lines that begin with `#` are comments.
    ///
    /// A name or hash that stands twice is an error. A table without a token lets in nobody.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, AuthFileError> {
        let table = Table::new(path, bytes, "name sha256 scopes expires note", 3)?;
        let (mut grants, mut names, mut lines) = (HashMap::new(), HashMap::new(), HashMap::new());
        for cells in table.rows() {
            let cells: [Cell<'_>; 5] = cells?;
            let [name, hash, ..] = cells;
            let row = TokenRow::read(cells)?;
            if let Some(line) = names.insert(row.name.clone(), name.line()) {
                return Err(name.error(format!("the name stands in line {line} already")));
            }
            if let Some(line) = lines.insert(row.hash, hash.line()) {
                return Err(hash.error(format!("the hash stands in line {line} already")));
            }
            grants.insert(row.hash, (Caller::new("token", &row.name, row.scopes), row.expiry));
        }
        Ok(Self { grants })
    }

    /// Who bears the token with this hash, if any of ours has it.
    pub(super) fn caller(&self, hash: &TokenHash, now: u64) -> Option<Result<Caller, Refusal>> {
        let (caller, expiry) = self.grants.get(hash)?;
        let is_past = expiry.is_some_and(|expiry| expiry.is_past(now));
        Some(if is_past { Err(Refusal::Expired) } else { Ok(caller.clone()) })
    }
}

impl Admits for TokenTable {
    const LETS_IN_NOBODY: &'static str =
        "lists no token, so that nobody could call; make one with `yaqut token new NAME`";

    fn is_empty(&self) -> bool {
        self.grants.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<TokenTable, String> {
        TokenTable::parse(Path::new("tokens.tsv"), text.as_bytes()).map_err(|error| error.to_string())
    }

    fn hash(token: &str) -> String {
        TokenHash::of(token).to_string()
    }

    #[test]
    fn a_hash_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash("abc"), expected);
        assert_eq!(expected.parse(), Ok(TokenHash::of("abc")));
        assert_eq!(expected.to_uppercase().parse(), Ok(TokenHash::of("abc")));
        for wrong in ["", "ba78", &expected[1..], &format!("{expected}0"), &expected.replace('b', "g")] {
            assert_eq!(wrong.parse::<TokenHash>(), Err(WrongHash), "{wrong}");
        }
    }

    #[test]
    fn tokens_differ_and_can_be_sent() {
        let tokens: std::collections::HashSet<_> = (0..100).map(|_| new_token().unwrap()).collect();
        assert_eq!(tokens.len(), 100);
        assert!(tokens.iter().all(|token| token.len() == 70 && is_token(token)));
    }

    #[test]
    fn a_short_or_odd_token_from_elsewhere_is_not_taken() {
        assert!(TokenHash::of_foreign(&"a".repeat(32)).is_some());
        for token in ["", "password", &"a".repeat(31), &format!("{} b", "a".repeat(40)), &"ي".repeat(40)] {
            assert_eq!(TokenHash::of_foreign(token), None, "{token}");
        }
    }

    #[test]
    fn a_row_is_read_as_it_is_written() {
        let expiry = "2027-01-31T12:00:00+02:00".parse().unwrap();
        let scopes = Scopes::parse_list("resolve,admin").unwrap();
        for (expiry, note) in [(None, ""), (Some(expiry), "for the news\tdesk\n")] {
            let row = TokenRow::new("news/desk-1", TokenHash::of("a"), scopes, expiry, note).unwrap();
            let text = format!("{}\n{row}\n", TokenTable::HEADER);
            let table = Table::new(Path::new("t"), text.as_bytes(), "", 3).unwrap();
            let read = TokenRow::read(table.rows().next().unwrap().unwrap()).unwrap();
            assert_eq!(
                (read.name.as_str(), read.hash, read.scopes),
                ("news/desk-1", TokenHash::of("a"), scopes)
            );
            assert_eq!(read.expiry.map(|expiry| expiry.0.seconds), expiry.map(|expiry| expiry.0.seconds));
            assert_eq!(read.note, note.replace(char::is_control, " ").trim());
        }
        assert_eq!(TokenRow::new("a b", TokenHash::of("a"), scopes, None, ""), Err(WrongName));
    }

    #[test]
    fn tokens_are_known_until_they_expire() {
        let table = parse(&format!(
            "a\t{}\tresolve\nb\t{}\tadmin\t2001-09-09T01:46:40Z\tnote\n",
            hash("for a"),
            hash("for b")
        ))
        .unwrap();
        let caller = |token: &str, now| table.caller(&TokenHash::of(token), now);
        let a = caller("for a", u64::MAX).unwrap().unwrap();
        assert_eq!((&*a.name, a.scopes.to_string().as_str()), ("token:a", "resolve"));
        assert!(caller("for b", 999_999_999).unwrap().is_ok());
        assert_eq!(caller("for b", 1_000_000_000), Some(Err(Refusal::Expired)));
        assert_eq!(caller("for c", 0), None);
        assert_eq!(caller(&hash("for a"), 0), None, "a hash is no token");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let (a, b) = (hash("a"), hash("b"));
        let cases = [
            (format!("a\t{a}\n"), "tokens.tsv:1:1: has 2 cells; expected name, sha256, scopes"),
            (format!("a b\t{a}\tresolve\n"), "tokens.tsv:1:1: is no name"),
            (format!("\t{a}\tresolve\n"), "tokens.tsv:1:1: is no name"),
            ("a\tsecret\tresolve\n".into(), "tokens.tsv:1:3: is no SHA-256"),
            (format!("a\t{a}\tresolv\n"), "tokens.tsv:1:68: unknown scope `resolv`, did you mean `resolve`?"),
            (format!("a\t{a}\t\n"), "tokens.tsv:1:68: unknown scope ``"),
            (format!("a\t{a}\tresolve\tsoon\n"), "tokens.tsv:1:76: is neither a date"),
            (format!("a\t{a}\tresolve\na\t{b}\tresolve\n"), "tokens.tsv:2:1: the name stands in line 1"),
            (format!("a\t{a}\tresolve\nb\t{a}\tresolve\n"), "tokens.tsv:2:3: the hash stands in line 1"),
        ];
        for (text, expected) in cases {
            let message = parse(&text).unwrap_err();
            assert!(message.starts_with(expected), "{message}");
        }
    }

    #[test]
    fn dates_are_those_of_rfc_3339() {
        let seconds = |text: &str| text.parse::<Expiry>().map(|expiry| expiry.0.seconds);
        assert_eq!(seconds("1970-01-02"), Ok(86_400));
        assert_eq!(seconds("1970-01-02T00:00:00Z"), Ok(86_400));
        assert_eq!(seconds("1970-01-02T02:00:00.5+02:00"), Ok(86_400));
        for wrong in ["", "never", "1970", "1970-13-01", "1970-02-30", "١٩٧٠-01-01"] {
            assert_eq!(seconds(wrong), Err(WrongExpiry), "{wrong}");
        }
    }
}
