//! Columns for people: cells set under each other, whatever their script.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// `rows` below `header`, each column as wide as its widest cell; those of `right` end flush. Cells are printed as they
/// are: data goes through [`super::terminal::Display::data`] first, colours come afterwards.
pub fn aligned<const N: usize>(
    header: [&str; N],
    right: &[usize],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header).add_rows(rows);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if right.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = String::new();
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_under_each_other() {
        let rows = [("كييف", "7"), ("Kyiv (Ukraine)", "1,234")]
            .map(|(name, count)| [name, count].map(str::to_owned));
        let text = aligned(["NAME", "COUNT"], &[1], rows);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines, ["NAME            COUNT", "كييف                7", "Kyiv (Ukraine)  1,234"]);
    }
}
