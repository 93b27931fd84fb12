//! The elements of one name in an XML file: all that CLDR's tables are made of.

use std::path::Path;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::import::ImportError;
use crate::import::files;
use crate::import::progress::Progress;

/// An element without elements in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    attributes: Vec<(String, String)>,
    /// What stands between its tags, unescaped.
    pub text: String,
}

impl Element {
    /// The value of an attribute; empty if the element does not have it.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// The elements called `name`, in their order; for files of some hundred kilobytes.
pub(super) fn elements(
    path: &Path,
    name: &str,
    progress: &mut dyn Progress,
) -> Result<Vec<Element>, ImportError> {
    let text = files::read_text(path, progress)?;
    let mut reader = Reader::from_str(&text);
    let found = read(&mut reader, name);
    found.map_err(|message| {
        // Zero if it is not the reader that complains.
        let position = match reader.error_position() {
            0 => reader.buffer_position(),
            position => position,
        };
        ImportError::layout(path, line_at(&text, position), message)
    })
}

/// The line of a byte of `text`, counted from 1.
fn line_at(text: &str, position: u64) -> u64 {
    let before = text.bytes().take(usize::try_from(position).unwrap_or(usize::MAX));
    1 + before.filter(|&byte| byte == b'\n').count() as u64
}

fn read(reader: &mut Reader<&[u8]>, name: &str) -> Result<Vec<Element>, String> {
    let mut found = Vec::new();
    let mut open: Option<Element> = None;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) if is_called(&tag, name) => open = Some(element(&tag)?),
            Event::Empty(tag) if is_called(&tag, name) => found.push(element(&tag)?),
            Event::Text(text) => add(&mut open, &text.xml10_content()),
            Event::CData(text) => add(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => add(&mut open, &resolved(&reference)?),
            Event::End(_) => found.extend(open.take()),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn is_called(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.name().as_ref() == name
}

fn element(tag: &BytesStart<'_>) -> Result<Element, String> {
    let mut element = Element::default();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn add(open: &mut Option<Element>, text: &str) {
    if let Some(element) = open {
        element.text.push_str(text);
    }
}

/// What `&amp;` or `&#39;` stands for.
fn resolved(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(sign) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(sign.to_string());
    }
    let known = resolve_predefined_entity(reference).map(str::to_owned);
    known.ok_or_else(|| format!("`&{};` stands for nothing", &**reference))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Vec<Element>, ImportError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.xml");
        std::fs::write(&path, text).unwrap();
        elements(&path, "a", &mut ())
    }

    #[test]
    fn elements_are_read_with_attributes_and_references() {
        let found = read_text(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE r SYSTEM \"r.dtd\">\n<r><a type=\"x&amp;y\">1 &amp; &#50;<!-- c --></a>\
             <b>no</b><a type='z'/></r>",
        );
        let found: Vec<_> =
            found.unwrap().iter().map(|e| (e.attribute("type").to_owned(), e.text.clone())).collect();
        assert_eq!(found, [("x&y".to_owned(), "1 & 2".to_owned()), ("z".to_owned(), String::new())]);
    }

    #[test]
    fn what_is_broken_is_told_with_its_line() {
        for text in
            ["<r>\n<a>x</b></r>", "<r>\n<a type=\"x>", "<r>\n<a>&unknown;</a></r>", "<r>\n<a t=1>x</a></r>"]
        {
            let error = read_text(text).unwrap_err().to_string();
            assert!(error.contains("x.xml:2: "), "{text}: {error}");
        }
    }
}
