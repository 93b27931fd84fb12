//! Lines of GeoNames' tables: tabs between cells, nothing quoted, no header.

use crate::import::malformed::Malformed;

/// The cells of a line, of which there are `N`.
pub(super) fn cells<const N: usize>(line: &str) -> Result<[&str; N], Malformed> {
    let mut found = [""; N];
    let mut count = 0;
    for cell in line.split('\t') {
        if let Some(place) = found.get_mut(count) {
            *place = cell;
        }
        count += 1;
    }
    if count == N { Ok(found) } else { Err(wrong_count(line, &N.to_string(), count)) }
}

/// The fault of a line with another number of cells.
pub(super) fn wrong_count(line: &str, expected: &str, found: usize) -> Malformed {
    Malformed::new("columns", line.len() + 1, format!("{found} columns, in place of {expected}"))
}

/// The number in a cell of `line`, of which `is_good` holds.
pub(super) fn number<T: std::str::FromStr>(
    line: &str,
    cell: &str,
    what: &str,
    is_good: impl Fn(&T) -> bool,
) -> Result<T, Malformed> {
    cell.parse().ok().filter(is_good).ok_or_else(|| {
        let shown: String = cell.chars().take(40).collect();
        Malformed::new("number", offset(line, cell) + 1, format!("`{}` is not {what}", shown.escape_debug()))
    })
}

/// Where in `line` its part `cell` begins.
fn offset(line: &str, cell: &str) -> usize {
    (cell.as_ptr() as usize).saturating_sub(line.as_ptr() as usize)
}

/// IDs ascend, and have eight digits today. The bound on them bounds what a set of them takes.
pub(super) const ID_BOUND: u32 = 1 << 28;

/// A GeoNames ID.
pub(super) fn id(line: &str, cell: &str) -> Result<u32, Malformed> {
    let is_good = |id: &u32| (1..ID_BOUND).contains(id) && !cell.starts_with('+');
    number(line, cell, "a GeoNames ID such as 3067696", is_good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_so_many_cells() {
        assert_eq!(cells::<3>("a\t\tc"), Ok(["a", "", "c"]));
        for (line, message) in [("a", "1 columns, in place of 3"), ("a\tb\tc\td", "4 columns, in place of 3")]
        {
            let fault = cells::<3>(line).unwrap_err();
            assert_eq!((fault.message.as_str(), fault.byte), (message, line.len() + 1));
        }
    }

    #[test]
    fn faults_tell_where_the_cell_begins() {
        let line = "12\tأ\tx\t-3";
        let [first, _, third, last] = cells::<4>(line).unwrap();
        assert_eq!(id(line, first), Ok(12));
        for (cell, byte) in [(third, 7), (last, 9)] {
            assert_eq!(id(line, cell).unwrap_err().byte, byte, "{cell}");
        }
        for bad in ["0", "+1", "999999999", ""] {
            assert!(id(bad, bad).is_err(), "{bad}");
        }
    }
}
