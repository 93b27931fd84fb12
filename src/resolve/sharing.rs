//! [`Sharing`]: the aliases that have tokens of a query, by the lists of their tokens.

use smallvec::SmallVec;

use super::stack::{AliasRef, Stack};
use super::stage::{Stage, Stages};
use crate::index::{AliasOrdinal, Segment};
use crate::text::{self, person};

/// Tokens under more aliases than this say too little to search by.
const MAX_TOKEN_ALIASES: usize = 4096;
/// A family name alone has at least so many letters; after a proclitic one more, for ومسك is hardly و and مسك.
pub(super) const MIN_FAMILY_LETTERS: usize = 3;

/// The aliases of several tokens that share tokens with a query, as far as [`Named::compare`] may accept them.
///
/// [`Named::compare`]: super::named::Named::compare
#[derive(Default)]
pub(super) struct Sharing {
    /// In the order of the stack.
    pub aliases: Vec<AliasRef>,
    /// Whether only people are meant: no alias has some token of the query, and none but a person's other names may be
    /// spelled otherwise, or stand there too many.
    pub is_of_people: bool,
}

impl Sharing {
    /// Those that share the rarest known token of a query, and of the others those without which no alias is accepted:
    /// the last one in any case, and all of them if no person has that. In a name that is written without a part of it,
    /// or in another order, every token is known, and a person's family name stands last, or first, and then another name
    /// of theirs last.
    ///
    /// Some of them may lack a token that very many aliases have.
    pub fn of_tokens(stack: &Stack, query: &[&str], without: Stages) -> Self {
        let listed: SmallVec<[Listed<'_, _>; 6]> =
            query.iter().map(|token| Listed { token, lists: lists(stack, token).collect() }).collect();
        let Some(&Listed { token: last, .. }) = listed.last() else { return Self::default() };
        let is_known = |listed: &Listed<'_, _>| {
            listed.count() > 0
                || with_or_without_article(listed.token)
                    .any(|token| lists(stack, &token).any(|list| list.len() > 0))
        };
        let rarest = listed.iter().filter(|listed| listed.count() > 0);
        let rarest = rarest.min_by_key(|listed| (listed.count(), listed.token));
        let rarest = rarest.filter(|rarest| rarest.count() <= MAX_TOKEN_ALIASES);
        let Some(rarest) = rarest.filter(|_| listed.last().is_some_and(is_known)) else {
            return Self::default();
        };
        let may_be_person = with_or_without_article(last).any(|token| stack.is_token_of_person(&token));
        let is_of_people = !listed.iter().all(is_known);
        let needed = match query {
            [alone] if !may_be_person || !may_be_family_name(stack, alone, without) => {
                return Self::default();
            }
            _ if may_be_person => &[last],
            _ if is_of_people => return Self::default(),
            _ => query,
        };
        let needed: Vec<Vec<String>> = needed
            .iter()
            .filter(|&&token| token != rarest.token)
            .map(|token| with_or_without_article(token).collect())
            .collect();
        let of_segment = |((segment, reader), list)| {
            let mut aliases: Vec<AliasOrdinal> = Iterator::collect(list);
            needed.iter().for_each(|tokens| retain_with_any(&mut aliases, reader, tokens));
            aliases.into_iter().map(move |alias| AliasRef { segment, alias })
        };
        let lists = stack.numbered().zip(rarest.lists.iter().cloned());
        Self { aliases: lists.flat_map(of_segment).collect(), is_of_people }
    }
}

/// A token of a query, and its aliases in each segment.
struct Listed<'q, I> {
    token: &'q str,
    lists: SmallVec<[I; 8]>,
}

impl<I: ExactSizeIterator> Listed<'_, I> {
    /// The number of its aliases.
    fn count(&self) -> usize {
        self.lists.iter().map(ExactSizeIterator::len).sum()
    }
}

/// The aliases of a token in each segment.
fn lists<'a>(
    stack: &'a Stack,
    token: &str,
) -> impl Iterator<Item = impl ExactSizeIterator<Item = AliasOrdinal> + Clone + use<'a>> {
    stack.numbered().map(move |(_, reader)| reader.lookup_token(token))
}

/// The tokens that [`is_same`](super::named::is_same) takes for `token`.
fn with_or_without_article(token: &str) -> impl Iterator<Item = String> {
    let bare = token.strip_prefix(text::ARTICLE).map(str::to_owned);
    [token.to_owned(), format!("{}{token}", text::ARTICLE)].into_iter().chain(bare)
}

/// So many postings of another token are passed over sooner than one alias is read.
const POSTINGS_OF_ALIAS: usize = 64;

/// Leaves of ascending aliases those that have one of `tokens`, if that takes less time than to read all of them.
fn retain_with_any(aliases: &mut Vec<AliasOrdinal>, reader: &Segment, tokens: &[String]) {
    let mut lists: Vec<_> = tokens.iter().map(|token| reader.lookup_token(token).peekable()).collect();
    if lists.iter().map(ExactSizeIterator::len).sum::<usize>() > POSTINGS_OF_ALIAS * aliases.len() {
        return;
    }
    aliases.retain(|&alias| {
        lists.iter_mut().any(|list| {
            while list.next_if(|&other| other < alias).is_some() {}
            list.peek() == Some(&alias)
        })
    });
}

/// Whether a token may stand for a person alone: long enough, and nobody's given name.
fn may_be_family_name(stack: &Stack, token: &str, without: Stages) -> bool {
    if token.chars().count() < MIN_FAMILY_LETTERS || person::is_dependent(token) {
        return false;
    }
    without.contains(Stage::GivenNames) || !stack.is_given_name(token)
}
