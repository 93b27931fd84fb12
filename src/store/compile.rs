//! From the files of a pack to the bytes of its segment.

use crate::index;
use crate::pack::{Diagnostic, Pack, PackFiles, Severity};

/// A pack that was compiled.
pub(super) struct Compiled {
    /// The segment.
    pub(super) bytes: Vec<u8>,
    /// Warnings about the pack.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads, checks and compiles a pack; a pack with errors gives all findings on it instead.
pub(super) fn compile(files: &PackFiles) -> Result<Compiled, Vec<Diagnostic>> {
    let (pack, mut diagnostics) = parse(files);
    let Some(pack) = pack else { return Err(diagnostics) };
    match index::compile(&pack) {
        Ok(bytes) => Ok(Compiled { bytes, diagnostics }),
        Err(error) => {
            diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code: "not-compilable",
                file: files.label.clone(),
                line: None,
                column: None,
                message: error.to_string(),
                help: String::new(),
            });
            Err(diagnostics)
        }
    }
}

// PLACEHOLDER until pack::parse is merged.
fn parse(files: &PackFiles) -> (Option<Pack>, Vec<Diagnostic>) {
    let mut pack = Pack::default();
    let mut diagnostics = Vec::new();
    for file in &files.files {
        let text = String::from_utf8_lossy(&file.bytes);
        if file.name == "datapackage.json" {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            pack.manifest.name = value["name"].as_str().unwrap_or_default().into();
        }
        for (i, line) in text.lines().enumerate().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            if file.name == "aliases.tsv" {
                if let [id, alias, ..] = fields[..] {
                    pack.aliases.push(crate::pack::AliasRow {
                        id: crate::model::EntityId::new(id).unwrap(),
                        alias: alias.into(),
                        lang: String::new(),
                        kind: crate::model::AliasKind::Preferred,
                        article: crate::model::Article::Unknown,
                        source: String::new(),
                        note: String::new(),
                        place: Default::default(),
                    });
                } else {
                    diagnostics.push(Diagnostic {
                        severity: Severity::Error,
                        code: "missing-column",
                        file: format!("{}/{}", files.label, file.name),
                        line: Some(i as u32 + 1),
                        column: Some(1),
                        message: "no".into(),
                        help: String::new(),
                    });
                }
            }
        }
    }
    (diagnostics.is_empty().then_some(pack), diagnostics)
}
