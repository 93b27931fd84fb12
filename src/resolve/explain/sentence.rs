//! The reason of an explanation as a sentence for people, which says what to do about it.

use super::{AliasComparison, Explanation, Rival, Standing};
use crate::model::{Reason, Score};

/// The sentence; `compared` is the number of aliases that were compared if there are more.
pub(super) fn of(explanation: &Explanation, compared: Option<usize>) -> String {
    let text = match (&explanation.standing, &explanation.alias) {
        (Some(standing), _) => of_candidate(explanation, standing),
        (None, Some(alias)) => of_alias(explanation, alias),
        (None, None) => of_entity(explanation),
    };
    match compared {
        Some(count) => format!("{text} (only the first {count} of its aliases were compared)"),
        None => text,
    }
}

fn of_candidate(explanation: &Explanation, standing: &Standing) -> String {
    let Standing { score, least_score, margin, needed_margin, nil_score, .. } = standing;
    let rival = explanation.rival.as_ref().map_or_else(|| "any other entity".to_owned(), shown);
    match explanation.reason {
        Reason::Chosen => format!(
            "it is meant: its score of {score} reaches the {least_score} that is needed, and its lead of {margin:.2} \
             the {needed_margin:.2}"
        ),
        Reason::Outscored => format!(
            "{rival} is so much likelier that it is preferred; if {} is meant, say so by types, country, language or \
             context, or give it a higher rank",
            explanation.id
        ),
        Reason::LowScore => format!(
            "its score of {score} is too low: with {nil_score} none of the candidates is meant; if the name is its own, \
             add an alias row for it"
        ),
        Reason::BelowMinScore => {
            format!(
                "its score of {score} is below the {least_score} that was asked for; lower min_score to accept it"
            )
        }
        _ => format!(
            "it cannot be told apart from {rival}: its lead is {margin:.2}, and {needed_margin:.2} is needed; say which \
             is meant by types, country, language or context"
        ),
    }
}

/// Why an alias, reached by a search or not, is not taken for the name.
fn of_alias(explanation: &Explanation, alias: &AliasComparison) -> String {
    let text = &alias.text;
    let add = "if the name is its own, add an alias row for it";
    let row = deciding_row(explanation);
    match explanation.reason {
        Reason::Blocked => {
            format!("{row} blocks this name for it; remove the row, or list the name in a later pack")
        }
        Reason::NotAName => {
            format!("{row} says that this is not a name; remove the row, or list the name in a later pack")
        }
        Reason::TypeFilter => "it is of none of the types that were asked for; ask for more types".to_owned(),
        Reason::RankFilter => {
            "its rank is below the least that was asked for; lower min_rank, or give it a higher rank"
                .to_owned()
        }
        Reason::MaxEdits => {
            format!("the name is another spelling of {text}, but fewer edits were allowed; raise max_edits")
        }
        Reason::KnownName => format!(
            "the search ended when it met {}: what is known is never taken for another spelling of {text}; {add}",
            explanation.rival.as_ref().map_or_else(|| "another entity".to_owned(), shown)
        ),
        Reason::OrdinaryWord => {
            format!(
                "the name is an ordinary word or a title, and is not taken for another spelling of {text}; {add}"
            )
        }
        Reason::HeadType => {
            format!(
                "the title or noun before {text} asks for an entity of another type; give the entity that type too"
            )
        }
        Reason::Article => format!(
            "the article makes the difference to {text}; if the name goes with and without it, set the column article \
             of the alias row to optional, or add an alias row"
        ),
        Reason::PartOfName => {
            format!(
                "it is a part of {text} that does not tell who or what is meant, such as a given name; {add}"
            )
        }
        Reason::ShortName => {
            format!("the name is too short to be taken for another spelling of {text}; {add}")
        }
        Reason::ShortAlias => {
            format!("{text} is one word of up to three letters, of which any edit makes another name; {add}")
        }
        Reason::OtherName => {
            format!(
                "the name, or a word of it, is a well-known name of its own, and not a spelling of {text}; {add}"
            )
        }
        Reason::OtherPerson => {
            format!("a word in which the name differs from {text} is of another person's name; {add}")
        }
        Reason::SearchBound => format!(
            "the name is near enough to {text}, but further than the search looks, which is two edits or other vowels; \
             {add}"
        ),
        _ => format!("its nearest alias, {text}, is too far: its steps cost {:.2}; {add}", alias.cost()),
    }
}

fn of_entity(explanation: &Explanation) -> String {
    match &explanation.pack {
        Some(_) => {
            let row = deciding_row(explanation);
            format!("{row} removes it; delete the row, or describe the entity in a later pack")
        }
        None => "no pack has a name of it; add an alias row".to_owned(),
    }
}

/// How people find the override that decided.
fn deciding_row(explanation: &Explanation) -> String {
    let pack = explanation.pack.as_deref().unwrap_or_default();
    match &explanation.place {
        Some(place) => format!("the row {place} of the pack {pack}"),
        None => format!("a row of overrides.tsv of the pack {pack}"),
    }
}

/// A rival with its name and, if it is a candidate, its score.
fn shown(rival: &Rival) -> String {
    let score = |score: Score| format!(" (score {score})");
    let score = rival.score.map(score).unwrap_or_default();
    if rival.name.is_empty() {
        format!("{}{score}", rival.id)
    } else {
        format!("{} {}{score}", rival.id, rival.name)
    }
}
