//! [`ClientTable`]: whom certificates of clients belong to.

use std::collections::HashMap;
use std::path::Path;

use super::reload::Admits;
use super::table::{AuthFileError, Cell, Table};
use super::tokens::check_name;
use super::{Caller, Scopes};

/// Callers by the subject alternative names of their certificates.
///
/// A name is a DNS name, or a URI such as a SPIFFE ID, and must be met whole. A URI may end in `/*`: then anything may
/// follow that slash, so that `spiffe://example.org/ns/news/*` admits every workload of one namespace. There are no other
/// patterns: what a wildcard in a DNS name means differs between programs, and certificates of clients need none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClientTable {
    exact: HashMap<String, Caller>,
    /// Beginnings of URIs, each with the slash at its end; the longest first.
    beginnings: Vec<(String, Caller)>,
}

impl ClientTable {
    /// Reads a table: lines of `name`, `san`, `scopes` (with commas) and `note`, the last one optional, with tabs between
    /// them; lines that begin with `#` are comments. A name may stand in several lines, a SAN in one.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, AuthFileError> {
        let table = Table::new(path, bytes, "name san scopes note", 3)?;
        let (mut exact, mut beginnings, mut lines) = (HashMap::new(), Vec::new(), HashMap::new());
        for cells in table.rows() {
            let [name, san, scopes, _]: [Cell<'_>; 4] = cells?;
            let bearer = check_name(name.text).map_err(|error| name.error(error.to_string()))?;
            let granted = Scopes::parse_list(scopes.text).map_err(|error| scopes.error(error.to_string()))?;
            let pattern = Pattern::parse(san.text).map_err(|message| san.error(message))?;
            if let Some(line) = lines.insert(pattern.clone(), san.line()) {
                return Err(san.error(format!("the SAN stands in line {line} already")));
            }
            let caller = Caller::new("client", bearer, granted);
            match pattern {
                Pattern::Exact(san) => _ = exact.insert(san, caller),
                Pattern::Beginning(uri) => beginnings.push((uri, caller)),
            }
        }
        beginnings.sort_by_key(|(uri, _)| std::cmp::Reverse(uri.len()));
        Ok(Self { exact, beginnings })
    }

    /// Who bears a certificate with these names: the first that is listed gives the name, all of them scopes.
    pub fn caller(&self, names: &[String]) -> Option<Caller> {
        let mut known = names.iter().filter_map(|name| self.find(name));
        let first = known.next()?.clone();
        let scopes = known.fold(first.scopes, |scopes, caller| scopes.union(caller.scopes));
        Some(Caller { scopes, ..first })
    }

    /// One name: as a whole, else by the longest beginning.
    fn find(&self, name: &str) -> Option<&Caller> {
        if !is_uri(name) && name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.exact.get(&name.to_ascii_lowercase());
        }
        let by_beginning = || {
            let fits = |(uri, _): &&(String, Caller)| name.strip_prefix(&**uri).is_some_and(is_plain_path);
            self.beginnings.iter().find(fits).map(|(_, caller)| caller)
        };
        self.exact.get(name).or_else(by_beginning)
    }
}

/// What names in certificates are compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Pattern {
    Exact(String),
    Beginning(String),
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if !is_uri(text) {
            return dns_name(text).map(Self::Exact);
        }
        if !is_whole_uri(text) {
            return Err("is no URI with an authority: expected something like spiffe://example.org/workload");
        }
        match text.strip_suffix("/*") {
            None if text.contains('*') => Err("a * may only stand at the end of a URI, as /*"),
            None => Ok(Self::Exact(text.to_owned())),
            Some(uri) if uri.contains('*') => Err("a * may only stand at the end of a URI, as /*"),
            Some(uri) if !is_whole_uri(uri) => {
                Err("a /* may only follow an authority, as spiffe://example.org/*")
            }
            Some(uri) => Ok(Self::Beginning(format!("{uri}/"))),
        }
    }
}

fn is_uri(text: &str) -> bool {
    text.contains("://")
}

/// Whether a URI has a scheme, an authority, and only what may stand in one.
fn is_whole_uri(text: &str) -> bool {
    let is_symbol = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let parts = text.split_once("://").map(|(scheme, rest)| (scheme, rest.split('/').next().unwrap_or("")));
    parts.is_some_and(|(scheme, authority)| !scheme.is_empty() && !authority.is_empty())
        && text.bytes().all(is_symbol)
}

/// Whether what follows a beginning stays below it, whoever reads it: no empty, `.` or `..` segments, nothing encoded.
fn is_plain_path(rest: &str) -> bool {
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
    rest.split('/').all(is_plain) && !rest.contains(['%', '?', '#', '\\'])
}

/// A DNS name in lower case, as names are compared.
fn dns_name(text: &str) -> Result<String, &'static str> {
    let is_label = |label: &str| {
        let is_symbol = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len()) && label.bytes().all(is_symbol)
    };
    if text.len() <= 253 && text.split('.').all(is_label) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("is no SAN: expected a whole DNS name (no wildcard), or a URI such as spiffe://example.org/workload")
}

impl Admits for ClientTable {
    const LETS_IN_NOBODY: &'static str = "lists no client, so that nobody could call";

    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.beginnings.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ClientTable, String> {
        ClientTable::parse(Path::new("clients.tsv"), text.as_bytes()).map_err(|error| error.to_string())
    }

    const TABLE: &str = "\
# name\tsan\tscopes\tnote
desk\tNews.example.org\tresolve\tthe news desk
batch\tspiffe://example.org/ns/batch/*\tresolve
ops\tspiffe://example.org/ns/batch/ops\tadmin
deep\tspiffe://example.org/ns/batch/deep/*\tadmin
";

    #[test]
    fn names_are_met_whole_or_by_their_beginning() {
        type Named<'n> = Option<(&'n str, &'n str)>;
        let table = parse(TABLE).unwrap();
        let cases: [(&[&str], Named<'_>); 16] = [
            (&[], None),
            (&["news.example.org"], Some(("client:desk", "resolve"))),
            (&["NEWS.EXAMPLE.ORG"], Some(("client:desk", "resolve"))),
            (&["x.news.example.org"], None),
            (&["news.example.org.evil.net"], None),
            (&["spiffe://example.org/ns/batch/a"], Some(("client:batch", "resolve"))),
            (&["spiffe://example.org/ns/batch/a/b"], Some(("client:batch", "resolve"))),
            (&["spiffe://example.org/ns/batch/ops"], Some(("client:ops", "admin"))),
            (&["spiffe://example.org/ns/batch/deep/x"], Some(("client:deep", "admin"))),
            (&["spiffe://example.org/ns/batch"], None),
            (&["spiffe://example.org/ns/batch/"], None),
            (&["spiffe://example.org/ns/batch2/a"], None),
            (&["spiffe://example.org/ns/batch/../admin"], None),
            (&["spiffe://example.org/ns/batch/%2e%2e/admin"], None),
            (&["spiffe://Example.org/ns/batch/ops"], None),
            (
                &["other", "news.example.org", "spiffe://example.org/ns/batch/ops"],
                Some(("client:desk", "resolve,admin")),
            ),
        ];
        for (names, expected) in cases {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            let caller =
                table.caller(&names).map(|caller| (caller.name.to_string(), caller.scopes.to_string()));
            let expected = expected.map(|(name, scopes)| (name.to_owned(), scopes.to_owned()));
            assert_eq!(caller, expected, "{names:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let cases = [
            ("a\tb\n", "clients.tsv:1:1: has 2 cells"),
            ("a\t\tresolve\n", "clients.tsv:1:3: is no SAN"),
            ("a\t*\tresolve\n", "clients.tsv:1:3: is no SAN"),
            ("a\t*.example.org\tresolve\n", "clients.tsv:1:3: is no SAN"),
            ("a\texample..org\tresolve\n", "clients.tsv:1:3: is no SAN"),
            ("a\tspiffe://\tresolve\n", "clients.tsv:1:3: is no URI"),
            ("a\tspiffe:///a\tresolve\n", "clients.tsv:1:3: is no URI"),
            ("a\tspiffe://*\tresolve\n", "clients.tsv:1:3: a /* may only follow"),
            ("a\tspiffe://a/*/b\tresolve\n", "clients.tsv:1:3: a * may only stand"),
            ("a\tspiffe://a/b*\tresolve\n", "clients.tsv:1:3: a * may only stand"),
            ("a\tspiffe://a/*/*\tresolve\n", "clients.tsv:1:3: a * may only stand"),
            ("a\tspiffe:///*\tresolve\n", "clients.tsv:1:3: is no URI"),
            ("a\tb.org\tresolve,Admin\n", "clients.tsv:1:9: unknown scope `Admin`, did you mean `admin`?"),
            ("a\tb.org\tadmin\nb\tB.org\tadmin\n", "clients.tsv:2:3: the SAN stands in line 1"),
        ];
        for (text, expected) in cases {
            let message = parse(text).unwrap_err();
            assert!(message.starts_with(expected), "{text}: {message}");
        }
    }
}
