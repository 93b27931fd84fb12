//! Tables as they are written: rows and fields that together are all the bytes.

use std::borrow::Cow;

use super::super::table::{Sign, Signs, Syntax};

/// A row of a table, blank ones among them.
#[derive(Clone, Debug)]
pub(super) struct RawRow<'b> {
    /// Line on which it begins, counted from 1.
    pub line: u32,
    /// Its bytes, without the line end.
    pub text: Cow<'b, [u8]>,
    /// How the row ends: LF, CRLF, CR, or not at all.
    pub end: &'b [u8],
}

impl RawRow<'_> {
    /// Whether no field holds anything.
    pub fn is_blank(&self, syntax: Syntax) -> bool {
        self.text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == syntax.delimiter())
    }

    /// The fields as they are written, with their quotes.
    pub fn fields(&self, syntax: Syntax) -> Vec<&[u8]> {
        let mut fields = Vec::new();
        let mut start = 0;
        for (at, (sign, _)) in Signs::new(&self.text, syntax).enumerate() {
            if sign == Sign::Separator {
                fields.push(self.text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
        }
        fields.push(self.text.get(start..).unwrap_or_default());
        fields
    }
}

/// Cuts a table into rows; `None` if its last cell is never closed.
pub(super) fn raw_rows(bytes: &[u8], syntax: Syntax) -> Option<Vec<RawRow<'_>>> {
    let mut rows: Vec<RawRow<'_>> = Vec::new();
    let (mut start, mut line, mut next_line) = (0, 1, 1);
    let mut signs = Signs::new(bytes, syntax);
    for (at, (sign, byte)) in signs.by_ref().enumerate() {
        next_line += u32::from(byte == b'\n');
        if sign != Sign::End {
            continue;
        }
        let text = bytes.get(start..at).unwrap_or_default();
        match rows.last_mut() {
            // The second half of CRLF.
            Some(last) if text.is_empty() && byte == b'\n' && last.end == b"\r" => last.end = b"\r\n",
            _ => {
                let end = if byte == b'\n' { b"\n" } else { b"\r" };
                rows.push(RawRow { line, text: text.into(), end });
            }
        }
        (start, line) = (at + 1, next_line);
    }
    if signs.is_quoted() {
        return None;
    }
    let rest = bytes.get(start..).unwrap_or_default();
    rows.extend((!rest.is_empty()).then_some(RawRow { line, text: rest.into(), end: b"" }));
    Some(rows)
}

/// What a field holds; `None` if that is not UTF-8.
pub(super) fn value(field: &[u8], syntax: Syntax) -> Option<Cow<'_, str>> {
    if syntax == Syntax::Tsv || !field.contains(&b'"') {
        return std::str::from_utf8(field).ok().map(Cow::Borrowed);
    }
    let data = Signs::new(field, syntax).filter(|(sign, _)| *sign == Sign::Data).map(|(_, byte)| byte);
    String::from_utf8(data.collect()).ok().map(Cow::Owned)
}

/// A value as a field, quoted if it must be.
pub(super) fn field(value: &str, syntax: Syntax) -> Vec<u8> {
    let needs_quotes = value.contains([',', '"', '\n', '\r']);
    match syntax {
        Syntax::Csv if needs_quotes => format!("\"{}\"", value.replace('"', "\"\"")).into(),
        Syntax::Csv | Syntax::Tsv => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, syntax: Syntax) -> Vec<(u32, String, String)> {
        let text_of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let rows = raw_rows(text.as_bytes(), syntax).unwrap();
        rows.iter().map(|row| (row.line, text_of(&row.text), text_of(row.end))).collect()
    }

    #[test]
    fn rows_know_their_lines_and_ends() {
        let row = |line, text: &str, end: &str| (line, text.to_owned(), end.to_owned());
        assert_eq!(
            rows("a\tb\r\n\nc", Syntax::Tsv),
            [row(1, "a\tb", "\r\n"), row(2, "", "\n"), row(3, "c", "")]
        );
        assert_eq!(
            rows("a,\"b\nc\"\r\nd,e\n", Syntax::Csv),
            [row(1, "a,\"b\nc\"", "\r\n"), row(3, "d,e", "\n")]
        );
        assert!(raw_rows(b"a,\"b\n", Syntax::Csv).is_none());
        assert!(raw_rows(b"a\t\"b\n", Syntax::Tsv).is_some());
    }

    proptest! {
        #[test]
        fn rows_and_fields_are_all_the_bytes(text in "[a\"\\t,\\r\\n]{0,40}", is_csv: bool) {
            let syntax = if is_csv { Syntax::Csv } else { Syntax::Tsv };
            if let Some(rows) = raw_rows(text.as_bytes(), syntax) {
                let mut all = Vec::new();
                for row in &rows {
                    all.extend(row.fields(syntax).join(&syntax.delimiter()));
                    all.extend(row.end);
                }
                prop_assert_eq!(all, text.as_bytes());
            }
        }

        #[test]
        fn values_are_read_as_they_are_written(text in "[a\", \\nب]{0,10}") {
            let field = field(&text, Syntax::Csv);
            let read = value(&field, Syntax::Csv);
            prop_assert_eq!(read.as_deref(), Some(text.as_str()));
        }
    }
}
