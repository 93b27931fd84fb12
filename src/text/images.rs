//! [`CharImages`]: what a fold makes of single characters, remembered.
//!
//! The folds of [`super::fold`] and [`super::keys`] are defined over whole strings, because characters compose with
//! their neighbours. Almost every name is made of characters that never do; for these a table look-up per character
//! gives the same letters at a tenth of the time.

use std::sync::OnceLock;

use unicode_normalization::IsNormalized;
use unicode_normalization::char::canonical_combining_class;

/// What becomes of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Image {
    /// This letter, whatever stands beside it.
    Letter(char),
    /// The end of a token.
    Boundary,
    /// Nothing.
    Nothing,
    /// It depends on its neighbours: the whole string needs the whole fold.
    InContext,
}

/// The images of the Basic Multilingual Plane under one fold; each page of 256 characters is filled when first used.
///
/// Those of the first [`LOW`] characters stand in one table of their own, see [`CharImages::low`].
pub(super) struct CharImages {
    low: OnceLock<Box<LowImages>>,
    pages: [OnceLock<Box<[Image; PAGE_LEN]>>; PAGES],
    image: fn(char) -> Image,
}

/// Latin, Greek, Cyrillic, Armenian, Hebrew and Arabic: the characters of one or two bytes of UTF-8 that nearly every
/// name is made of.
pub(super) const LOW: usize = 0x700;

/// The images of the first [`LOW`] characters.
pub(super) type LowImages = [Image; LOW];

const PAGE_LEN: usize = 256;
const PAGES: usize = 256;

impl CharImages {
    /// The images that `image` makes.
    pub const fn new(image: fn(char) -> Image) -> Self {
        Self { low: OnceLock::new(), pages: [const { OnceLock::new() }; PAGES], image }
    }

    /// The image of `c`.
    pub fn get(&self, c: char) -> Image {
        let code = c as usize;
        let page = self.pages.get(code / PAGE_LEN);
        page.map_or(Image::InContext, |page| page.get_or_init(|| self.fill(code / PAGE_LEN))[code % PAGE_LEN])
    }

    /// The images of the characters below [`LOW`], for who folds many.
    pub fn low(&self) -> &LowImages {
        self.low.get_or_init(|| {
            let image = |code: usize| {
                let c = u32::try_from(code).ok().and_then(char::from_u32);
                c.map_or(Image::InContext, self.image)
            };
            Box::new(std::array::from_fn(image))
        })
    }

    /// The image of `c`, which `low` has if it is below [`LOW`].
    pub fn get_with(&self, low: &LowImages, c: char) -> Image {
        low.get(c as usize).map_or_else(|| self.get(c), |&image| image)
    }

    /// The letters of `text`, a word boundary being a space; `None` if it holds a character that depends on others.
    pub fn map(&self, text: &str) -> Option<String> {
        let (low, mut mapped) = (self.low(), String::with_capacity(text.len()));
        for c in text.chars() {
            match self.get_with(low, c) {
                Image::Letter(letter) => mapped.push(letter),
                Image::Boundary => mapped.push(' '),
                Image::Nothing => {}
                Image::InContext => return None,
            }
        }
        Some(mapped)
    }

    fn fill(&self, page: usize) -> Box<[Image; PAGE_LEN]> {
        let image = |i: usize| {
            let c = u32::try_from(page * PAGE_LEN + i).ok().and_then(char::from_u32);
            c.map_or(Image::InContext, self.image)
        };
        Box::new(std::array::from_fn(image))
    }
}

/// Whether normalisation to NFC and NFKC leaves `c` alone beside any other such character.
pub(super) fn is_inert(c: char) -> bool {
    canonical_combining_class(c) == 0 && is_composed(c)
}

/// Whether `c` stays as it is in NFC and NFKC, and never composes with what stands before it.
pub(super) fn is_composed(c: char) -> bool {
    unicode_normalization::is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes
}

/// The only item of an iterator; `None` if there are none or several.
pub(super) fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}
