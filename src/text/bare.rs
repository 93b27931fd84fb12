//! Bare forms: the shorter name by which a name also goes, known when it is written into the index.
//!
//! ناتو for الناتو, where its row says that the article is optional; كورسك for أوبلاست كورسك, because papers call a
//! region by its name alone, as they call its chief town.

use super::heads::{self, HeadClass};
use super::keys::lossy_fold;
use super::letters::ARTICLE;
use crate::model::Article;

/// A name without its first word or article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bare<'a> {
    /// What is left, as a K0 key.
    pub text: &'a str,
    /// What was left out.
    pub left_out: &'a str,
    /// Whether only the article was left out; else the noun of an administrative division.
    pub is_article: bool,
}

/// The bare form of an alias (its K0 key), if it has one.
pub fn bare_form(safe: &str, article: Article) -> Option<Bare<'_>> {
    if article == Article::Optional
        && let Some(text) = safe.strip_prefix(ARTICLE)
    {
        return Some(Bare { text, left_out: ARTICLE, is_article: true });
    }
    let lossy = lossy_fold(safe);
    let tokens: Vec<&str> = lossy.split(' ').collect();
    let is_division = |head: &heads::Head| head.class == HeadClass::Generic && head.types.contains(&"region");
    let head = heads::leading(&tokens).into_iter().find(is_division)?;
    let (at, _) = safe.match_indices(' ').nth(head.tokens - 1)?;
    Some(Bare { text: &safe[at + 1..], left_out: &safe[..at], is_article: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::safe_fold;

    #[test]
    fn names_of_regions_and_optional_articles_have_one() {
        let bare = |name: &str, article| {
            let safe = safe_fold(name);
            bare_form(&safe, article).map(|bare| (bare.text.to_owned(), bare.left_out.to_owned()))
        };
        let found = |text: &str, left_out: &str| Some((text.to_owned(), left_out.to_owned()));
        assert_eq!(bare("الناتو", Article::Optional), found("ناتو", "ال"));
        assert_eq!(bare("أوبلاست كورسك", Article::Unknown), found("كورسك", "أوبلاست"));
        assert_eq!(bare("قطاع غزة", Article::Unknown), found("غزة", "قطاع"));
        assert_eq!(bare("السيسي", Article::Lexical), None);
        assert_eq!(bare("قطاع", Article::Unknown), None);
        assert_eq!(bare("صحيفة الاتحاد", Article::Unknown), None);
    }
}
