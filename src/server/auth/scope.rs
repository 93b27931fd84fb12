//! [`Scope`]: what a caller may be allowed to do.

use std::fmt;
use std::str::FromStr;

/// A part of the service that a caller may be allowed to use. None implies another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Scope {
    /// `yaqut.v1.GazetteerService`.
    Resolve = 1,
    /// `yaqut.v1.AdminService`.
    Admin = 2,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::Resolve, Self::Admin];

    /// As it is written in files and tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no such scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope `{}`{}; there are {}", .text.escape_debug(), nearest(.text), names())]
pub struct UnknownScope {
    /// What was asked for.
    text: String,
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| UnknownScope { text: text.chars().take(64).collect() })
    }
}

fn nearest(text: &str) -> String {
    let likeness = |scope: &Scope| strsim::jaro_winkler(scope.as_str(), &text.to_lowercase());
    let nearest = Scope::ALL.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let nearest = nearest.filter(|scope| likeness(scope) >= 0.8);
    nearest.map(|scope| format!(", did you mean `{scope}`?")).unwrap_or_default()
}

fn names() -> String {
    Scope::ALL.map(Scope::as_str).join(", ")
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `scope` is one of them.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope as u8 != 0
    }

    /// These and those.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those among `words` that are ours: a JWT names the scopes of other services too.
    pub(super) fn known<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        words.into_iter().filter_map(|word| word.parse().ok()).collect()
    }

    /// Reads scopes with commas between them; at least one.
    pub(super) fn parse_list(text: &str) -> Result<Self, UnknownScope> {
        text.split(',').map(|scope| scope.trim().parse()).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope as u8))
    }
}

/// With commas between them, as tables have it.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes = Scope::ALL.into_iter().filter(|scope| self.contains(*scope));
        f.write_str(&scopes.map(Scope::as_str).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_they_are_written() {
        for text in ["resolve", "admin", "resolve,admin"] {
            assert_eq!(Scopes::parse_list(text).unwrap().to_string(), text);
        }
        assert_eq!(Scopes::parse_list("admin, resolve").unwrap().to_string(), "resolve,admin");
    }

    #[test]
    fn no_scope_implies_another() {
        let admin = Scopes::parse_list("admin").unwrap();
        assert!(admin.contains(Scope::Admin) && !admin.contains(Scope::Resolve));
    }

    #[test]
    fn an_unknown_scope_is_told_with_the_nearest() {
        for text in ["", "resolve,", "Resolve", "*", "resolv"] {
            assert!(Scopes::parse_list(text).is_err(), "{text}");
        }
        let message = Scopes::parse_list("resolv").unwrap_err().to_string();
        assert_eq!(message, "unknown scope `resolv`, did you mean `resolve`?; there are resolve, admin");
        let message = Scopes::parse_list("zz\u{202e}").unwrap_err().to_string();
        assert_eq!(message, "unknown scope `zz\\u{202e}`; there are resolve, admin");
    }

    #[test]
    fn scopes_of_other_services_are_passed_over() {
        assert_eq!(Scopes::known(["openid", "resolve", "admins"]).to_string(), "resolve");
        assert!(Scopes::known(["openid", ""]).is_empty());
    }
}
