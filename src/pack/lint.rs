//! [`lint_stack`]: what only a stack of packs can show.

use std::borrow::Borrow;
use std::collections::HashMap;

use super::overrides::redirect_of;
use super::redirects::{self, Redirect};
use super::report::{At, Report};
use super::{Diagnostic, EntityRow, OverrideAction, OverrideRow, Pack, RowPlace, Severity};

/// Checks what only a stack of packs, the earliest first, can show: dangling references, circles of redirects over
/// several packs, and entities that no pack gives a type, a name or an alias.
///
/// An alias or override that refers to an entity of no pack is a finding of severity `dangling`: an error for who
/// writes packs, a warning for who loads them and leaves such rows inert. Findings are in order of pack, at most
/// [`super::MAX_DIAGNOSTICS`] a pack and one that counts the rest. O(n) in the rows of the stack.
pub fn lint_stack<P: Borrow<Pack>>(packs: &[P], dangling: Severity) -> Vec<Diagnostic> {
    let packs: Vec<&Pack> = packs.iter().map(Borrow::borrow).collect();
    let mut reports: Vec<Report> = packs.iter().map(|pack| Report::new(&pack.manifest.name)).collect();
    let stack = Stack::new(&packs);
    for (pack, report) in packs.iter().zip(&mut reports) {
        dangling_aliases(pack, &stack, dangling, report);
        dangling_overrides(pack, &stack, dangling, report);
    }
    bare_entities(&packs, stack, &mut reports);
    redirect_cycles(&packs, &mut reports);
    reports.into_iter().flat_map(Report::finish).collect()
}

fn dangling_aliases(pack: &Pack, stack: &Stack<'_>, severity: Severity, report: &mut Report) {
    for row in pack.aliases.iter().filter(|row| !stack.knows(row.id.as_str())) {
        let message = format_args!("no pack of the stack knows the entity `{}`", row.id);
        report.add(severity, at(pack, row.place), "unknown-entity", message, UNKNOWN_ENTITY_HELP);
    }
}

const UNKNOWN_ENTITY_HELP: &str = "correct the ID, add the entity to entities.tsv, or load the pack that has it; until then the row has no effect";

fn dangling_overrides(pack: &Pack, stack: &Stack<'_>, severity: Severity, report: &mut Report) {
    for row in &pack.overrides {
        let id = match &row.action {
            OverrideAction::Block { id, .. } | OverrideAction::Remove { id } => id,
            OverrideAction::Redirect { target, .. } => target,
            OverrideAction::NotAName { .. } => continue,
        };
        if !stack.knows(id.as_str()) {
            let message =
                format_args!("`{}` refers to `{id}`, which no pack of the stack knows", row.action.name());
            report.add(severity, at(pack, row.place), "unknown-entity", message, UNKNOWN_ENTITY_HELP);
        }
    }
}

/// Reports, at its first row, each entity that lacks what an answer needs.
fn bare_entities(packs: &[&Pack], mut stack: Stack<'_>, reports: &mut [Report]) {
    for (pack, report) in packs.iter().zip(reports) {
        for row in &pack.entities {
            if let Some(facts) = stack.take_facts(row.id.as_str()) {
                bare_entity(row, facts, at(pack, row.place), report);
            }
        }
    }
}

fn bare_entity(row: &EntityRow, facts: Facts, at: At<'_>, report: &mut Report) {
    let id = &row.id;
    if !facts.has_type {
        let help = "fill the column `type`, here or in another pack";
        report.warning(at, "no-type", format_args!("no pack gives the entity `{id}` a type"), help);
    }
    if !facts.has_name && !facts.has_alias {
        let help = "fill the column `name`, or add an alias";
        report.warning(at, "nameless-entity", format_args!("no name and no alias leads to `{id}`"), help);
    } else if !facts.has_name {
        let help = "fill the column `name`; until then answers show the ID";
        report.warning(at, "no-name", format_args!("no pack gives the entity `{id}` a name"), help);
    }
}

/// Reports the circles that redirects of several packs make together; those within one pack are found on reading it.
fn redirect_cycles(packs: &[&Pack], reports: &mut [Report]) {
    let (rows, redirects): (Vec<(usize, &OverrideRow)>, Vec<Redirect<'_>>) = packs
        .iter()
        .enumerate()
        .flat_map(|(index, pack)| pack.overrides.iter().map(move |row| (index, row)))
        .filter_map(|(index, row)| Some(((index, row), redirect_of(row)?)))
        .unzip();
    for cycle in redirects::cycles(&redirects) {
        // The latest pack closed the circle.
        let Some(&(index, row)) = cycle.iter().max().and_then(|&last| rows.get(last)) else { continue };
        if let (Some(pack), Some(report)) = (packs.get(index), reports.get_mut(index)) {
            let message =
                format_args!("the redirects run in a circle: {}", redirects::show(&cycle, &redirects));
            let help = "remove the one whose ID is to answer for the others";
            report.error(at(pack, row.place), "redirect-cycle", message, help);
        }
    }
}

fn at(pack: &Pack, place: RowPlace) -> At<'_> {
    let path = pack.files.get(usize::from(place.file)).map_or("", |path| path);
    At::place(path, place.line, place.column.into())
}

/// The IDs of a stack, and what its packs together say of the entities that they name.
struct Stack<'a> {
    numbers: HashMap<&'a str, usize>,
    /// Of each number, one that names the same entity, towards the one that stands for all: a union-find forest.
    parents: Vec<usize>,
    /// By the number that stands for the entity; none once it is reported, or if a pack removes it.
    facts: Vec<Option<Facts>>,
}

/// What the packs together say of an entity.
#[derive(Clone, Copy, Default)]
struct Facts {
    has_type: bool,
    has_name: bool,
    has_alias: bool,
}

impl<'a> Stack<'a> {
    fn new(packs: &[&'a Pack]) -> Self {
        let mut stack = Self { numbers: HashMap::new(), parents: Vec::new(), facts: Vec::new() };
        for pack in packs {
            for row in &pack.entities {
                stack.number(row.id.as_str());
                for other in &row.same_as {
                    stack.join(row.id.as_str(), other.as_str());
                }
            }
        }
        stack.add_redirects(packs);
        stack.facts = vec![Some(Facts::default()); stack.parents.len()];
        for pack in packs {
            stack.add_facts(pack);
        }
        for pack in packs {
            stack.forget_removed(pack);
        }
        stack
    }

    fn knows(&self, id: &str) -> bool {
        self.numbers.contains_key(id)
    }

    /// What is known of the entity of `id`, the first time that it is asked for; `None` if a pack removes it.
    fn take_facts(&mut self, id: &str) -> Option<Facts> {
        let number = self.numbers.get(id).copied()?;
        let root = self.root(number);
        self.facts.get_mut(root)?.take()
    }

    fn add_redirects(&mut self, packs: &[&'a Pack]) {
        let redirects: Vec<_> =
            packs.iter().flat_map(|pack| &pack.overrides).filter_map(redirect_of).collect();
        // A redirected ID is known, whatever becomes of its target; a target is known only by another row.
        for (id, _) in &redirects {
            self.number(id);
        }
        for (id, target) in redirects {
            if self.knows(target) {
                self.join(id, target);
            }
        }
    }

    fn add_facts(&mut self, pack: &Pack) {
        for row in &pack.entities {
            self.add_fact(row.id.as_str(), |facts| {
                facts.has_type |= row.entity_type.is_some();
                facts.has_name |= !row.name.is_empty();
            });
        }
        for row in &pack.aliases {
            self.add_fact(row.id.as_str(), |facts| facts.has_alias = true);
        }
    }

    fn forget_removed(&mut self, pack: &Pack) {
        for row in &pack.overrides {
            if let OverrideAction::Remove { id } = &row.action {
                self.take_facts(id.as_str());
            }
        }
    }

    fn add_fact(&mut self, id: &str, add: impl FnOnce(&mut Facts)) {
        let Some(&number) = self.numbers.get(id) else { return };
        let root = self.root(number);
        if let Some(Some(facts)) = self.facts.get_mut(root) {
            add(facts);
        }
    }

    fn number(&mut self, id: &'a str) -> usize {
        let next = self.parents.len();
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.parents.push(next);
        }
        number
    }

    fn join(&mut self, a: &'a str, b: &'a str) {
        let (a, b) = (self.number(a), self.number(b));
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.parents.get_mut(b) {
            *parent = a;
        }
    }

    fn root(&mut self, mut number: usize) -> usize {
        while let Some(&parent) = self.parents.get(number).filter(|&&parent| parent != number) {
            // Each step halves the path for the next walk.
            let grandparent = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(number) {
                *slot = grandparent;
            }
            number = parent;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PackFile, PackFiles, parse};
    use super::*;

    /// A pack of the rows of its three tables.
    fn pack(name: &str, entities: &str, aliases: &str, overrides: &str) -> Pack {
        let tables = [
            ("entities.tsv", "id\ttype\tname\tsame_as\n", entities),
            ("aliases.tsv", "id\talias\n", aliases),
            ("overrides.tsv", "action\tid\talias\ttarget\n", overrides),
        ];
        let file = |(name, header, rows): (&str, &str, &str)| PackFile {
            name: name.into(),
            bytes: format!("{header}{rows}").into(),
        };
        let files = tables.into_iter().map(file).collect();
        parse(&PackFiles { label: name.into(), files }).pack.unwrap()
    }

    #[track_caller]
    fn check(packs: &[Pack], expected: &[&str]) {
        let findings = lint_stack(packs, Severity::Error);
        let brief = |finding: &Diagnostic| {
            assert!(!finding.help.is_empty());
            finding.to_string().split_once("]: ").unwrap().0.to_owned()
        };
        assert_eq!(findings.iter().map(brief).collect::<Vec<_>>(), expected, "{findings:#?}");
    }

    #[test]
    fn a_stack_whose_references_hold_has_no_findings() {
        let base = pack("base", "Q1\tcity\tA\tgeonames:1\n", "", "");
        let overlay = pack(
            "overlay",
            "geonames:1\t\t\tmine:1\n",
            "Q1\ta\ngeonames:1\tb\nmine:1\tc\nold:1\td\n",
            "redirect\told:1\t\tmine:1\nredirect\tolder:1\t\told:1\nblock\tolder:1\tx\t\nnot_a_name\t\ty\t\n",
        );
        check(&[base, overlay], &[]);
        check(&[], &[]);
    }

    #[test]
    fn dangling_references_are_found_in_the_whole_stack() {
        let early = pack("early", "", "Q2\ta\nQ9\tb\n", "");
        let late = pack(
            "late",
            "Q2\tcity\tB\t\n",
            "",
            "block\tQ8\tx\t\nremove\tQ7\t\t\nredirect\tQ6\t\tQ5\nblock\tQ6\ty\t\n",
        );
        let packs = [early, late];
        check(
            &packs,
            &[
                "early/aliases.tsv:3:1: error[unknown-entity",
                "late/overrides.tsv:2:7: error[unknown-entity",
                "late/overrides.tsv:3:8: error[unknown-entity",
                "late/overrides.tsv:4:14: error[unknown-entity",
            ],
        );
        let findings = lint_stack(&packs.iter().collect::<Vec<_>>(), Severity::Warning);
        assert!(findings.len() == 4 && findings.iter().all(|finding| finding.severity == Severity::Warning));
    }

    #[test]
    fn entities_may_be_filled_by_any_pack_that_they_are_joined_with() {
        let bare = || pack("bare", "Q1\t\t\t\nQ2\tcity\t\t\nQ3\t\tC\t\n", "", "");
        check(
            &[bare()],
            &[
                "bare/entities.tsv:2:1: warning[no-type",
                "bare/entities.tsv:2:1: warning[nameless-entity",
                "bare/entities.tsv:3:1: warning[nameless-entity",
                "bare/entities.tsv:4:1: warning[no-type",
            ],
        );
        let types = pack("types", "x:1\tcity\t\tQ1\nx:3\tcity\t\t\n", "", "redirect\tQ3\t\tx:3\n");
        let aliases = pack("aliases", "", "x:1\ta\nQ2\tb\n", "");
        check(
            &[bare(), types, aliases],
            &["bare/entities.tsv:2:1: warning[no-name", "bare/entities.tsv:3:1: warning[no-name"],
        );
        check(&[bare(), pack("gone", "", "", "remove\tQ1\t\t\nremove\tQ2\t\t\nremove\tQ3\t\t\n")], &[]);
    }

    #[test]
    fn joins_carry_over_several_packs() {
        let packs = [
            pack("a", "Q1\t\t\tx:1\n", "", ""),
            pack("b", "y:1\t\t\tz:1\n", "", ""),
            pack("c", "x:1\tcity\t\ty:1\n", "", ""),
            pack("d", "z:1\t\tA\t\n", "z:1\ta\n", ""),
        ];
        check(&packs, &[]);
    }

    #[test]
    fn circles_over_several_packs_are_found() {
        let base = pack("base", "Q1\tcity\tA\t\n", "Q1\ta\n", "redirect\tQ2\t\tQ1\n");
        let overlay = pack("overlay", "", "", "redirect\tQ3\t\tQ2\nredirect\tQ1\t\tQ3\n");
        let packs = [base, overlay];
        check(&packs, &["overlay/overrides.tsv:3:14: error[redirect-cycle"]);
        let message = &lint_stack(&packs, Severity::Error)[0].message;
        assert_eq!(message, "the redirects run in a circle: Q2 → Q1 → Q3 → Q2");

        let [base, overlay] = packs;
        let mending = pack("mending", "", "", "redirect\tQ3\t\tQ4\nredirect\tQ4\t\tx:4\n");
        let known = pack("known", "x:4\tcity\tD\t\n", "x:4\td\n", "");
        check(&[base, overlay, mending, known], &[]);
    }

    #[test]
    fn findings_are_capped_for_each_pack() {
        let small = pack("small", "", "Q1\ta\n", "");
        let rows = (1..=150).fold(String::new(), |rows, i| rows + &format!("Q{i}\ta\n"));
        let findings = lint_stack(&[pack("large", "", &rows, ""), small], Severity::Error);
        assert_eq!(findings.len(), 102);
        assert_eq!(findings[100].message, "and 50 errors more");
        assert_eq!(findings[101].file, "small/aliases.tsv");
    }
}
