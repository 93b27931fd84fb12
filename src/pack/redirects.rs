//! Redirects as a graph: each ID has at most one target, so a chain of redirects ends or runs into a cycle.

use std::collections::HashMap;

/// One redirect: the ID and its target.
pub(super) type Redirect<'a> = (&'a str, &'a str);

/// The cycles of `redirects`, each as indices into it: the first redirect of the list leads, the others follow in the
/// order of the chain. Of several redirects of one ID, the last counts. O(n).
pub(super) fn cycles(redirects: &[Redirect<'_>]) -> Vec<Vec<usize>> {
    let by_id: HashMap<&str, usize> = redirects.iter().enumerate().map(|(i, &(id, _))| (id, i)).collect();
    let next = |i: usize| redirects.get(i).and_then(|(_, target)| by_id.get(target)).copied();
    let mut walks = vec![0_usize; redirects.len()];
    let mut cycles = Vec::new();
    for start in 0..redirects.len() {
        let walk = start + 1;
        let mut chain = Vec::new();
        let mut at = Some(start);
        while let Some((i, seen)) = at.and_then(|i| Some((i, walks.get_mut(i)?))) {
            if *seen == walk {
                // The chain came back to where it has been: what lies between is a cycle.
                cycles.push(from_smallest(chain.into_iter().skip_while(|&link| link != i).collect()));
                break;
            } else if *seen != 0 {
                break;
            }
            *seen = walk;
            chain.push(i);
            at = next(i);
        }
    }
    cycles
}

fn from_smallest(mut cycle: Vec<usize>) -> Vec<usize> {
    let smallest = cycle.iter().enumerate().min_by_key(|&(_, &link)| link).map_or(0, |(at, _)| at);
    cycle.rotate_left(smallest);
    cycle
}

/// A cycle as people read it: `Q1 → Q2 → Q1`, cut short if it is long.
pub(super) fn show(cycle: &[usize], redirects: &[Redirect<'_>]) -> String {
    const MAX_SHOWN: usize = 10;
    let ids = cycle.iter().filter_map(|&i| redirects.get(i)).map(|&(id, _)| id);
    let mut shown: Vec<&str> = ids.clone().take(MAX_SHOWN).collect();
    if cycle.len() > MAX_SHOWN {
        shown.push("…");
    }
    shown.extend(ids.take(1));
    shown.join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_and_joining_chains_are_no_cycles() {
        assert!(cycles(&[("a", "b"), ("b", "c"), ("x", "b")]).is_empty());
        assert!(cycles(&[]).is_empty());
    }

    #[test]
    fn every_cycle_is_found_once() {
        let redirects = [("t", "b"), ("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "x"), ("s", "s")];
        let found = cycles(&redirects);
        assert_eq!(found, [vec![1, 2, 3], vec![4, 5], vec![6]]);
        assert_eq!(show(&found[0], &redirects), "a → b → c → a");
        assert_eq!(show(&found[2], &redirects), "s → s");
    }

    #[test]
    fn the_last_redirect_of_an_id_counts() {
        assert!(cycles(&[("a", "b"), ("b", "a"), ("b", "c")]).is_empty());
        assert_eq!(cycles(&[("b", "c"), ("a", "b"), ("b", "a")]), [[1, 2]]);
    }

    #[test]
    fn long_cycles_are_shown_in_part() {
        let ids: Vec<String> = (0..50).map(|i| format!("Q{i}")).collect();
        let redirects: Vec<_> = (0..50).map(|i| (ids[i].as_str(), ids[(i + 1) % 50].as_str())).collect();
        let found = cycles(&redirects);
        assert_eq!(found.len(), 1);
        assert!(show(&found[0], &redirects).ends_with("Q9 → … → Q0"));
    }
}
