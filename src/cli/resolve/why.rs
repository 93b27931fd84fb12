//! `--why ID`: why an entity was chosen for a name, or why not.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::failure::{Exit, Failure};
use super::super::terminal::{Display, status_style};
use super::Resolver;
use crate::gazetteer::Gazetteer;
use crate::model::{EntityId, Status};
use crate::resolve::{
    AliasComparison, ExplainError, Explanation, Factors, ResolveOptions, Rival, Standing, check_name,
};

/// What there is to say of a name.
pub(super) enum Answer {
    Explained(Box<Explanation>),
    /// The name cannot be one.
    Invalid(InvalidName),
}

/// A name that cannot be one, with the reason.
#[derive(Serialize)]
pub(super) struct InvalidName {
    query: String,
    status: Status,
    invalid_reason: String,
}

/// Explains each of `names`, in their order.
pub(super) fn explain(
    resolver: &Resolver,
    names: &[String],
    id: &EntityId,
    options: &ResolveOptions,
) -> Result<Vec<Answer>, Failure> {
    let explain = |name: &String| match check_name(name) {
        Err(invalid_reason) => {
            let (query, status) = (name.clone(), Status::Invalid);
            Ok(Answer::Invalid(InvalidName { query, status, invalid_reason }))
        }
        Ok(()) => {
            resolver.explain(name, id.as_str(), options).map(|found| Answer::Explained(Box::new(found)))
        }
    };
    names.iter().map(explain).collect()
}

/// Explains one name by a gazetteer of this process.
pub(super) fn explain_locally(
    gazetteer: &Gazetteer,
    name: &str,
    id: &str,
    options: &ResolveOptions,
) -> Result<Explanation, Failure> {
    gazetteer.explain(name, id, options).map_err(|error| match error {
        ExplainError::InvalidName { reason } => Failure::bad_data(reason),
        ExplainError::UnknownEntity { .. } => {
            Failure::usage(error.to_string()).with_help("`yaqut resolve NAME` shows the IDs of candidates")
        }
    })
}

impl Answer {
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid(_))
    }

    /// The answer as one line of JSON.
    pub fn json(&self) -> Result<String, Failure> {
        let json = match self {
            Self::Explained(explanation) => serde_json::to_string(explanation),
            Self::Invalid(invalid) => serde_json::to_string(invalid),
        };
        json.map(|json| json + "\n").map_err(|error| Failure::new(Exit::Internal, error.to_string()))
    }

    /// The answer for people.
    pub fn text(&self, display: Display) -> String {
        match self {
            Self::Explained(explanation) => text(explanation, display),
            Self::Invalid(InvalidName { query, status, invalid_reason }) => {
                let status = display.styled(status_style(*status), status);
                format!("{}: {status}\n  {}\n", display.data(query), display.data(invalid_reason))
            }
        }
    }
}

fn text(explanation: &Explanation, display: Display) -> String {
    let Explanation { query, id, name, status, reason, message, .. } = explanation;
    let (query, id) = (display.data(query), display.data(id.as_str()));
    let status = display.styled(status_style(*status), status);
    let mut text = format!("{query}: {status}\n  {id} {}: {reason}\n", display.data(name));
    let _ = writeln!(text, "    {}", display.data(message));
    if let Some(alias) = &explanation.alias {
        push_alias(&mut text, alias, display);
    }
    if let Some(standing) = &explanation.standing {
        push_standing(&mut text, standing);
    }
    if let Some(rival) = &explanation.rival {
        push_rival(&mut text, rival, display);
    }
    text
}

/// The alias, and under it the steps with their costs, which add up.
fn push_alias(text: &mut String, alias: &AliasComparison, display: Display) {
    let language = if alias.language_code.is_empty() { "" } else { " " };
    let _ = writeln!(
        text,
        "    alias   {}, {}{language}{} of {}: {}, form {:.2}",
        display.data(&alias.text),
        alias.kind,
        alias.language_code,
        display.data(&alias.pack),
        alias.tier,
        alias.form_similarity
    );
    for step in &alias.steps {
        let _ = writeln!(text, "      {:>5.2}  {}", step.cost, display.data(&step.text));
    }
    if alias.steps.len() > 1 {
        let _ = writeln!(text, "      {:>5.2}  in all", alias.cost());
    }
}

/// The score, where it comes from, and how far it is ahead.
fn push_standing(text: &mut String, standing: &Standing) {
    let Standing {
        position,
        candidate_count,
        score,
        least_score,
        plausibility,
        best_plausibility,
        share,
        ..
    } = standing;
    let _ = writeln!(
        text,
        "    score   {score}, {least_score} needed: plausibility {plausibility:.2} (best {best_plausibility:.2}), share of the evidence {share:.2}"
    );
    let factors: Vec<String> =
        named(&standing.factors).map(|(name, power)| format!("{name} {power:+.2}")).collect();
    if !factors.is_empty() {
        let _ = writeln!(text, "            powers of ten: {}", factors.join(", "));
    }
    let _ = writeln!(
        text,
        "    margin  {:+.2}, {:.2} needed; place {position} of {candidate_count}, none is meant {}",
        standing.margin, standing.needed_margin, standing.nil_score
    );
}

/// The factors that say something.
fn named(factors: &Factors) -> impl Iterator<Item = (&'static str, f32)> + use<> {
    let Factors { form, plausibility, rank, kind, country, language, context } = *factors;
    let all = [
        ("form", form),
        ("plausibility", plausibility),
        ("rank", rank),
        ("kind", kind),
        ("country", country),
        ("language", language),
        ("context", context),
    ];
    all.into_iter().filter(|(_, power)| power.abs() >= 0.005)
}

fn push_rival(text: &mut String, rival: &Rival, display: Display) {
    let score = rival.score.map(|score| format!(", score {score}")).unwrap_or_default();
    let _ = writeln!(
        text,
        "    rival   {} {}{score}: alias {} of {}",
        display.data(rival.id.as_str()),
        display.data(&rival.name),
        display.data(&rival.matched_alias),
        display.data(&rival.pack)
    );
}
