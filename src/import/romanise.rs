//! GeoNames' romanisation of Cyrillic, to know it again.

/// `name` in the letters in which GeoNames adds a Cyrillic name once more in ASCII: `Байкальск` as `Bajkal'sk`.
///
/// Case is lost: the result is compared with other names in lower case.
pub(super) fn cyrillic(name: &str) -> String {
    let mut latin = String::with_capacity(name.len() * 2);
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter_of(letter) {
            Some(letters) => latin.push_str(letters),
            None => latin.push(letter),
        }
    }
    latin
}

const fn letter_of(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' => "i",
        'й' | 'ј' => "j",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ў' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "c",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' => "\"",
        'ы' => "y",
        'ь' => "'",
        'э' => "eh",
        'ю' => "ju",
        'я' => "ja",
        'ё' => "jo",
        'є' => "je",
        'ї' => "ji",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_romanisation_is_that_of_geonames() {
        for (name, latin) in [
            ("Байкальск", "bajkal'sk"),
            ("Эскальдес-Энгордани", "ehskal'des-ehngordani"),
            ("Сант-Жулия-де-Лория", "sant-zhulija-de-lorija"),
            ("Рокки", "rokki"),
        ] {
            assert_eq!(cyrillic(name), latin);
        }
    }
}
