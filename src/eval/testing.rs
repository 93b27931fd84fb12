//! Cases and answers for tests.

use super::cases::{Case, Expected, Hints};
use crate::model::{AliasKind, EntityId, Score, Status, Tier};
use crate::resolve::{Candidate, Resolution};

pub fn id(text: &str) -> EntityId {
    EntityId::new(text).unwrap()
}

/// A case that expects `NIL`, an ID, or IDs with `|` between them.
pub fn case(name: &str, expected: &str) -> Case {
    let ids: Vec<_> = expected.split('|').map(id).collect();
    Case {
        name: name.into(),
        expected: match ids.as_slice() {
            [nil] if nil.as_str() == "NIL" => Expected::Nil,
            [one] => Expected::Entity(one.clone()),
            _ => Expected::Homograph(ids),
        },
        phenomenon: "test".into(),
        forbidden: None,
        hints: Hints::default(),
        label: String::new(),
        source: String::new(),
        note: String::new(),
        file: "cases.tsv".into(),
        line: 2,
    }
}

/// An answer with candidates by ID and score.
pub fn answer(status: Status, candidates: &[(&str, f32)]) -> Resolution {
    let candidates: Vec<_> = candidates.iter().map(|&(id, score)| candidate(id, score)).collect();
    let best = candidates.first().filter(|_| status == Status::Resolved);
    Resolution {
        query: "q".into(),
        status,
        canonical_id: best.map(|best| best.id.clone()),
        candidates,
        blocked: Vec::new(),
        invalid_reason: None,
        truncated: false,
        index_version: "v".into(),
    }
}

/// Each `QN` is also known as `other:QN`.
fn candidate(text: &str, score: f32) -> Candidate {
    Candidate {
        id: id(text),
        name: text.into(),
        types: Vec::new(),
        country: None,
        rank: None,
        same_as: vec![id(&format!("other:{text}"))],
        score: Score::new(score),
        form_similarity: 1.0,
        tier: Tier::Exact,
        matched_alias: "alias".into(),
        alias_kind: AliasKind::Preferred,
        pack: "pack".into(),
        explanation: Vec::new(),
    }
}
