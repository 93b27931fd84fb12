//! Letters that look alike in Latin, Greek and Cyrillic script, as far as keyboards confuse them.
//!
//! No key folds one into the other: a name with one such letter from another alphabet looks right and is never found.

/// An alphabet whose letters look like those of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// A B C
    Latin,
    /// Α Β Γ
    Greek,
    /// А Б В
    Cyrillic,
}

impl Alphabet {
    /// The alphabet of a letter, if it is one of these.
    ///
    /// ```
    /// use yaqut::text::Alphabet;
    /// assert_eq!(Alphabet::of('Й'), Some(Alphabet::Cyrillic));
    /// assert_eq!(Alphabet::of('ي'), None);
    /// ```
    pub fn of(letter: char) -> Option<Self> {
        match letter {
            'a'..='z'
            | 'A'..='Z'
            | '\u{aa}'
            | '\u{ba}'
            | '\u{c0}'..='\u{d6}'
            | '\u{d8}'..='\u{f6}'
            | '\u{f8}'..='\u{2af}'
            | '\u{1e00}'..='\u{1eff}'
            | '\u{2c60}'..='\u{2c7f}'
            | '\u{a722}'..='\u{a787}'
            | '\u{ff21}'..='\u{ff3a}'
            | '\u{ff41}'..='\u{ff5a}' => Some(Self::Latin),
            // The micro sign and others are compatibility letters of no word.
            '\u{370}'..='\u{373}'
            | '\u{376}'..='\u{377}'
            | '\u{37b}'..='\u{37d}'
            | '\u{37f}'
            | '\u{386}'
            | '\u{388}'..='\u{3ff}'
            | '\u{1f00}'..='\u{1ffe}' => Some(Self::Greek),
            '\u{400}'..='\u{481}'
            | '\u{48a}'..='\u{52f}'
            | '\u{1c80}'..='\u{1c8a}'
            | '\u{a640}'..='\u{a66e}'
            | '\u{a680}'..='\u{a69d}' => Some(Self::Cyrillic),
            _ => None,
        }
    }

    /// The name of the alphabet.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latin => "Latin",
            Self::Greek => "Greek",
            Self::Cyrillic => "Cyrillic",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Latin => 0,
            Self::Greek => 1,
            Self::Cyrillic => 2,
        }
    }

    /// `word` with every letter of another alphabet as the one of this that looks like it; `None` if one has none.
    ///
    /// ```
    /// use yaqut::text::Alphabet;
    /// // The first letter is Cyrillic.
    /// assert_eq!(Alphabet::Latin.spell("\u{41c}oscow").as_deref(), Some("Moscow"));
    /// assert_eq!(Alphabet::Latin.spell("Жan"), None);
    /// ```
    pub fn spell(self, word: &str) -> Option<String> {
        word.chars().map(|letter| self.look_alike(letter)).collect()
    }

    fn look_alike(self, letter: char) -> Option<char> {
        match Self::of(letter) {
            Some(alphabet) if alphabet != self => {
                let row = LOOK_ALIKES.iter().find(|row| row[alphabet.index()] == letter)?;
                Some(row[self.index()]).filter(|&own| own != NONE)
            }
            _ => Some(letter),
        }
    }
}

const NONE: char = '\0';

/// Letters that look alike: Latin, Greek, Cyrillic. After `confusables.txt` of Unicode Technical Standard 39, less what
/// is alike in few typefaces only.
const LOOK_ALIKES: [[char; 3]; 39] = [
    ['A', '\u{391}', '\u{410}'],
    ['B', '\u{392}', '\u{412}'],
    ['C', NONE, '\u{421}'],
    ['E', '\u{395}', '\u{415}'],
    ['H', '\u{397}', '\u{41d}'],
    ['I', '\u{399}', '\u{406}'],
    ['I', NONE, '\u{4c0}'],
    ['J', '\u{37f}', '\u{408}'],
    ['K', '\u{39a}', '\u{41a}'],
    ['M', '\u{39c}', '\u{41c}'],
    ['N', '\u{39d}', NONE],
    ['O', '\u{39f}', '\u{41e}'],
    ['P', '\u{3a1}', '\u{420}'],
    ['S', NONE, '\u{405}'],
    ['T', '\u{3a4}', '\u{422}'],
    ['X', '\u{3a7}', '\u{425}'],
    ['Y', '\u{3a5}', '\u{4ae}'],
    ['Z', '\u{396}', NONE],
    ['a', '\u{3b1}', '\u{430}'],
    ['c', '\u{3f2}', '\u{441}'],
    ['d', NONE, '\u{501}'],
    ['e', NONE, '\u{435}'],
    ['h', NONE, '\u{4bb}'],
    ['i', '\u{3b9}', '\u{456}'],
    ['j', '\u{3f3}', '\u{458}'],
    ['k', '\u{3ba}', '\u{43a}'],
    ['o', '\u{3bf}', '\u{43e}'],
    ['p', '\u{3c1}', '\u{440}'],
    ['q', NONE, '\u{51b}'],
    ['s', NONE, '\u{455}'],
    ['u', '\u{3c5}', NONE],
    ['v', '\u{3bd}', '\u{475}'],
    ['w', NONE, '\u{51d}'],
    ['x', '\u{3c7}', '\u{445}'],
    ['y', '\u{3b3}', '\u{443}'],
    ['ë', NONE, '\u{451}'],
    ['ï', '\u{3ca}', '\u{457}'],
    ['Ë', NONE, '\u{401}'],
    ['Ï', '\u{3aa}', '\u{407}'],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_of_the_three_alphabets() {
        for row in LOOK_ALIKES {
            let alphabets = row.map(Alphabet::of);
            let expected = [Alphabet::Latin, Alphabet::Greek, Alphabet::Cyrillic];
            for (letter, (found, expected)) in row.iter().zip(alphabets.iter().zip(expected)) {
                assert!(*letter == NONE || *found == Some(expected), "{row:?}");
            }
        }
    }

    #[test]
    fn words_are_spelled_in_one_alphabet_if_that_can_be() {
        assert_eq!(Alphabet::Cyrillic.spell("Mосква").as_deref(), Some("Москва"));
        assert_eq!(Alphabet::Latin.spell("Mосква"), None);
        assert_eq!(Alphabet::Greek.spell("Aθήνα").as_deref(), Some("Αθήνα"));
        assert_eq!(Alphabet::Latin.spell("كييف 1"), Some("كييف 1".to_owned()));
    }
}
