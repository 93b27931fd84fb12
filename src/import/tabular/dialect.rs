//! How a table is written: what stands between its cells, and whether they may be quoted.

/// What may stand between cells; of several that cut a line alike, the first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    /// Whether `"` around a cell is no part of it (RFC 4180). With tabs it is: nothing is quoted there, as in packs.
    pub is_quoted: bool,
}

impl Dialect {
    pub fn of(delimiter: u8) -> Self {
        Self { delimiter, is_quoted: delimiter != b'\t' }
    }

    /// The dialect in which `line` has most cells: column names seldom have a delimiter in them.
    pub fn found_in(line: &[u8]) -> Self {
        let count = |delimiter: u8| delimiters(line, delimiter);
        // Of equals the last is the greatest.
        let best = DELIMITERS.into_iter().rev().max_by_key(|&delimiter| count(delimiter));
        Self::of(best.unwrap_or(b','))
    }

    /// Where a cell of a row begins, counted from 0 like the cell.
    pub fn start_of(self, row: &[u8], cell: usize) -> usize {
        let mut quotes = Quotes::new(self);
        let mut ends =
            row.iter().enumerate().filter(|&(_, &byte)| quotes.feed(byte) && byte == self.delimiter);
        cell.checked_sub(1).and_then(|before| ends.nth(before)).map_or(0, |(end, _)| end + 1)
    }
}

/// How many delimiters stand outside quotes, wherever cells begin.
fn delimiters(line: &[u8], delimiter: u8) -> usize {
    let outside = line.split(|&byte| byte == b'"').step_by(2);
    outside.map(|part| memchr::memchr_iter(delimiter, part).count()).sum()
}

/// Follows quotes through a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotes {
    dialect: Dialect,
    state: State,
    is_broken: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell, where a quote opens.
    Start,
    /// Where a quote is a quote.
    Plain,
    /// In a quoted cell.
    Quoted,
    /// Behind a quote in a quoted cell: it ends the cell, unless another one follows.
    MaybeEnd,
}

impl Quotes {
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, state: State::Start, is_broken: false }
    }

    /// Goes on by a byte; whether it stands outside quotes, where delimiters are delimiters.
    pub fn feed(&mut self, byte: u8) -> bool {
        let is_quote = byte == b'"' && self.dialect.is_quoted;
        let was_quoted = self.state == State::Quoted;
        let was_ended = self.state == State::MaybeEnd;
        self.state = match self.state {
            State::Start | State::MaybeEnd if is_quote => State::Quoted,
            State::Quoted if is_quote => State::MaybeEnd,
            State::Quoted => State::Quoted,
            _ if byte == self.dialect.delimiter => State::Start,
            _ => State::Plain,
        };
        self.is_broken |= was_ended && self.state == State::Plain && !matches!(byte, b'\r' | b'\n');
        !was_quoted
    }

    /// Whether something follows the quote that ends a cell: then it was none, or the one that opened it.
    pub fn is_broken(self) -> bool {
        self.is_broken
    }

    /// Whether a quoted cell has not ended.
    pub fn is_open(self) -> bool {
        self.state == State::Quoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_found() {
        for (line, delimiter) in [
            ("id,name,country", b','),
            ("id;name;\"a,b,c,d\"", b';'),
            ("id\tname, with comma\ttype", b'\t'),
            ("id|name|type", b'|'),
            ("name", b','),
            ("", b','),
        ] {
            assert_eq!(Dialect::found_in(line.as_bytes()).delimiter, delimiter, "{line}");
        }
    }

    #[test]
    fn quotes_open_only_at_the_beginning_of_a_cell() {
        for (row, is_open) in [
            ("a,\"b", true),
            ("a,\"b\"", false),
            ("a,\"b\"\"", true),
            ("a,\"b\"\"\"", false),
            ("a,5\" pipe", false),
            ("\"a\"x\",b", false),
        ] {
            let mut quotes = Quotes::new(Dialect::of(b','));
            row.bytes().for_each(|byte| _ = quotes.feed(byte));
            assert_eq!(quotes.is_open(), is_open, "{row}");
            assert_eq!(quotes.is_broken(), row.contains("x\""), "{row}");
        }
    }

    #[test]
    fn cells_are_found_again() {
        let row = "a,\"b,\"\"\",c";
        for (cell, start) in [(0, 0), (1, 2), (2, 9), (3, 0)] {
            assert_eq!(Dialect::of(b',').start_of(row.as_bytes(), cell), start, "{cell}");
        }
    }
}
