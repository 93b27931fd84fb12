//! [`Requirement`]: a bound that a figure must keep, as it is written on the command line.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::figures::{Figures, Metric};
use super::report::Report;

/// A bound on a figure: `[[!]PHENOMENON[,PHENOMENON…].]METRIC OP NUMBER`.
///
/// OP is one of `>=`, `<=`, `>`, `<`, `=`. Several phenomena are taken together, as if they were one; after `!`, all but
/// those count, and without any, all cases. Shares are in percent, the measures of calibration from 0 to 1.
///
/// ```
/// use yaqut::eval::Requirement;
///
/// assert!("resolved>=95".parse::<Requirement>().is_ok());
/// assert!("hamza,yeh.wrong = 0".parse::<Requirement>().is_ok());
/// assert!("!translation,initials.resolved>=95".parse::<Requirement>().is_ok());
/// assert!("ece<=0.05".parse::<Requirement>().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    scope: Scope,
    metric: Metric,
    comparison: Comparison,
    bound: f64,
}

impl Requirement {
    /// The phenomena that it names, be it to take them or to leave them out.
    pub fn phenomena(&self) -> &[String] {
        match &self.scope {
            Scope::All => &[],
            Scope::Only(phenomena) | Scope::Except(phenomena) => phenomena,
        }
    }

    /// Compares the figure in `report` with the bound.
    pub fn check(&self, report: &Report<'_>) -> Checked {
        let figures = self.figures(report);
        let figure = figures.get(self.metric);
        Checked {
            requirement: self.to_string(),
            figure,
            case_count: figures.case_count(),
            // Nothing is shown by no case.
            holds: figures.case_count() > 0 && self.comparison.holds(figure, self.bound),
        }
    }

    fn figures(&self, report: &Report<'_>) -> Figures {
        let mut figures = Figures::default();
        for (_, part) in report.phenomena.iter().filter(|(name, _)| self.scope.has(name)) {
            figures.merge(part);
        }
        figures
    }
}

/// Which cases a requirement speaks of, by their phenomena.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    All,
    Only(Vec<String>),
    Except(Vec<String>),
}

impl Scope {
    fn has(&self, phenomenon: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(phenomena) => phenomena.iter().any(|name| name == phenomenon),
            Self::Except(phenomena) => phenomena.iter().all(|name| name != phenomenon),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Only(phenomena) => write!(f, "{}.", phenomena.join(",")),
            Self::Except(phenomena) => write!(f, "!{}.", phenomena.join(",")),
        }
    }
}

/// As it is parsed, without white space.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}{}", self.scope, self.metric.as_str(), self.comparison.as_str(), self.bound)
    }
}

/// What became of a [`Requirement`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// The requirement as it is written.
    pub requirement: String,
    /// The figure as it is.
    pub figure: f64,
    /// How many cases it is the figure of.
    pub case_count: u64,
    /// Whether the figure is as required; never without cases.
    pub holds: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
}

impl Comparison {
    /// In the order in which they are looked for: the longer sign first.
    const ALL: [Self; 5] = [Self::AtLeast, Self::AtMost, Self::Above, Self::Below, Self::Equal];

    const fn as_str(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
            Self::Equal => "=",
        }
    }

    /// Compares; what differs by rounding alone is equal.
    fn holds(self, figure: f64, bound: f64) -> bool {
        const ROUNDING: f64 = 1e-9;
        let lead = figure - bound;
        match self {
            Self::AtLeast => lead >= -ROUNDING,
            Self::AtMost => lead <= ROUNDING,
            Self::Above => lead > ROUNDING,
            Self::Below => lead < -ROUNDING,
            Self::Equal => lead.abs() <= ROUNDING,
        }
    }
}

/// Why a text is no [`Requirement`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequirement {
    /// There is nothing that compares.
    #[error("`{0}` has no comparison; write METRIC>=NUMBER, or with <=, >, < or =")]
    NoComparison(String),
    /// The figure has no such name.
    #[error("`{0}` is no metric; known are {known}", known = Metric::ALL.map(Metric::as_str).join(", "))]
    UnknownMetric(String),
    /// A phenomenon has no name.
    #[error("a phenomenon in `{0}` is empty; write PHENOMENON.METRIC, or PHENOMENON,PHENOMENON.METRIC")]
    EmptyPhenomenon(String),
    /// The bound is no number.
    #[error("`{0}` is not a number such as 99.5")]
    InvalidBound(String),
    /// No figure can be so.
    #[error("{metric} lies between 0 and {most}, so {bound} cannot be its bound")]
    OutOfRange {
        /// The metric.
        metric: &'static str,
        /// The most that it can be.
        most: u8,
        /// The bound as it was given.
        bound: String,
    },
}

impl FromStr for Requirement {
    type Err = InvalidRequirement;

    fn from_str(text: &str) -> Result<Self, InvalidRequirement> {
        let (left, comparison, right) = split(text)?;
        let (scope, metric) = match left.rsplit_once('.') {
            Some((phenomena, metric)) => (parse_scope(phenomena)?, metric),
            None => (Scope::All, left),
        };
        let metric = parse_metric(metric.trim())?;
        Ok(Self { scope, metric, comparison, bound: parse_bound(right.trim(), metric)? })
    }
}

/// Cuts at the first sign that compares.
fn split(text: &str) -> Result<(&str, Comparison, &str), InvalidRequirement> {
    let no_comparison = || InvalidRequirement::NoComparison(text.to_owned());
    let at = text.find(['<', '>', '=']).ok_or_else(no_comparison)?;
    let (left, rest) = text.split_at(at);
    let comparison = Comparison::ALL.into_iter().find_map(|it| Some((it, rest.strip_prefix(it.as_str())?)));
    let (comparison, right) = comparison.ok_or_else(no_comparison)?;
    Ok((left, comparison, right))
}

fn parse_scope(text: &str) -> Result<Scope, InvalidRequirement> {
    let excepted = text.trim().strip_prefix('!');
    let phenomena = excepted.unwrap_or(text).split(',').map(|name| name.trim().to_owned());
    let phenomena: Vec<String> = phenomena.collect();
    if phenomena.iter().any(String::is_empty) {
        return Err(InvalidRequirement::EmptyPhenomenon(text.trim().to_owned()));
    }
    Ok(if excepted.is_some() { Scope::Except(phenomena) } else { Scope::Only(phenomena) })
}

fn parse_metric(name: &str) -> Result<Metric, InvalidRequirement> {
    let known = Metric::ALL.into_iter().find(|metric| metric.as_str() == name);
    known.ok_or_else(|| InvalidRequirement::UnknownMetric(name.to_owned()))
}

fn parse_bound(text: &str, metric: Metric) -> Result<f64, InvalidRequirement> {
    let bound: f64 = text.parse().map_err(|_| InvalidRequirement::InvalidBound(text.to_owned()))?;
    let most = if metric.is_percent() { 100 } else { 1 };
    if (0.0..=f64::from(most)).contains(&bound) {
        return Ok(bound);
    }
    Err(InvalidRequirement::OutOfRange { metric: metric.as_str(), most, bound: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, case};
    use super::*;
    use crate::model::Status;

    fn parse(text: &str) -> Result<Requirement, InvalidRequirement> {
        text.parse()
    }

    #[test]
    fn requirements_are_read_and_written() {
        for (text, shown) in [
            ("resolved>=95", "resolved>=95"),
            (" hamza.resolved = 100 ", "hamza.resolved=100"),
            ("hamza, yeh . found>99.5", "hamza,yeh.found>99.5"),
            ("wrong<=0.5", "wrong<=0.5"),
            ("a.b.merged<2", "a.b.merged<2"),
            ("ece<=0.05", "ece<=0.05"),
            ("! kunya,title.resolved >= 95", "!kunya,title.resolved>=95"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), shown);
            assert_eq!(parse(shown), parse(text));
        }
        assert_eq!(parse("hamza,yeh.missed<1").unwrap().phenomena(), ["hamza", "yeh"]);
        assert_eq!(parse("a.b.merged<2").unwrap().phenomena(), ["a.b"]);
    }

    #[test]
    fn what_is_no_requirement_is_told_why() {
        use InvalidRequirement::{EmptyPhenomenon, InvalidBound, NoComparison, OutOfRange, UnknownMetric};
        let text = str::to_owned;
        let out_of_range = |metric, most, bound: &str| OutOfRange { metric, most, bound: bound.into() };
        for (bad, why) in [
            ("", NoComparison(text(""))),
            ("resolved 95", NoComparison(text("resolved 95"))),
            ("right>=95", UnknownMetric(text("right"))),
            ("hamza>=95", UnknownMetric(text("hamza"))),
            (">=95", UnknownMetric(text(""))),
            (".resolved>=95", EmptyPhenomenon(text(""))),
            ("hamza,.resolved>=95", EmptyPhenomenon(text("hamza,"))),
            ("!.resolved>=95", EmptyPhenomenon(text("!"))),
            ("resolved>=", InvalidBound(text(""))),
            ("resolved==95", InvalidBound(text("=95"))),
            ("resolved>=95%", InvalidBound(text("95%"))),
            ("resolved>=101", out_of_range("resolved", 100, "101")),
            ("ece<=5", out_of_range("ece", 1, "5")),
            ("wrong<=-1", out_of_range("wrong", 100, "-1")),
            ("wrong<=NaN", out_of_range("wrong", 100, "NaN")),
        ] {
            assert_eq!(parse(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn figures_are_compared_with_bounds() {
        let mut cases = [case("a", "Q1"), case("b", "Q1"), case("c", "Q1"), case("d", "Q1")];
        for (case, phenomenon) in cases.iter_mut().zip(["hamza", "yeh", "yeh", "space"]) {
            case.phenomenon = phenomenon.into();
        }
        let resolved = answer(Status::Resolved, &[("Q1", 1.0)]);
        let answers = [resolved.clone(), resolved.clone(), answer(Status::NotFound, &[]), resolved];
        let report = Report::new(&cases, &answers);
        for (requirement, holds) in [
            ("resolved>=75", true),
            ("resolved>75", false),
            ("resolved=75", true),
            ("missed<=25", true),
            ("missed<25", false),
            ("hamza.resolved=100", true),
            ("yeh.resolved>=51", false),
            ("hamza,space.missed=0", true),
            ("hamza,yeh.resolved>=66", true),
            ("hamza,yeh.resolved>=67", false),
            ("!yeh.resolved=100", true),
            ("!hamza,space.resolved=50", true),
            ("!hamza,yeh,space.wrong=0", false),
            ("wrong=0", true),
            ("hamza.ece=0", true),
            ("yeh.brier<=0.1", false),
            ("nowhere.wrong=0", false),
        ] {
            let checked = parse(requirement).unwrap().check(&report);
            assert_eq!(checked.holds, holds, "{checked:?}");
        }
        let checked = parse("hamza,yeh.resolved>=67").unwrap().check(&report);
        assert_eq!(checked.case_count, 3);
        assert!((checked.figure - 200.0 / 3.0).abs() < 1e-9);
    }
}
