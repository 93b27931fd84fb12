//! IDs that other authorities give an entity.

use super::entity::Properties;
use crate::import::report::{Report, Skip};
use crate::model::{EntityId, is_qid};

/// Somebody else who gives IDs.
struct Authority {
    values: fn(&Properties) -> &[String],
    /// Stands before the ID; empty for Wikidata's.
    namespace: &'static str,
    /// Whether an ID is written as theirs are.
    is_good: fn(&str) -> bool,
}

/// Numbers that one entity alone bears in the whole world. Numbers of national registers are not: each register counts
/// from one.
const AUTHORITIES: [Authority; 8] = [
    Authority { values: |p| &p.wikidata_id, namespace: "", is_good: is_qid },
    Authority { values: |p| &p.lei_code, namespace: "lei:", is_good: is_lei },
    Authority { values: |p| &p.imo_number, namespace: "imo:", is_good: is_imo },
    Authority { values: |p| &p.perm_id, namespace: "permid:", is_good: is_token },
    Authority { values: |p| &p.unique_entity_id, namespace: "uei:", is_good: is_token },
    Authority { values: |p| &p.duns_code, namespace: "duns:", is_good: is_token },
    Authority { values: |p| &p.ogrn_code, namespace: "ogrn:", is_good: is_number },
    Authority { values: |p| &p.inn_code, namespace: "inn:", is_good: is_number },
];

/// The IDs of an entity.
pub(super) fn ids(properties: &Properties, report: &mut Report) -> Vec<EntityId> {
    let mut ids = Vec::new();
    for Authority { values, namespace, is_good } in AUTHORITIES {
        for value in values(properties) {
            let local = value.strip_prefix("IMO").filter(|_| namespace == "imo:").unwrap_or(value).trim();
            match EntityId::new(&format!("{namespace}{local}")) {
                Ok(id) if is_good(local) => ids.push(id),
                _ => report.skip_id(Skip::NoIdentifier),
            }
        }
    }
    ids
}

/// ISO 17442: 18 letters and digits, and two check digits.
fn is_lei(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Seven digits.
fn is_imo(text: &str) -> bool {
    text.len() == 7 && is_number(text)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
