//! `datapackage.json`: what a pack says of itself.

use serde::Deserialize;

use super::levels::silenceable;
use super::load::{PackError, open};
use super::report::{At, Report};
use super::source::PackSource;
use super::wording::Quoted;
use super::{DATAPACKAGE, License, Manifest, Source};

/// The fields of a Frictionless Data Package that are read; all others are let be.
#[derive(Default, Deserialize)]
#[serde(default)]
struct DataPackage {
    name: String,
    title: String,
    version: String,
    licenses: Vec<License>,
    sources: Vec<Source>,
    resources: Vec<Resource>,
    yaqut: OwnFields,
}

/// What Yaqut adds to the standard.
#[derive(Default, Deserialize)]
#[serde(default)]
struct OwnFields {
    #[serde(rename = "lint-allow")]
    lint_allow: Vec<String>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    path: Option<ResourcePath>,
}

/// One path, or the parts of a table that is cut in several.
#[derive(Deserialize)]
#[serde(untagged)]
enum ResourcePath {
    One(String),
    Many(Vec<String>),
}

impl ResourcePath {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Many(paths) => paths,
        }
    }
}

/// Reads the manifest of a pack, and the codes of the rules that it silences, which `report` then keeps silent.
///
/// A pack without a manifest is named after its folder.
pub(super) fn read(
    files: &dyn PackSource,
    report: &mut Report,
) -> Result<(Manifest, Vec<String>), PackError> {
    let path = files.path_of(DATAPACKAGE);
    if !files.names().contains(&DATAPACKAGE) {
        let help = format_args!(
            "write one, with at least name, title and licenses; the pack is called {}",
            Quoted(&folder_name(files))
        );
        report.warning(
            At::file(&path),
            "no-datapackage",
            format_args!("the pack has no {DATAPACKAGE}"),
            help,
        );
        return Ok((Manifest { name: folder_name(files), ..Manifest::default() }, Vec::new()));
    }
    let mut bytes = Vec::new();
    let read = open(files, DATAPACKAGE)?.read_to_end(&mut bytes);
    read.map_err(|source| PackError::Read { path: path.as_str().into(), source })?;
    let Some(package) = decode(&bytes, &path, report) else { return Ok(Default::default()) };
    silence(&package.yaqut.lint_allow, &path, report);
    check_resources(&package.resources, files, &path, report);
    let DataPackage { name, title, version, licenses, sources, yaqut, .. } = package;
    let name = check_name(name, files, &path, report);
    check_licenses(&licenses, &path, report);
    Ok((Manifest { name, title, version, licenses, sources }, yaqut.lint_allow))
}

/// Silences the rules that the pack does not want to be told of.
fn silence(codes: &[String], path: &str, report: &mut Report) {
    for code in codes {
        match silenceable(code) {
            Ok(rule) => report.silence([rule.code]),
            Err(error) => {
                let help = "list codes of warnings; `yaqut lint --explain CODE` tells what a rule means";
                report.warning(At::file(path), "unknown-rule", format_args!("`lint-allow`: {error}"), help);
            }
        }
    }
}

fn decode(bytes: &[u8], path: &str, report: &mut Report) -> Option<DataPackage> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let error = match serde_json::from_slice(bytes) {
        Ok(package) => return Some(package),
        Err(error) => error,
    };
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    let at = At::place(path, u32::try_from(error.line()).unwrap_or(u32::MAX), column_of(&error, bytes));
    let (code, help) = if error.is_data() {
        (
            "invalid-datapackage",
            "see https://specs.frictionlessdata.io/data-package/ for what the field holds",
        )
    } else {
        ("invalid-json", "mend the JSON: look for a missing or superfluous comma, quote or bracket")
    };
    report.error(at, code, message, help);
    None
}

/// The column of `error` in characters; serde counts bytes.
fn column_of(error: &serde_json::Error, bytes: &[u8]) -> u32 {
    let line = bytes.split(|&byte| byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = line.get(..error.column()).unwrap_or(line);
    u32::try_from(String::from_utf8_lossy(before).chars().count()).unwrap_or(u32::MAX).max(1)
}

fn check_name(name: String, files: &dyn PackSource, path: &str, report: &mut Report) -> String {
    if name.is_empty() {
        let folder = folder_name(files);
        let help = format_args!("add \"name\"; until then the pack is called {}", Quoted(&folder));
        report.warning(At::file(path), "no-package-name", "the package has no `name`", help);
        return folder;
    }
    let is_sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "._-/".contains(sign);
    if !name.chars().all(is_sign) {
        let message =
            format_args!("the package name {} has signs that Frictionless does not allow", Quoted(&name));
        report.warning(
            At::file(path),
            "package-name",
            message,
            "use lower-case letters, digits, `.`, `_` and `-`",
        );
    }
    name
}

fn check_licenses(licenses: &[License], path: &str, report: &mut Report) {
    let help =
        "add \"licenses\": [{\"name\": \"CC0-1.0\"}] with the SPDX identifier of the licence of the data";
    if licenses.is_empty() {
        report.warning(At::file(path), "no-license", "the package has no `licenses`", help);
    } else if licenses.iter().any(|license| license.name.is_empty() && license.path.is_empty()) {
        report.warning(At::file(path), "no-license", "a licence has neither `name` nor `path`", help);
    }
}

fn check_resources(resources: &[Resource], files: &dyn PackSource, path: &str, report: &mut Report) {
    let paths =
        resources.iter().filter_map(|resource| resource.path.as_ref()).flat_map(ResourcePath::as_slice);
    let names = files.names();
    for resource in paths.filter(|path| !path.contains("://")) {
        let name = resource.strip_prefix("./").unwrap_or(resource);
        if !names.contains(&name) {
            let message = format_args!("`resources` lists {}, which is not in the folder", Quoted(resource));
            report.warning(
                At::file(path),
                "missing-resource",
                message,
                "remove it there, or put the file back",
            );
        }
    }
}

/// The last part of the path of the pack.
fn folder_name(files: &dyn PackSource) -> String {
    let last = files.label().rsplit(['/', '\\']).find(|part| !part.is_empty());
    last.filter(|part| !matches!(*part, "." | "..")).unwrap_or("pack").to_owned()
}
