//! Findings as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), which code hosts and editors show
//! beside the line that they are about.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::pack::lint::rules::RULES;
use crate::pack::{Diagnostic, Fix, Rule, Severity};

/// A log of one run; section 3.13 of the standard.
pub(super) fn log(findings: &[Diagnostic]) -> Value {
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "yaqut",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

/// Section 3.49: `reportingDescriptor`.
fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.explanation},
        "help": {"text": help(rule)},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"family": rule.family.title(), "fixable": rule.is_fixable},
    })
}

fn help(rule: &Rule) -> String {
    if rule.bad.is_empty() {
        return rule.explanation.to_owned();
    }
    format!("{}\n\nBad:\n{}\n\nGood:\n{}", rule.explanation, rule.bad, rule.good)
}

/// Section 3.27: `result`.
fn result(finding: &Diagnostic) -> Value {
    let text = match finding.help.as_str() {
        "" => finding.message.clone(),
        help => format!("{}; {help}", finding.message),
    };
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [{"physicalLocation": location(finding)}],
    });
    if let Some(index) = RULES.iter().position(|rule| rule.code == finding.code) {
        result["ruleIndex"] = index.into();
    }
    if let Some(change) = &finding.fix {
        result["fixes"] = json!([fix(finding, change)]);
    }
    result
}

/// Section 3.29: `physicalLocation`. A finding on a file as a whole has no region.
fn location(finding: &Diagnostic) -> Value {
    let mut location = json!({"artifactLocation": {"uri": uri(&finding.file)}});
    if let Some(line) = finding.line {
        let mut region = json!({"startLine": line});
        if let Some(column) = finding.column {
            region["startColumn"] = column.into();
        }
        location["region"] = region;
    }
    location
}

/// Section 3.55: `fix`.
fn fix(finding: &Diagnostic, change: &Fix) -> Value {
    let Fix { line, column, end_line, end_column, text } = change;
    json!({
        "description": {"text": finding.help},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&finding.file)},
            "replacements": [{
                "deletedRegion": {
                    "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column,
                },
                "insertedContent": {"text": text},
            }],
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A path as a URI reference (RFC 3986): relative ones stay relative, to the folder of the run.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let mut uri = scheme.to_owned();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into());
            }
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("data/my names/aliases.tsv"), "data/my%20names/aliases.tsv");
        assert_eq!(uri("/srv/أسماء"), "file:///srv/%D8%A3%D8%B3%D9%85%D8%A7%D8%A1");
        assert_eq!(uri("c:d"), "c%3Ad");
    }

    #[test]
    fn a_finding_has_its_place_rule_and_fix() {
        let fix = Fix { line: 2, column: 4, end_line: 2, end_column: 9, text: "Kyiv".into() };
        let finding = Diagnostic {
            severity: Severity::Warning,
            code: "white-space",
            file: "mine/aliases.tsv".into(),
            line: Some(2),
            column: Some(5),
            message: "white space around `Kyiv`".into(),
            help: "remove it".into(),
            fix: Some(fix),
        };
        let whole = Diagnostic { code: "no-header", line: None, column: None, fix: None, ..finding.clone() };
        let log = log(&[finding, whole]);
        let [result, whole] = log["runs"][0]["results"].as_array().unwrap().as_slice() else {
            panic!("{log}")
        };
        let rule = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][rule]["id"], "white-space");
        assert_eq!(result["message"]["text"], "white space around `Kyiv`; remove it");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["region"], json!({"startLine": 2, "startColumn": 5}));
        let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(replacement["insertedContent"]["text"], "Kyiv");
        assert_eq!(whole["locations"][0]["physicalLocation"].get("region"), None);
        assert_eq!(whole.get("fixes"), None);
    }
}
