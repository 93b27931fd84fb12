//! Times of use, as people have written them down.

/// First and last day, month or year of use as packs have them, each empty if it is not given; `None` if one cannot be
/// read, or the last comes before the first.
///
/// Read are `1914`, `1914-09`, `1914-09-01` and `19140901`; years of fewer digits, and centuries in words, are not.
pub(super) fn period(from: &str, to: &str) -> Option<(String, String)> {
    let (from, to) = (date(from)?, date(to)?);
    // What both give is compared: 1914-09 does not end before 1914-09-30.
    let shared = from.len().min(to.len());
    let is_ordered = shared == 0 || from.get(..shared) <= to.get(..shared);
    is_ordered.then_some((from, to))
}

fn date(text: &str) -> Option<String> {
    let text = text.trim();
    let is_compact = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let text = if is_compact { compact(text)? } else { text.to_owned() };
    let is_number = |part: &str, len: usize, max: u32| {
        part.len() == len
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse().is_ok_and(|number: u32| (1..=max).contains(&number))
    };
    let parts: Vec<&str> = text.split('-').collect();
    let is_good = match parts.as_slice() {
        [""] => true,
        [year] => is_number(year, 4, 9999),
        [year, month] => is_number(year, 4, 9999) && is_number(month, 2, 12),
        [year, month, day] => is_number(year, 4, 9999) && is_number(month, 2, 12) && is_number(day, 2, 31),
        _ => false,
    };
    is_good.then_some(text)
}

fn compact(text: &str) -> Option<String> {
    Some(format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (from, to, expected) in [
            ("", "", Some(("", ""))),
            ("1914", "1924", Some(("1914", "1924"))),
            ("19140901", "1924-01-26", Some(("1914-09-01", "1924-01-26"))),
            ("1914-09", "1914-09-30", Some(("1914-09", "1914-09-30"))),
            ("1924", "1914", None),
            ("15th century", "", None),
            ("", "1914-13", None),
            ("0000", "", None),
            ("١٩١٤", "", None),
            ("900", "", None),
        ] {
            let expected = expected.map(|(from, to): (&str, &str)| (from.to_owned(), to.to_owned()));
            assert_eq!(period(from, to), expected, "{from} {to}");
        }
    }
}
