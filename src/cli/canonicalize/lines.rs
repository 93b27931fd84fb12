//! [`Lines`]: a text line by line, with bounded memory.

use std::io::{BufRead, Read};

use super::records::too_long;
use super::row::MAX_ROW_BYTES;
use crate::cli::failure::Failure;

/// Reads lines as bytes.
pub struct Lines {
    input: Box<dyn BufRead + Send>,
    label: String,
    line: u64,
}

impl Lines {
    /// Reads `input`, called `label` in messages.
    pub fn new(input: Box<dyn BufRead + Send>, label: &str) -> Self {
        Self { input, label: label.into(), line: 0 }
    }

    /// The next line without its end, and its number counted from 1.
    pub fn next_line(&mut self) -> Result<Option<(u64, Vec<u8>)>, Failure> {
        let mut line = Vec::new();
        self.input
            .by_ref()
            .take(MAX_ROW_BYTES as u64 + 1)
            .read_until(b'\n', &mut line)
            .map_err(|error| Failure::reading(&self.label, &error))?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.len() > MAX_ROW_BYTES {
            return Err(too_long(&self.label, self.line + 1));
        }
        self.line += 1;
        strip_line_end(&mut line);
        Ok(Some((self.line, line)))
    }
}

/// Takes the line end off `line` and tells which it was.
pub fn strip_line_end(line: &mut Vec<u8>) -> Option<&'static str> {
    let end = ["\r\n", "\n", "\r"].into_iter().find(|end| line.ends_with(end.as_bytes()))?;
    line.truncate(line.len() - end.len());
    Some(end)
}

/// How many line ends there are in `text`: `\n`, `\r\n` or `\r`.
pub fn count_lines(text: &[u8]) -> u64 {
    let followers = text.iter().skip(1).chain(b" ");
    let is_end = |&(&sign, &next): &(&u8, &u8)| sign == b'\n' || (sign == b'\r' && next != b'\n');
    text.iter().zip(followers).filter(is_end).count() as u64
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn lines(text: &'static str) -> Vec<String> {
        let mut lines = Lines::new(Box::new(Cursor::new(text)), "x");
        let mut all = Vec::new();
        while let Some((number, line)) = lines.next_line().unwrap() {
            all.push(format!("{number}:{}", String::from_utf8(line).unwrap()));
        }
        all
    }

    #[test]
    fn line_ends_are_taken_off() {
        assert_eq!(lines("a\r\n\r\nb"), ["1:a", "2:", "3:b"]);
        assert_eq!(lines("a\n"), ["1:a"]);
        assert_eq!(lines(""), [""; 0]);
    }

    #[test]
    fn every_sort_of_line_end_counts() {
        assert_eq!(count_lines(b""), 0);
        assert_eq!(count_lines(b"a\nb\r\nc\rd"), 3);
        assert_eq!(count_lines(b"\r"), 1);
        assert_eq!(count_lines(b"\n\r\n"), 2);
    }
}
