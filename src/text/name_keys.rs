//! [`NameKeys`]: all keys of a name in one pass.

use std::ops::Range;
use std::sync::LazyLock;

use super::fold::{self, safe_fold};
use super::images::{Image, LOW};
use super::keys::{self, join, lossy_fold};

/// The keys of a name, in buffers that serve the next name too.
///
/// One pass over the characters writes K0 and the lookup key, and notes where K2 is divided; a key that is equal to
/// another is not kept twice. Byte for byte what [`safe_fold`], [`lossy_fold`] and [`join`](super::join) give:
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
    /// Unused unless K2 is neither K0 nor the lookup key.
    lossy: String,
    /// Unused if the lookup key is K0.
    key: String,
    /// Where in the lookup key K2 is divided.
    divisions: Vec<usize>,
    /// Whether K2 is another than K0.
    is_lossy: bool,
    /// Whether K2 is another than the lookup key.
    is_divided: bool,
    is_by_char: bool,
}

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
        keys.set_lossy_in_context();
        keys
    }

    /// Makes these the keys of `name`.
    pub fn set(&mut self, name: &str) {
        (self.is_by_char, self.is_lossy) = (true, false);
        self.divisions.clear();
        let is_plain = name.is_ascii() && self.set_plain(name);
        if !is_plain && !self.set_by_char(name) {
            self.set_in_context(name);
        }
    }

    /// K0.
    #[inline]
    pub fn safe(&self) -> &str {
        &self.safe
    }

    /// K2, with the divisions of K0.
    #[inline]
    pub fn lossy(&self) -> &str {
        match (self.is_lossy, self.is_divided) {
            (false, _) => &self.safe,
            (true, false) => &self.key,
            (true, true) => &self.lossy,
        }
    }

    /// The lookup key: K2 without divisions.
    #[inline]
    pub fn key(&self) -> &str {
        if self.is_lossy || self.is_divided { &self.key } else { &self.safe }
    }

    /// Whether no character depended on its neighbours: then NFKC leaves the name as many characters as it has.
    pub fn is_by_char(&self) -> bool {
        self.is_by_char
    }

    /// Writes the keys of an ASCII name of letters, digits and single spaces; tells whether it is one.
    fn set_plain(&mut self, name: &str) -> bool {
        let Self { safe, key, .. } = self;
        safe.clear();
        safe.push_str(name);
        safe.make_ascii_lowercase();
        key.clear();
        let mut start = 0;
        for (at, byte) in safe.bytes().enumerate() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' => {}
                b' ' if at > start => {
                    key.push_str(safe.get(start..at).unwrap_or_default());
                    start = at + 1;
                }
                _ => return false,
            }
        }
        self.is_divided = start > 0;
        if self.is_divided {
            key.push_str(safe.get(start..).unwrap_or_default());
        }
        start < safe.len()
    }

    /// Writes the keys of a name whose characters do not depend on their neighbours; tells whether it is one. What a key
    /// has in common with the name is copied as a whole.
    fn set_by_char(&mut self, name: &str) -> bool {
        let low = &**LOW_IMAGES;
        let mut chars = name.chars();
        let (mut safe, mut key) = (Runs::over(&mut self.safe, name), Runs::over(&mut self.key, name));
        let mut at_boundary = true;
        while let Some(c) = chars.next() {
            if low.are_itself.get(c as usize) == Some(&true) {
                at_boundary = false;
                continue;
            }
            let end = name.len() - chars.as_str().len();
            let at = end - c.len_utf8();
            let images = low.images.get(c as usize).copied().unwrap_or_else(|| Images::of(c));
            match images.safe {
                Image::Letter(letter) => {
                    safe.replace(at..end, c, letter);
                    match images.key {
                        Image::Letter(letter) => key.replace(at..end, c, letter),
                        Image::Nothing => key.leave_out(at..end),
                        Image::Boundary | Image::InContext => return false,
                    }
                    self.is_lossy |= images.key != images.safe;
                    at_boundary = false;
                }
                Image::Boundary if !at_boundary => {
                    safe.replace(at..end, c, ' ');
                    key.leave_out(at..end);
                    self.divisions.push(key.text.len());
                    at_boundary = true;
                }
                Image::Boundary | Image::Nothing => {
                    safe.leave_out(at..end);
                    key.leave_out(at..end);
                }
                Image::InContext => return false,
            }
        }
        safe.finish();
        key.finish();
        if self.safe.ends_with(' ') {
            self.safe.pop();
            self.divisions.pop();
        }
        self.is_divided = !self.divisions.is_empty();
        self.set_lossy();
        true
    }

    /// Writes K2 if it is neither K0 nor the lookup key: the latter with divisions.
    fn set_lossy(&mut self) {
        if !(self.is_lossy && self.is_divided) {
            return;
        }
        self.lossy.clear();
        let mut start = 0;
        for &end in &self.divisions {
            self.lossy.push_str(self.key.get(start..end).unwrap_or_default());
            self.lossy.push(' ');
            start = end;
        }
        self.lossy.push_str(self.key.get(start..).unwrap_or_default());
    }

    #[cold]
    fn set_in_context(&mut self, name: &str) {
        self.is_by_char = false;
        self.safe = safe_fold(name);
        self.set_lossy_in_context();
    }

    fn set_lossy_in_context(&mut self) {
        self.lossy = lossy_fold(&self.safe);
        self.key = join(&self.lossy);
        (self.is_lossy, self.is_divided) = (true, true);
    }
}

/// What becomes of a character: under K0, and under the lookup key then.
#[derive(Clone, Copy)]
struct Images {
    safe: Image,
    key: Image,
}

impl Images {
    fn of(c: char) -> Self {
        let safe = fold::IMAGES.get(c);
        let key = match safe {
            Image::Letter(letter) => keys::LOSSY.get(letter),
            other => other,
        };
        Self { safe, key }
    }

    fn are(self, c: char) -> bool {
        [self.safe, self.key] == [Image::Letter(c); 2]
    }
}

/// What becomes of the first characters.
struct LowImages {
    images: [Images; LOW],
    /// Whether it is the character itself, as of most.
    are_itself: [bool; LOW],
}

static LOW_IMAGES: LazyLock<Box<LowImages>> = LazyLock::new(|| {
    let char_of = |code: usize| u32::try_from(code).ok().and_then(char::from_u32);
    let in_context = Images { safe: Image::InContext, key: Image::InContext };
    let images: [Images; LOW] = std::array::from_fn(|code| char_of(code).map_or(in_context, Images::of));
    let are_itself = std::array::from_fn(|code| char_of(code).is_some_and(|c| images[code].are(c)));
    Box::new(LowImages { images, are_itself })
});

/// A key that is being written: runs of the name, and other letters between them.
struct Runs<'a> {
    text: &'a mut String,
    name: &'a str,
    /// Where the run begins that is to be copied.
    start: usize,
}

impl<'a> Runs<'a> {
    fn over(text: &'a mut String, name: &'a str) -> Self {
        text.clear();
        text.reserve(name.len());
        Self { text, name, start: 0 }
    }

    /// The characters up to this one, and not this one itself.
    #[inline]
    fn leave_out(&mut self, at: Range<usize>) {
        self.text.push_str(self.name.get(self.start..at.start).unwrap_or_default());
        self.start = at.end;
    }

    /// The same, and a letter in its place; nothing is to be done if that is the character itself.
    #[inline]
    fn replace(&mut self, at: Range<usize>, c: char, letter: char) {
        if letter != c {
            self.leave_out(at);
            self.text.push(letter);
        }
    }

    /// The rest of the name.
    fn finish(mut self) {
        self.leave_out(self.name.len()..self.name.len());
    }
}

/// What becomes of a character under the lookup key, in which boundaries leave nothing.
///
/// The key of a name is what becomes of its characters, one after the other, if none of them depends on its neighbours.
pub(crate) fn key_image(c: char) -> Image {
    Images::of(c).key
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::super::fold::fold_in_context;
    use super::super::keys::lossy_in_context;
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
