//! Forms: the ways to read a query before it is looked up: whole, without proclitics, without heads.

use super::stage::{Stage, Stages};
use super::step::Step;
use crate::model::Tier;
use crate::text::{self, heads, proclitic};

/// One way to read a query.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// K0 key, tokens separated by spaces.
    pub safe: String,
    /// K2 key, tokens separated by spaces.
    pub lossy: String,
    /// Lookup key: K2 without divisions.
    pub key: String,
    /// The best tier that a hit on this form can have.
    pub tier: Tier,
    /// How likely a name is written so, beside the bare name and other readings of the query, in powers of ten.
    pub evidence: f32,
    /// The steps so far.
    pub steps: Vec<Step>,
    /// Entity types that a dropped head allows; empty for all.
    pub types: &'static [&'static str],
    /// Whether an article was stripped: then only adjectives, and names whose article is optional, are meant.
    pub without_article: bool,
    /// Whether proclitics were stripped.
    pub is_stripped: bool,
    /// K0 key of the form that they were stripped from, if they may as well be a part of the name.
    pub whole: Option<String>,
}

/// What dropping a head costs, and how often names have one, in powers of ten.
const HEAD_COST: f32 = 0.33;
const HEAD_EVIDENCE: f32 = -1.0;

/// Stripped readings of up to this evidence and up to so many letters are doubtful.
const DOUBTFUL_EVIDENCE: f32 = -1.9;
const DOUBTFUL_LETTERS: usize = 3;

impl Form {
    /// The query as it stands.
    pub fn whole(safe: String) -> Self {
        let lossy = text::lossy_fold(&safe);
        let key = text::join(&lossy);
        Self {
            safe,
            lossy,
            key,
            tier: Tier::Exact,
            evidence: 0.0,
            steps: Vec::new(),
            types: &[],
            without_article: false,
            is_stripped: false,
            whole: None,
        }
    }

    fn derived(&self, safe: String, tier: Tier, evidence: f32, step: Step) -> Self {
        let mut form = Self::whole(safe);
        form.tier = self.tier.max(tier);
        form.evidence = self.evidence + evidence;
        form.steps = self.steps.iter().cloned().chain([step]).collect();
        form.types = self.types;
        form.without_article = self.without_article;
        form
    }

    /// The forms with proclitics stripped.
    pub fn stripped(&self) -> Vec<Self> {
        let tokens: Vec<&str> = self.safe.split(' ').collect();
        let readings = proclitic::readings(&tokens).into_iter();
        readings
            .map(|reading| {
                let step = Step::new(format!("stripped {}", reading.proclitics), reading.cost);
                let mut form =
                    self.derived(reading.tokens.join(" "), Tier::Proclitic, reading.evidence, step);
                form.is_stripped = true;
                // An adjective is the same word with its article: التركي may be a family, and is تركي all the same.
                form.whole = (!reading.without_article).then(|| self.safe.clone());
                form.without_article |= reading.without_article;
                form
            })
            .collect()
    }

    /// The forms with a leading title, preposition or generic noun dropped; several where its meaning is open.
    pub fn headless(&self) -> Vec<Self> {
        let tokens: Vec<&str> = self.safe.split(' ').collect();
        let lossy: Vec<&str> = self.lossy.split(' ').collect();
        // K2 keeps the divisions of K0, so the tokens of the two line up.
        let usable = heads::leading(&lossy).into_iter().filter(|head| head.tokens < tokens.len());
        usable
            .filter(|head| self.types.is_empty() || head.types.is_empty() || head.types == self.types)
            .map(|head| {
                let step = Step::new(format!("dropped {}", tokens[..head.tokens].join(" ")), HEAD_COST);
                let mut form =
                    self.derived(tokens[head.tokens..].join(" "), Tier::Partial, HEAD_EVIDENCE, step);
                if !head.types.is_empty() {
                    form.types = head.types;
                }
                // It was the head that had lost its article.
                form.without_article = false;
                form
            })
            .collect()
    }

    /// The form without its first `count` tokens, which were found to be an adjective of place (الرئيس التركي …).
    pub fn without_leading(&self, count: usize) -> Option<Self> {
        let tokens: Vec<&str> = self.safe.split(' ').collect();
        let (dropped, rest) = tokens.split_at_checked(count).filter(|(_, rest)| !rest.is_empty())?;
        let step = Step::new(format!("dropped {}", dropped.join(" ")), HEAD_COST);
        Some(self.derived(rest.join(" "), Tier::Partial, HEAD_EVIDENCE, step))
    }

    /// Whether the form is a word with a meaning of its own, an ordinary one or a head: then it is no slip for a name.
    pub fn is_word(&self, without: Stages) -> bool {
        !without.contains(Stage::OrdinaryWords)
            && (text::is_ordinary_word(&self.safe) || self.is_function_word())
    }

    /// Whether the form is an ordinary word, with or without proclitics.
    pub fn is_ordinary_word(&self, without: Stages) -> bool {
        !without.contains(Stage::OrdinaryWords) && text::is_ordinary_word(&self.safe)
    }

    /// Whether the form is an ordinary word as it stands, so that nothing is to be stripped off it.
    pub fn is_whole_ordinary_word(&self, without: Stages) -> bool {
        !without.contains(Stage::OrdinaryWords) && text::is_whole_ordinary_word(&self.safe)
    }

    /// Whether the form is a word that says nothing by itself: a function word or a head.
    pub fn is_function_word(&self) -> bool {
        let tokens: Vec<&str> = self.lossy.split(' ').collect();
        text::is_function_word(&self.safe)
            || heads::leading(&tokens).iter().any(|head| head.tokens == tokens.len())
    }

    /// Whether the form strips letters that stand before a name too rarely, off too short a name, to settle what is
    /// meant: كابل is hardly ك and آبل.
    pub fn is_doubtful(&self) -> bool {
        self.tier == Tier::Proclitic
            && self.evidence <= DOUBTFUL_EVIDENCE
            && self.letters() <= DOUBTFUL_LETTERS
    }

    /// The number of letters of the lookup key.
    pub fn letters(&self) -> usize {
        self.key.chars().count()
    }
}
