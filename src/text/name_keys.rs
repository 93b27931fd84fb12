//! [`NameKeys`]: all keys of a name in one pass.

use std::sync::LazyLock;

use super::fold::{self, safe_fold};
use super::images::{Image, LOW};
use super::keys::{self, lossy_fold};

/// The keys of a name, in buffers that serve the next name too.
///
/// One pass over the characters writes K0, and K2 from the first letter on in which it differs; a key that is equal to
/// another is not written again. Byte for byte what [`safe_fold`], [`lossy_fold`] and [`join`](super::join) give:
/// characters that depend on their neighbours take their way.
///
/// ```
/// use yaqut::text::NameKeys;
/// let keys = NameKeys::new("أبو ظبي");
/// assert_eq!((keys.safe(), keys.lossy(), keys.key()), ("أبو ظبي", "ابو ظبي", "ابوظبي"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct NameKeys {
    safe: String,
    /// Unused if K2 is K0.
    lossy: String,
    /// Unused if K2 is one token.
    key: String,
    is_lossy: bool,
    is_divided: bool,
    is_by_char: bool,
}

/// What becomes of a character: under K0, and under K2 then.
#[derive(Clone, Copy)]
struct Images {
    safe: Image,
    lossy: Image,
}

impl Images {
    fn of(c: char) -> Self {
        let safe = fold::IMAGES.get(c);
        Self { safe, lossy: then_lossy(safe) }
    }
}

fn then_lossy(safe: Image) -> Image {
    match safe {
        Image::Letter(letter) => keys::LOSSY.get(letter),
        other => other,
    }
}

static LOW_IMAGES: LazyLock<Box<[Images; LOW]>> = LazyLock::new(|| {
    let images = |code: usize| {
        let c = u32::try_from(code).ok().and_then(char::from_u32);
        c.map_or(Images { safe: Image::InContext, lossy: Image::InContext }, Images::of)
    };
    Box::new(std::array::from_fn(images))
});

impl NameKeys {
    /// The keys of a name.
    pub fn new(name: &str) -> Self {
        let mut keys = Self::default();
        keys.set(name);
        keys
    }

    /// The keys of a K0 key.
    pub fn of_safe(safe: String) -> Self {
        let mut keys = Self { safe, ..Self::default() };
        keys.set_lossy();
        keys.set_key();
        keys
    }

    /// Makes these the keys of `name`.
    pub fn set(&mut self, name: &str) {
        (self.is_by_char, self.is_lossy) = (true, false);
        if name.is_ascii() {
            fold::fold_ascii(name, &mut self.safe);
        } else if !self.set_by_char(name) {
            self.set_in_context(name);
        }
        self.set_key();
    }

    /// K0.
    pub fn safe(&self) -> &str {
        &self.safe
    }

    /// K2, with the divisions of K0.
    pub fn lossy(&self) -> &str {
        if self.is_lossy { &self.lossy } else { &self.safe }
    }

    /// The lookup key: K2 without divisions.
    pub fn key(&self) -> &str {
        if self.is_divided { &self.key } else { self.lossy() }
    }

    /// Whether no character depended on its neighbours: then NFKC leaves the name as many characters as it has.
    pub fn is_by_char(&self) -> bool {
        self.is_by_char
    }

    /// Writes K0 and K2 of a name whose characters do not depend on their neighbours; tells whether it is one.
    fn set_by_char(&mut self, name: &str) -> bool {
        let low = &**LOW_IMAGES;
        self.safe.clear();
        self.safe.reserve(name.len());
        let mut at_boundary = true;
        for c in name.chars() {
            let images = low.get(c as usize).copied().unwrap_or_else(|| Images::of(c));
            match images.safe {
                Image::Letter(letter) => {
                    if images.lossy != images.safe && !self.is_lossy {
                        self.begin_lossy(name.len());
                    }
                    self.safe.push(letter);
                    at_boundary = false;
                    if self.is_lossy && !push_lossy(&mut self.lossy, images.lossy) {
                        return false;
                    }
                }
                Image::Boundary if !at_boundary => {
                    self.safe.push(' ');
                    at_boundary = true;
                    if self.is_lossy {
                        self.lossy.push(' ');
                    }
                }
                Image::Boundary | Image::Nothing => {}
                Image::InContext => return false,
            }
        }
        if self.safe.ends_with(' ') {
            self.safe.pop();
            self.lossy.pop();
        }
        true
    }

    /// From here on K2 differs from K0.
    fn begin_lossy(&mut self, len: usize) {
        self.is_lossy = true;
        self.lossy.clear();
        self.lossy.reserve(len);
        self.lossy.push_str(&self.safe);
    }

    #[cold]
    fn set_in_context(&mut self, name: &str) {
        self.is_by_char = false;
        self.safe = safe_fold(name);
        self.set_lossy();
    }

    fn set_lossy(&mut self) {
        self.lossy = lossy_fold(&self.safe);
        self.is_lossy = true;
    }

    fn set_key(&mut self) {
        let Self { lossy, safe, key, .. } = self;
        let lossy = if self.is_lossy { lossy } else { safe };
        key.clear();
        let mut start = 0;
        for (end, _) in lossy.bytes().enumerate().filter(|&(_, byte)| byte == b' ') {
            key.push_str(&lossy[start..end]);
            start = end + 1;
        }
        self.is_divided = start > 0;
        if self.is_divided {
            key.push_str(&lossy[start..]);
        }
    }
}

/// What becomes of a character under the lookup key, in which boundaries leave nothing.
///
/// The key of a name is what becomes of its characters, one after the other, if none of them depends on its neighbours.
pub(crate) fn key_image(c: char) -> Image {
    Images::of(c).lossy
}

/// Writes what K2 makes of a letter; tells whether it depends on no other.
fn push_lossy(lossy: &mut String, image: Image) -> bool {
    match image {
        Image::Letter(letter) => lossy.push(letter),
        Image::Nothing => {}
        Image::Boundary | Image::InContext => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::super::fold::fold_in_context;
    use super::super::keys::{join, lossy_in_context};
    use super::*;

    thread_local! {
        static KEYS: RefCell<NameKeys> = RefCell::new(NameKeys::new("Ünï أُخرى  x"));
    }

    /// The keys as the full pipeline makes them, in buffers that held something else.
    fn check(name: &str) {
        let mut keys = KEYS.take();
        keys.set(name);
        let safe = fold_in_context(name);
        let lossy = lossy_in_context(&safe);
        assert_eq!(keys.safe(), safe, "{name:?}");
        assert_eq!(keys.lossy(), lossy, "{name:?}");
        assert_eq!(keys.key(), join(&lossy), "{name:?}");
        if keys.is_by_char() {
            assert_eq!(name.nfkc().count(), name.chars().count(), "{name:?}");
        }
        let of_safe = NameKeys::of_safe(safe);
        assert_eq!((of_safe.lossy(), of_safe.key()), (keys.lossy(), keys.key()));
        KEYS.set(keys);
    }

    /// Beyond the Basic Multilingual Plane every name takes the full pipeline, so some of those characters speak for all.
    fn characters() -> impl Iterator<Item = char> {
        (0..0x1_0000).chain((0x1_0000..=0x10_ffff).step_by(211)).filter_map(char::from_u32)
    }

    #[test]
    fn of_every_character_alone_and_in_company() {
        for c in characters() {
            check(&format!("{c}"));
            check(&format!("a{c}{c} أ{c}é {c}\u{64E}한{c}"));
        }
    }

    #[test]
    fn beyond_the_basic_plane_no_character_stands_alone() {
        assert!(
            characters().filter(|&c| c > '\u{FFFF}').all(|c| !NameKeys::new(&format!("{c}")).is_by_char())
        );
    }

    #[test]
    fn of_names_with_nothing_in_some_key() {
        for name in ["", " ", "ء", "ء ء", "غزة ", " a  b ", "ءa", "aـ", "\u{0}", "!?"] {
            check(name);
        }
    }

    proptest! {
        #[test]
        fn of_any_name(
            name in "([\u{0}-\u{7FF}]|[\u{600}-\u{6FF}]|[\u{300}-\u{36F}]|\\PC|[\u{1E00}-\u{1FFF}]){0,24}"
        ) {
            check(&name);
        }

        #[test]
        fn of_names_of_low_characters(name in "[\u{0}-\u{6FF}]{0,40}") {
            check(&name);
        }
    }
}
