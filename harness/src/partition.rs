//! Partitions: splits a run over several machines that need not communicate.

use crate::escape;
use crate::task::Task;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// How tasks are distributed over partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// By a hash of suite, file, engine and mode. Other tasks of the run make no difference.
    Hash,
    /// Round-robin, the heaviest first, so that partitions take similar time. The same selection of tasks gives the
    /// same partitions on every machine.
    Slice,
}

/// One of `count` partitions of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// How tasks are distributed.
    pub strategy: Strategy,
    /// Number of this partition, from 1.
    pub part: u64,
    /// Number of partitions.
    pub count: u64,
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form =
            || format!("`{}` is not of the form `hash:K/N` or `slice:K/N`, such as `hash:1/4`", escape::text(text));
        let (strategy, rest) = text.split_once(':').ok_or_else(form)?;
        let strategy = match strategy {
            "hash" => Strategy::Hash,
            "slice" => Strategy::Slice,
            _ => return Err(form()),
        };
        let (part, count) = rest.split_once('/').ok_or_else(form)?;
        let (Ok(part), Ok(count)) = (part.parse(), count.parse()) else { return Err(form()) };
        if count == 0 || !(1..=count).contains(&part) {
            return Err(format!("there is no part {part} of {count}: parts are numbered from 1"));
        }
        Ok(Self { strategy, part, count })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let strategy = match self.strategy {
            Strategy::Hash => "hash",
            Strategy::Slice => "slice",
        };
        write!(f, "{strategy}:{}/{}", self.part, self.count)
    }
}

impl Partition {
    /// Retains the tasks of this partition, in their order.
    pub fn retain(self, tasks: &mut Vec<Task<'_>>) {
        match self.strategy {
            Strategy::Hash => tasks.retain(|task| self.has(hash(&name(task)))),
            Strategy::Slice => {
                let mut order: Vec<usize> = (0..tasks.len()).collect();
                // By weight; the other keys make the order the same on all machines.
                order
                    .sort_by_cached_key(|i| (std::cmp::Reverse(tasks[*i].weight), name(&tasks[*i]).map(str::to_owned)));
                let mut kept = vec![false; tasks.len()];
                for (place, i) in (0..).zip(order) {
                    kept[i] = self.has(place);
                }
                let mut kept = kept.into_iter();
                tasks.retain(|_| kept.next().unwrap_or_default());
            }
        }
    }

    /// Returns whether this partition has the task of a hash or a position.
    fn has(self, number: u64) -> bool {
        number % self.count == self.part - 1
    }
}

/// Identifies a task on every machine. Revision and version are not in it, so a new one moves no task.
fn name<'a>(task: &Task<'a>) -> [&'a str; 4] {
    [&task.script.suite, &task.script.file, &task.on.engine, &task.on.mode]
}

/// Returns the first 8 bytes of the SHA-256 of the parts, each after its length.
fn hash(parts: &[&str; 4]) -> u64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite;
    use crate::task::{self, Configuration};
    use std::collections::BTreeSet;

    fn on() -> Vec<Configuration> {
        let new = |mode: &str| Configuration { engine: "e".to_owned(), version: "1".to_owned(), mode: mode.to_owned() };
        vec![new("a"), new("b")]
    }

    #[test]
    fn partitions_are_parsed_and_formatted() {
        for text in ["hash:1/1", "slice:3/64"] {
            assert_eq!(text.parse::<Partition>().unwrap().to_string(), text);
        }
        for wrong in ["", "hash", "hash:1", "hash:0/4", "hash:5/4", "hash:1/0", "count:1/2", "hash:-1/2", "hash:a/b"] {
            assert!(wrong.parse::<Partition>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_hash_never_changes() {
        // Computed with Python's `hashlib`. A change of the hash would move tasks between existing partitions.
        assert_eq!(hash(&["s", "f", "e", "m"]), 0xcdaf_b73c_0008_fe1a);
    }

    #[test]
    fn partitions_are_disjoint_and_complete() {
        let suites = suite::load(&[]).unwrap();
        let scripts = suite::select(&suites, &["proposals".to_owned()]).unwrap();
        let on = on();
        let all = task::plan(&scripts, &on).unwrap();
        let names = |tasks: &[Task<'_>]| tasks.iter().map(|t| name(t).map(str::to_owned)).collect::<BTreeSet<_>>();
        for strategy in [Strategy::Hash, Strategy::Slice] {
            let mut seen = BTreeSet::new();
            for part in 1..=4 {
                let mut tasks = all.clone();
                Partition { strategy, part, count: 4 }.retain(&mut tasks);
                assert!(tasks.len() > all.len() / 8, "{strategy:?} {part}: {} of {}", tasks.len(), all.len());
                // The order of the tasks makes no difference.
                let mut turned: Vec<Task<'_>> = all.iter().rev().cloned().collect();
                Partition { strategy, part, count: 4 }.retain(&mut turned);
                assert_eq!(names(&tasks), names(&turned));
                for name in names(&tasks) {
                    assert!(seen.insert(name), "a task is in two partitions");
                }
            }
            assert_eq!(seen, names(&all));
        }
    }
}
